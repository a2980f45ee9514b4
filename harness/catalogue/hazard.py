"""What the catalogue says of one fault, beside its entry: in which shapes and modes it comes, and what is right then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from harness.catalogue.entry import Entry
from harness.faults import Strike
from harness.faults.sites import kind_of
from harness.spec import Spec
from harness.types import Expected, Kind

Layer = Literal["model", "tool", "store", "process", "host"]
Mode = Literal["once", "n_times", "for_ever", "chance", "recovery"]
Touches = Literal["any", "read", "mutating"]

MODES: tuple[Mode, ...] = ("once", "n_times", "for_ever", "chance", "recovery")
"""At the k-th passage, at n passages in a row, at every one from the k-th on, by chance under a seed, after a crash."""

AT_BOOT: tuple[Mode, ...] = ("once", "for_ever")
"""Modes of what a new life finds: each of them needs a crash before, so each is in recovery."""

EVERY_KIND: tuple[Kind, ...] = ("deduplicating", "queryable", "blind")


@dataclass(frozen=True)
class Shape:
    """One way in which a fault shows: a built-in fault at kinds of sites.

    `touches` says for which tools it makes sense, `kinds` for which kinds of mutating tool. `expected` and `lasting` stand
    in for those of the hazard. `when` tells the faults of the same class that belong here; without it only this one does,
    and all of them where no other shape claims them.
    """

    fault: Any
    sites: tuple[str, ...]
    expected: Expected | None = None
    lasting: Expected | None = None
    touches: Touches = "any"
    kinds: tuple[Kind, ...] = EVERY_KIND
    when: Callable[[Any], bool] | None = None

    def fits(self, strike: Strike, kind: Kind, touches: Touches = "any") -> bool:
        """Whether the strike is of this class, at such a site, at a tool that reads or changes, of such a kind."""
        same = type(strike.fault) is type(self.fault) and kind_of(strike.site) in self.sites
        return same and kind in self.kinds and ("any" in (touches, self.touches) or touches == self.touches)

    def claims(self, strike: Strike) -> bool:
        """Whether the values of the strike's fault are those of this shape."""
        return bool(self.when(strike.fault)) if self.when is not None else strike.fault == self.fault


@dataclass(frozen=True)
class Hazard:
    """A fault of the catalogue.

    `expected` is what an orchestrator is to do where the fault passes: finish as if nothing had been (`mask`), end or park
    the run in an orderly way that names it (`surface`), or whatever it can (`out_of_contract`); `lasting` where the fault
    stays for good. `example` is the smallest spec that shows it. `unstruck` says of a live one that no strike can bring
    about where it is tried instead.
    """

    entry: Entry
    layer: Layer
    expected: Expected
    shapes: tuple[Shape, ...] = ()
    example: Spec | None = None
    lasting: Expected = "surface"
    modes: tuple[Mode, ...] = MODES
    unstruck: str = ""

    @property
    def id(self) -> str:
        """The id in the catalogue: F of the model, T of tools and the world, H of the host."""
        return self.entry.id

    @property
    def live(self) -> bool:
        """Whether it can occur here; else `entry.pending` names the capability that is missing."""
        return self.entry.live

    def expectation(self, shape: Shape, lasts: bool) -> Expected:
        """What is right where the fault has this shape and stays, or passes."""
        return (shape.lasting or self.lasting) if lasts else (shape.expected or self.expected)
