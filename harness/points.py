"""Crash points: every place where a run can be killed, listed from a run that was not.

for spec in single_crashes(Spec('pay_invoices')):
    judge(execute(spec))
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from harness.draws import share_of
from harness.errors import UsageError
from harness.faults import CrashAfter, CrashBefore, CrashMidAnswer, Strike, Survive, TornAppend
from harness.run import Run, execute
from harness.spec import Choice, Spec

When = Literal["before", "torn", "after"]
_MOMENTS: dict[str, tuple[When, ...]] = {"disk:append": ("before", "torn", "after"), "wire": ("torn",)}
ANYBODY = Choice("Orchestrator", "reference")


@dataclass(frozen=True)
class Point:
    """Where a process may die: before or after passage `nth` of `site`, or in the middle of that write."""

    site: str
    nth: int
    when: When

    def __str__(self) -> str:
        return f"{self.site}#{self.nth}/{self.when}"


def crash_points(run: Run) -> tuple[Point, ...]:
    """Every crash point of a run, site by site in the order of their first passage, up to the last passage of each."""
    return tuple(
        Point(site, nth, when)
        for site, count in run.passages.items()
        for nth in range(1, count + 1)
        for when in moments(site)
    )


def moments(site: str) -> tuple[When, ...]:
    """When a process may die at a site: on the wire only in the middle, the rest of it are moments of `model`."""
    return _MOMENTS.get(site, ("before", "after"))


def points_after_death(run: Run) -> tuple[Point, ...]:
    """The crash points in the last life of a run that was killed before: where the second crash of a double may strike."""
    last = max((event.number for event in run.events if event.site == "life" and event.kind == "died"), default=0)
    passed: dict[str, int] = {}
    for event in run.events[:last]:
        passed[event.site] = max(passed.get(event.site, 0), event.nth)
    return tuple(point for point in crash_points(run) if point.nth > passed.get(point.site, 0))


def strike_of(point: Point, survive: Survive = "none") -> Strike:
    """The strike that kills at a point; `survive` says which unflushed bytes are still there (a torn write decides itself).

    Raises `UsageError` for a torn write where nothing is written.
    """
    match point.when:
        case "before":
            return Strike(point.site, point.nth, CrashBefore(survive))
        case "after":
            return Strike(point.site, point.nth, CrashAfter(survive))
        case "torn" if point.site == "disk:append":
            return Strike(point.site, point.nth, TornAppend())
        case "torn" if point.site == "wire":
            return Strike(point.site, point.nth, CrashMidAnswer(survive=survive))
    raise UsageError(
        f"{point}: only an append or an answer on the wire can be torn; when is one of {', '.join(moments(point.site))}"
    )


def single_crashes(spec: Spec, survive: Survive = "none", run: Run | None = None) -> Iterator[Spec]:
    """One spec for each crash point of the spec's own run (executed here unless given), with that one crash added."""
    for point in crash_points(run or execute(spec)):
        yield replace(spec, strikes=(*spec.strikes, strike_of(point, survive)))


def double_crashes(run: Run, survive: Survive = "none") -> Iterator[Spec]:
    """One spec for each crash point after the last death of a killed run, with that second crash added."""
    for point in points_after_death(run):
        yield replace(run.spec, strikes=(*run.spec.strikes, strike_of(point, survive)))


def sampled(points: Iterable[Any], share: float, seed: int = 0) -> tuple[Any, ...]:
    """A share (0 to 1) of points or specs, chosen by hash: the same everywhere, a larger share keeps all of a smaller.

    Never empty where there was anything to choose from.
    """
    ranked = [(_rank(point, seed), point) for point in points]
    chosen = tuple(point for rank, point in ranked if rank < share)
    return chosen or tuple(point for _, point in sorted(ranked, key=lambda pair: pair[0])[:1])


def _rank(point: Any, seed: int) -> float:
    """A number from 0 to 1. Who is on trial does not count: everybody is put to the same sample."""
    if isinstance(point, Spec):
        point = replace(point, orchestrator=ANYBODY)
    return share_of(f"{seed} {point!r}")
