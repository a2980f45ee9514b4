"""How long it takes to kill `rename_api` once at every one of its crash points, and to see each run finish well."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.figure import Figure, bound_figure
from benchmarks.timing import best_of, cpu_seconds
from harness.checks import judge
from harness.points import single_crashes
from harness.run import execute
from harness.spec import Spec

REACH_SECONDS = 5.0


def crash_everywhere(spec: Spec) -> int:
    """Run and judge every single crash of a spec; return how many. Raises `AssertionError` with the spec of a bad one."""
    count = 0
    for struck in single_crashes(spec):
        run = execute(struck)
        judgement = judge(run)
        assert judgement.outcome == "pass" and run.completed, f"{struck!r}: {judgement.violated or run.wrong}"
        count += 1
    return count


def figures(_folder: Path, horizon: int = 40, rounds: int = 4) -> Iterator[Figure]:
    """CPU time for the whole enumeration in one process, judging included: what it takes on one core of its own."""
    spec = Spec("rename_api", horizon=horizon)
    counts: list[int] = []
    best = best_of({"all": lambda: cpu_seconds(lambda: counts.append(crash_everywhere(spec)))}, rounds, REACH_SECONDS)
    yield bound_figure(f"{counts[0]} single crashes of rename_api {horizon} (CPU)", best["all"], REACH_SECONDS, "s")
