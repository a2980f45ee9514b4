"""Compaction as virtual memory: what was removed from the view, and what had to be fetched again.

A *removal* is a whole tool result that a compaction takes out of the view (dropped, cut, or replaced by a placeholder) while no
copy of it stays. A *fault* is a call in a reply that fetches a removed result again: the same reading tool with the same
arguments. A removal is *premature* if within the 8 steps from it its fault comes, or a call for an item that needs a fact of it
which is nowhere in the view (where the scenario knows its demands).

Definitions of tools are pages too. A removal is one that is offered shorter than in the step before, or not any more; a
fault is a call of a tool while its definition is out. The first call of a tool that was never offered whole is no fault, as
the first reading of a file is none.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from harness.arguments import canonical
from harness.checks.record import reading_of
from harness.metrics.requests import model_calls
from harness.metrics.shown import Fact, Piece, Step, shown_of
from harness.tokens import tool_bytes

if TYPE_CHECKING:
    from harness.run import Run

SOON = 8
"""Steps within which a demand makes a removal premature."""

What: TypeAlias = tuple[str, str]
"""A tool, and its arguments in one spelling."""

SCHEMA = "the definition"
"""Stands for the arguments where it is the definition of a tool that was removed; no arguments are spelled like that."""


@dataclass(frozen=True)
class Paging:
    """Counts of one run; `steps` are the answered ones."""

    removals: int
    faults: int
    premature: int
    steps: int


@lru_cache(maxsize=2)
def paging_of(run: Run) -> Paging:
    """What was removed and fetched again in a run, counted once."""
    shown = shown_of(run)
    if not any(step.call.compaction or step.call.definitions is not None for step in shown.steps):
        return Paging(0, 0, 0, sum(step.call.answered for step in shown.steps))
    fold = _Fold(_reads(run), {tool.name: tool_bytes(tool) for tool in run.setup.tools})
    for step in shown.steps:
        fold.offered(step)
        fold.take(step)
    return Paging(fold.removals, fold.faults, fold.premature, sum(step.call.answered for step in shown.steps))


def _reads(run: Run) -> dict[str, What]:
    """The calls of reading tools by id."""
    return {
        call.id: (call.name, canonical(call.arguments))
        for call in reading_of(run).calls
        if call.tool is not None and not call.mutating
    }


@dataclass(eq=False)
class _Removed:
    """A result that is out of the view since step `since`."""

    since: int
    facts: frozenset[Fact]
    premature: bool = False


@dataclass(eq=False)
class _Fold:
    """`whole` are the bytes of every definition, `offers` those of the step before."""

    reads: dict[str, What]
    whole: dict[str, int]
    offers: dict[str, int] = field(default_factory=dict)
    removals: int = 0
    faults: int = 0
    premature: int = 0
    texts: Counter[str] = field(default_factory=Counter)
    facts: Counter[Fact] = field(default_factory=Counter)
    removed: dict[What, _Removed] = field(default_factory=dict)

    def take(self, step: Step) -> None:
        for piece in step.gone:
            self._count(piece, -1)
        for piece in step.new:
            self._count(piece, 1)
            if piece.result:
                self.removed.pop(self._what(piece), None)
        for piece in step.gone if step.call.compaction else ():
            if piece.result and not self.texts[piece.text]:
                self.removals += 1
                self.removed[self._what(piece)] = _Removed(step.place, frozenset(piece.facts))
        for call in step.replied:
            self._called(step.place, call)
        wanted = {fact for fact in step.needs if not self.facts[fact]} if self.removed else set()
        for removed in self.removed.values() if wanted else ():
            if not wanted.isdisjoint(removed.facts):
                self._demanded(removed, step.place)

    def offered(self, step: Step) -> None:
        """The definitions of a step, held against those of the step before; then the calls of those that are out."""
        now = self.whole if step.call.definitions is None else step.call.definitions
        for name, size in self.offers.items():
            if now.get(name, 0) < size:
                self.removals += 1
                self.removed[name, SCHEMA] = _Removed(step.place, frozenset())
        for name, size in now.items() if self.removed else ():
            if size >= self.whole.get(name, size):
                self.removed.pop((name, SCHEMA), None)
        self.offers = now
        for call in step.replied:
            fetched = self.removed.pop((call["name"], SCHEMA), None)
            if fetched is not None:
                self.faults += 1
                self._demanded(fetched, step.place)

    def _count(self, piece: Piece, by: int) -> None:
        if piece.result:
            self.texts[piece.text] += by
        for fact in piece.facts:
            self.facts[fact] += by

    def _what(self, piece: Piece) -> What:
        """The call of a result; of one that no reading tool gave, its id, which nothing fetches again."""
        name = piece.message.get("call_id", "")
        return self.reads.get(name, ("", name))

    def _called(self, place: int, call: dict[str, Any]) -> None:
        fetched = self.removed.pop((call["name"], canonical(call["arguments"])), None)
        if fetched is not None:
            self.faults += 1
            self._demanded(fetched, place)

    def _demanded(self, removed: _Removed, place: int) -> None:
        if not removed.premature and place - removed.since < SOON:
            removed.premature = True
            self.premature += 1


def removals(run: Run) -> int:
    """Tool results that compactions took out of the view whole, or cut, with no copy left; and definitions paged out."""
    return paging_of(run).removals


def faults(run: Run) -> int:
    """Calls that fetch a removed result again (the same reading tool, the same arguments), or a definition paged out."""
    return paging_of(run).faults


def fault_rate(run: Run) -> float | None:
    """Faults divided by removals; None without a removal."""
    found = paging_of(run)
    return found.faults / found.removals if found.removals else None


def thrash(run: Run) -> float | None:
    """Faults divided by steps; None without a step."""
    found = paging_of(run)
    return found.faults / found.steps if found.steps else None


def premature_removals(run: Run) -> int:
    """Removals whose result is fetched again, or needed by an item while its facts are nowhere in view, within 8 steps."""
    return paging_of(run).premature


def compaction_reasons(run: Run) -> str:
    """Compactions by reason, as `context pressure 3`; `unobserved` where no legible journal tells why; empty without one."""
    counts = Counter(call.compaction for call in model_calls(run) if call.compaction)
    return ", ".join(f"{reason} {count}" for reason, count in sorted(counts.items()))
