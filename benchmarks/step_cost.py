"""What one step of the reference costs in `sim`, with every rule on, against an orjson line per event without sync."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.figure import Figure, ratio_figure
from benchmarks.floors import run_floor
from benchmarks.timing import best_of, cpu_seconds
from benchmarks.workload import run_reference
from harness.types import Effect

REACH = 8.0


def figures(folder: Path, sizes: tuple[int, ...] = (1_000, 10_000), rounds: int = 5) -> Iterator[Figure]:
    """CPU per step at each number of steps, for a tool that reads and for one that changes the world."""
    run_reference(50)
    for steps in sizes:
        best = best_of(
            {
                "floor": partial(cpu_seconds, partial(run_floor, folder / "floor.jsonl", steps)),
                **{effect: partial(cpu_seconds, partial(run_reference, steps, effect)) for effect in EFFECTS},
            },
            rounds,
        )
        for effect in EFFECTS:
            what = f"step in sim, {effect} tool, N={steps:,} (CPU)"
            yield ratio_figure(what, best[effect] / steps, best["floor"] / steps, REACH)


EFFECTS: tuple[Effect, ...] = ("read", "write")
