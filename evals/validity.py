"""Published comparisons of ways to keep a context small, made again with simulated models: tasks, arms and numbers.

Arms are paired: the same tasks (scenario, seed, length) for each, decided by hash thresholds, so a difference between two arms
is theirs. Lengths are drawn as published for SWE-agent: half of the trajectories up to 28 turns, 90 % up to 108, 250 at most;
those of research are shorter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, log
from statistics import NormalDist

from harness.draws import share_of
from harness.metrics import BOOKS, Prices
from harness.metrics.cost import cost
from harness.run import execute
from harness.spec import Spec

TASKS = 500
TURNS_MEDIAN, TURNS_P90, TURNS_MIN, TURNS_MAX = 28, 108, 6, 250
SHORT_MEDIAN = 14
RESEARCH_MEDIAN, RESEARCH_SPREAD = 14, 0.9
_P90 = 1.2815515655446004


def turns_of(task: int, median: float = TURNS_MEDIAN, spread: float = log(TURNS_P90 / TURNS_MEDIAN) / _P90) -> int:
    """How long a task is: log-normal with this median, and `spread` as the deviation of its logarithm."""
    draw = min(max(share_of(f"turns/{task}"), 0.001), 0.999)
    return round(min(max(median * exp(spread * NormalDist().inv_cdf(draw)), TURNS_MIN), TURNS_MAX))


def short_turns_of(task: int) -> int:
    """The length of a task where tasks are short: median 14, and (assumed) half of the spread."""
    return turns_of(task, SHORT_MEDIAN, log(TURNS_P90 / TURNS_MEDIAN) / _P90 / 2)


def research_turns_of(task: int) -> int:
    """The length of a task of research: half of them fit into 32K tokens with all that was shown, 12 searches and the answer.

    With this (assumed) spread there are 19 searches on average; 18.5 are published for an agent on BrowseComp-Plus.
    """
    return turns_of(task, RESEARCH_MEDIAN, RESEARCH_SPREAD)


@dataclass(frozen=True)
class Arm:
    """What one arm came to: the share of tasks completed, and the cost of all of them by price book."""

    completion: float
    cost: Mapping[str, float]
    turns: float


def arm(specs: Iterable[Spec], books: Sequence[Prices] = BOOKS) -> Arm:
    """Run one arm."""
    done, costs, turns, count = 0, dict.fromkeys((book.name for book in books), 0.0), 0, 0
    for spec in specs:
        run = execute(spec)
        done, count, turns = done + run.completed, count + 1, turns + run.passages.get("model", 0)
        for book in books:
            costs[book.name] += cost(run, book)
    return Arm(done / count, costs, turns / count)


def tasks_of(spec: Spec, lengths: Sequence[int]) -> list[Spec]:
    """The same spec for every task: its number is the seed, its length the horizon."""
    return [replace(spec, seed=number, horizon=turns) for number, turns in enumerate(lengths)]
