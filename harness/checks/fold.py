"""A check as a fold: a small state that sees the events it wants, and says at the end what it found."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from copy import copy
from typing import TYPE_CHECKING, ClassVar, TypeAlias

import msgspec

from harness.checks.record import OPAQUE, Reading
from harness.checks.verdict import Verdict, cannot_tell, conclude
from harness.history import Event

if TYPE_CHECKING:
    from harness.run import Run

Check: TypeAlias = "Callable[[Run], Verdict]"


ANY = "*"
"""Every type of journal line."""


class Fold(msgspec.Struct):
    """The state of one check, somewhere in a run.

    `wants` are the events it is shown, as (site or its family, kind), and `reads` the types of journal lines that it is
    told of when they are written (`ANY` for all). `containers` name the fields that hold a list, a
    dict or a set: a fork copies those. `journaled` says that it can tell nothing where the journal is opaque. `premises`
    counts how often the situation occurred that it is about; `witness` is the first violation in one sentence.
    """

    name: ClassVar[str] = ""
    wants: ClassVar[tuple[tuple[str, str], ...]] = ()
    reads: ClassVar[tuple[str, ...]] = ()
    containers: ClassVar[tuple[str, ...]] = ()
    journaled: ClassVar[bool] = False

    premises: int = 0
    witness: str = ""

    def see(self, event: Event, reading: Reading) -> None:
        """Take one more event into account; the reading has seen it already."""

    def read(self, index: int, reading: Reading) -> None:
        """A line was written, in the place `index` of the lines; it is pending."""

    def verdict(self, reading: Reading, end: Run) -> Verdict:
        """What it says of a run that has come to this end."""
        return conclude(self.name, self.premises, self.witness)

    def fork(self) -> Fold:
        """A copy that goes on by itself."""
        twin = copy(self)
        for name in self.containers:
            setattr(twin, name, getattr(self, name).copy())
        return twin

    def violation(self, reading: Reading) -> str:
        """The witness so far; empty where the journal is needed and cannot be read."""
        return "" if self.journaled and not reading.file.legible else self.witness

    def verdict_on(self, reading: Reading, end: Run) -> Verdict:
        """The verdict, `unknown` where the journal is needed and cannot be read."""
        if self.journaled and not reading.file.legible:
            return cannot_tell(self.name, OPAQUE)
        return self.verdict(reading, end)


class FoldedCheck:
    """A check that was written as a fold, callable like any other: `check(run) -> Verdict`."""

    def __init__(self, fold: type[Fold]) -> None:
        self.fold = fold
        self.__name__ = fold.name
        self.__doc__ = inspect.cleandoc(fold.__doc__ or "")

    def __repr__(self) -> str:
        return self.__name__

    def __call__(self, run: Run) -> Verdict:
        """Read a run from its beginning, for this one check."""
        from harness.checks.judging import judge  # late: judging knows every check, and so this one

        return judge(run, (self,)).verdicts[0]
