"""How CPU and memory grow with the number of steps, with a policy that bounds the view and with one that keeps it all."""

from __future__ import annotations

import math
import tracemalloc
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from benchmarks.figure import Figure, bound_figure
from benchmarks.timing import best_of, cpu_seconds
from benchmarks.workload import BOUNDING, KEEP_ALL, run_reference

EXPONENT = 1.05
BYTES_A_STEP = 2_048


def figures(_folder: Path, sizes: tuple[int, int] = (100, 10_000), rounds: int = 5) -> Iterator[Figure]:
    """The exponent of total CPU time between two numbers of steps, and the peak of memory at the larger."""
    few, many = sizes
    for policy in (KEEP_ALL, BOUNDING):
        run_reference(few, "read", policy)
        work = {str(steps): partial(cpu_seconds, partial(run_reference, steps, "read", policy)) for steps in sizes}
        best = best_of(work, rounds)
        exponent = math.log(best[str(many)] / best[str(few)]) / math.log(many / few)
        yield bound_figure(f"growth, {policy.name}, N={few:,} to {many:,} (CPU)", exponent, EXPONENT, "")
    for policy in (KEEP_ALL, BOUNDING):
        peak = peak_bytes(partial(run_reference, many, "read", policy))
        yield bound_figure(f"memory a step, {policy.name}, N={many:,}", peak / many, BYTES_A_STEP, "B")


def peak_bytes(work: Callable[[], object]) -> int:
    """The most Python memory that was in use at once beyond what was in use before, as `tracemalloc` counts it.

    It counts what the interpreter allocates, the finished run with its journal as bytes included; not the history and
    the journal once they are long enough to stream out to temporary files.
    """
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        work()
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
