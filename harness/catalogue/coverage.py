"""What is struck of the catalogue, and what is left out: a live crash point that nobody strikes is a hole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from harness.catalogue.located import Located, spec_at
from harness.catalogue.points import NOT_STRUCK, POINTS, SMOKE, STRUCK, TWICE
from harness.catalogue.reach import LATER, Reach
from harness.faults import CrashAfter, CrashBefore, CrashMidAnswer, Survive, TornAppend

if TYPE_CHECKING:
    from harness.spec import Spec

CRASHES = (CrashBefore, CrashAfter, TornAppend, CrashMidAnswer)


@dataclass(frozen=True)
class Struck:
    """One crash at a place of the catalogue: the spec that strikes there, and which unflushed bytes survive it."""

    place: Located
    spec: Spec
    survive: Survive = "none"

    @classmethod
    def at(cls, spec: Spec, place: Located, survive: Survive = "none") -> Struck:
        """The crash of a clean spec at a place."""
        return cls(place, spec_at(spec, place, survive), survive)

    @property
    def second(self) -> bool:
        """Whether a crash came before this one."""
        return any(isinstance(strike.fault, CRASHES) for strike in self.place.given)


@dataclass(frozen=True)
class Covered:
    """How often one id is struck: at how many places, in how many runs, as the second crash; and what is missing."""

    id: str
    places: int
    runs: int
    seconds: int
    hole: str


def first_middle_last(places: Sequence[Located]) -> tuple[Located, ...]:
    """The first, the middle and the last of some places, each once."""
    if not places:
        return ()
    return tuple(dict.fromkeys((places[0], places[len(places) // 2], places[-1])))


def strikes_of(spec: Spec, reached: Reach, survivors: Sequence[Survive], every: bool = False) -> tuple[Struck, ...]:
    """The crashes of a spec at the first, middle and last place of each id (or at `every` one), with each survivor.

    Where the catalogue says so, as the second crash too. Where nothing is unflushed one survivor stands for all.
    """
    found: list[Struck] = []
    for id in STRUCK:
        groups = [reached.of(id)] if id in LATER else [reached.of(id), reached.second_of(id)]
        for places in groups:
            for place in places if every else first_middle_last(places):
                different = survivors if place.unflushed else survivors[:1]
                found += (Struck.at(spec, place, survive) for survive in different)
    return tuple(found)


def smoke_strikes(struck: Iterable[Struck]) -> tuple[Struck, ...]:
    """Those of some crashes that belong to the least set: the first of each of its ids."""
    first: dict[str, Struck] = {}
    for one in struck:
        if one.place.id in SMOKE:
            first.setdefault(one.place.id, one)
    return tuple(first.values())


def coverage(struck: Iterable[Struck]) -> tuple[Covered, ...]:
    """One row for each id of the catalogue. `hole` says what is missing of a live one, and is empty where nothing is."""
    by_id: dict[str, list[Struck]] = {point.id: [] for point in POINTS}
    for one in struck:
        by_id[one.place.id].append(one)
    return tuple(_covered(id, runs) for id, runs in by_id.items())


def _covered(id: str, runs: Sequence[Struck]) -> Covered:
    places = {(replace(one.spec, strikes=()), one.place) for one in runs}
    seconds = sum(one.second for one in runs)
    hole = ""
    if id in STRUCK and not runs:
        hole = "never struck"
    elif id in TWICE and not seconds:
        hole = "never struck as the second crash"
    return Covered(id, len(places), len(runs), seconds, hole)


def coverage_text(rows: Iterable[Covered]) -> str:
    """The table of a coverage: one line an id, holes and what is pending named."""
    pending = {point.id: f"pending({point.entry.pending})" for point in POINTS if not point.live}
    lines = [f"{'id':<4} {'places':>6} {'runs':>6} {'second':>6}"]
    for row in rows:
        said = f"HOLE: {row.hole}" if row.hole else pending.get(row.id) or NOT_STRUCK.get(row.id, "")
        lines.append(f"{row.id:<4} {row.places:>6} {row.runs:>6} {row.seconds:>6}  {said}".rstrip())
    return "\n".join(lines)
