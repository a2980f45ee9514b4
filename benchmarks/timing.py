"""Best of several rounds, the measured thing and its floor in turns, so that a slow minute slows both."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping

Cell = Callable[[], float]
"""Does its work once and returns the seconds that it took; what it prepares before is its own affair."""


def best_of(cells: Mapping[str, Cell], rounds: int, enough: float = 0.0) -> dict[str, float]:
    """The fewest seconds of every cell over `rounds` turns of all of them.

    The fewest seconds can only overstate what something costs, so turns may end once no cell took more than `enough`.
    """
    best: dict[str, float] = {}
    for _ in range(rounds):
        for name, cell in cells.items():
            gc.collect()
            seconds = cell()
            best[name] = min(seconds, best.get(name, seconds))
        if max(best.values()) <= enough:
            break
    return best


def cpu_seconds(work: Callable[[], object]) -> float:
    """CPU seconds of this process for one piece of work."""
    began = time.process_time()
    work()
    return time.process_time() - began


def wall_seconds(work: Callable[[], object]) -> float:
    """Seconds on the wall for one piece of work."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
