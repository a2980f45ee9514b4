"""How long it takes to kill a run at every crash point by forking it, how that grows, and every pair of crashes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmarks.figure import Figure, bound_figure
from benchmarks.timing import best_of, cpu_seconds
from harness.explore import Exploration, Explored
from harness.faults import Survive
from harness.spec import Spec

SINGLES_SECONDS = 12.0
EXPONENT = 1.2
PAIRS_SECONDS = 60.0
TWO: tuple[Survive, ...] = ("none", "all")
FOUR: tuple[Survive, ...] = ("none", "half", "all_but_last_byte", "all")


def all_pass(found: Iterable[Explored]) -> int:
    """How many runs were explored. Raises `AssertionError` with the spec of a bad one."""
    count = 0
    for one in found:
        count += 1
        assert one.outcome == "pass", f"{one.spec!r}: {one.violated}"
    return count


def singles(scenario: str, horizon: int) -> int:
    """Every single crash with two survivors, the clean run included."""
    return all_pass(Exploration(Spec(scenario, horizon=horizon)).singles(TWO))


def doubles(horizon: int) -> int:
    """Every ordered pair of crashes with four survivors each."""
    return all_pass(Exploration(Spec("pay_invoices", horizon=horizon, kind="queryable")).doubles(FOUR))


def figures(_folder: Path, horizon: int = 100, rounds: int = 3, pairs_horizon: int = 6) -> Iterator[Figure]:
    """CPU seconds in one process, judging included."""
    counts: dict[str, int] = {}

    def timed(name: str, scenario: str, size: int) -> float:
        return cpu_seconds(lambda: counts.__setitem__(name, singles(scenario, size)))

    for scenario in ("rename_api", "pay_invoices"):
        short, long = horizon // 2, 4 * horizon
        best = best_of({
            str(size): lambda size=size, scenario=scenario: timed(f"{scenario} {size}", scenario, size)  # type: ignore[misc]
            for size in (short, horizon, long)
        }, rounds, 0.0)  # fmt: skip
        count = counts[f"{scenario} {horizon}"]
        what = f"{count} single crashes of {scenario} {horizon}, 2 survivors (CPU)"
        yield bound_figure(what, best[str(horizon)], SINGLES_SECONDS, "s")
        exponent = math.log(best[str(long)] / best[str(short)]) / math.log(long / short)
        yield bound_figure(f"growth exponent, {scenario} {short} to {long}", exponent, EXPONENT, "")
    pairs = cpu_seconds(lambda: counts.__setitem__("pairs", doubles(pairs_horizon)))
    what = f"{counts['pairs']} ordered pairs of pay_invoices {pairs_horizon}, 4 survivors (CPU)"
    yield bound_figure(what, pairs, PAIRS_SECONDS, "s")
