"""Who is better than whom: paired differences over the tasks that both ran, with intervals, and ranks that admit ties.

A task is better compared with itself: the difference of two policies is taken task by task, and whole clusters of tasks
(scenarios; seeds where there is one scenario) are drawn with replacement, the same draws for all pairs (B. Efron and R. J.
Tibshirani, An Introduction to the Bootstrap, 1993). Of fewer than six clusters the seeds within each are drawn too, because
four families that agree by chance are no rarity. Completion decides where the interval of its difference excludes 0; else cost
per success, where the interval of that does; else the share of the work that is right, likewise; else the two are tied. One
cluster has no interval: there the numbers themselves are compared.

The three intervals of a pair hold together (98.3 % each). What is drawn again from ten seeds spreads less than ten other seeds
would, so for few seeds intervals are wider than what is read off the draws (T. Hesterberg, What Teachers Should Know about the
Bootstrap, 2015). Of equal rows one pair in twenty or fewer is told apart, below ten seeds one in ten.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise
from math import inf, isfinite, pi, sqrt, tan
from statistics import NormalDist

from reports.bootstrap import DRAWS, LOW, draws, nested_draws

CLUSTERS_FEW = 6
"""With fewer clusters an interval over them is narrower than it says."""

Task = tuple[Hashable, ...]

Outcome = tuple[int, float, float]
"""Of one task: how many of its runs completed (one run: 0 or 1), what they cost, and how much of their work is right."""


@dataclass(frozen=True)
class Sample:
    """What one row of a leaderboard did, task by task: `tasks` by cluster, each task with its outcome.

    A task is named by a tuple that begins with its seed: tasks of one seed are drawn together. `merit` orders rows whose
    difference has no interval: bigger is better.
    """

    tasks: Mapping[Hashable, Mapping[Task, Outcome]]
    merit: tuple[float, ...]


@dataclass(frozen=True)
class Pair:
    """The first of two rows against the second. `better` is 1, -1 or 0 (tied), `by` says what decided.

    `completion`, `cost` and `work` are first minus second: shares, cost per success in uncached input tokens, and shares of
    the work that is right; a cost is None where one of them never succeeded. Intervals are None without at least two
    clusters, `tasks` is how many both ran.
    """

    better: int
    by: str
    tasks: int
    completion: float | None = None
    completion_interval: tuple[float, float] | None = None
    cost: float | None = None
    cost_interval: tuple[float, float] | None = None
    work: float | None = None
    work_interval: tuple[float, float] | None = None

    @property
    def turned(self) -> Pair:
        """The same pair, the other one first."""
        return Pair(
            -self.better, self.by, self.tasks, _negative(self.completion), _mirrored(self.completion_interval),
            _negative(self.cost), _mirrored(self.cost_interval), _negative(self.work), _mirrored(self.work_interval),
        )  # fmt: skip


def _negative(value: float | None) -> float | None:
    return None if value is None else 0.0 - value


def _mirrored(interval: tuple[float, float] | None) -> tuple[float, float] | None:
    return None if interval is None else (0.0 - interval[1], 0.0 - interval[0])


def compare_all(samples: Sequence[Sample]) -> dict[tuple[int, int], Pair]:
    """Every pair of rows by their places, the lower place first."""
    return {(a, b): compare(samples[a], samples[b]) for a, b in combinations(range(len(samples)), 2)}


def compare(one: Sample, other: Sample) -> Pair:
    """The paired difference of two rows over the tasks that both ran."""
    shared = _shared(one, other)
    count = sum(map(len, shared.values()))
    if len(shared) < 2:
        return Pair((one.merit > other.merit) - (one.merit < other.merit), "value", count)
    units = _units(shared)
    first, second = _sums(one, units), _sums(other, units)
    totals = [_total([unit for cluster in sums for unit in cluster]) for sums in (first, second)]
    drawn, wider = (_drawn(first), _drawn(second)), widening(sum(map(len, units.values())))
    found = {name: (by(*totals), _interval([*map(by, *drawn)], by(*totals), wider)) for name, by in BY.items()}
    signs = {name: _sign(between) * (-1 if name == "cost" else 1) for name, (_, between) in found.items()}
    decided = next((name for name, sign in signs.items() if sign), "")
    (completion, completions), (cost, costs), (work, works) = found.values()
    return Pair(
        signs.get(decided, 0),
        decided,
        count,
        completion,
        completions,
        cost if abs(cost) < inf else None,
        costs,
        work,
        works,
    )


Total = tuple[float, float, float, float]
"""Completed, cost, work that is right, tasks."""

Sums = tuple[tuple[Total, ...], ...]
"""By cluster and by unit in it."""

Units = Mapping[Hashable, Sequence[Sequence[Task]]]
"""The tasks of each unit of each cluster."""


def _shared(one: Sample, other: Sample) -> dict[Hashable, tuple[Task, ...]]:
    """The tasks of both, by cluster, in the order of the first."""
    found = {
        cluster: tuple(task for task in tasks if task in other.tasks.get(cluster, ()))
        for cluster, tasks in one.tasks.items()
    }
    return {cluster: found[cluster] for cluster in sorted(found, key=str) if found[cluster]}


def _units(shared: Mapping[Hashable, Sequence[Task]]) -> Units:
    """The tasks of each cluster by seed; all in one where there are clusters enough."""
    if len(shared) >= CLUSTERS_FEW:
        return {cluster: (tasks,) for cluster, tasks in shared.items()}
    found: dict[Hashable, tuple[tuple[Task, ...], ...]] = {}
    for cluster, tasks in shared.items():
        by_seed: dict[Hashable, list[Task]] = {}
        for task in tasks:
            by_seed.setdefault(task[0], []).append(task)
        found[cluster] = tuple(tuple(by_seed[seed]) for seed in sorted(by_seed, key=str))
    return found


def _sums(sample: Sample, units: Units) -> Sums:
    return tuple(
        tuple(_total([(*sample.tasks[cluster][task], 1) for task in tasks]) for tasks in every)
        for cluster, every in units.items()
    )


def _total(parts: Sequence[Sequence[float]]) -> Total:
    done, spent, right, tasks = zip(*parts, strict=True)
    return float(sum(done)), sum(spent), sum(right), float(sum(tasks))


@lru_cache(maxsize=256)
def _drawn(sums: Sums) -> tuple[Total, ...]:
    """The sums over every draw; rows are compared many times, and drawn once."""
    done, spent, right, tasks = zip(*(unit for cluster in sums for unit in cluster), strict=True)
    shape = tuple(map(len, sums))
    samples = draws(len(sums)) if set(shape) == {1} else nested_draws(shape)
    return tuple(
        (
            sum([done[place] for place in draw]),
            sum([spent[place] for place in draw]),
            sum([right[place] for place in draw]),
            sum([tasks[place] for place in draw]),
        )
        for draw in samples
    )


def _completion(one: Total, other: Total) -> float:
    return (one[0] - other[0]) / one[3]


def _cost(one: Total, other: Total) -> float:
    """Cost per success of one minus that of the other; no success is infinitely dear, and as dear as none."""
    costs = [sums[1] / sums[0] if sums[0] else inf for sums in (one, other)]
    return 0.0 if costs[0] == costs[1] else costs[0] - costs[1]


def _work(one: Total, other: Total) -> float:
    return (one[2] - other[2]) / one[3]


LEAST = LOW / 3
"""What each of three intervals leaves out at either end, so that all three hold together."""

BY = {"completion": _completion, "cost": _cost, "work": _work}
"""What rows are compared by, the first that decides counts."""


def _interval(values: list[float], middle: float, wider: float) -> tuple[float, float]:
    """The interval of a difference, `middle` in the sample itself, by its values over all draws."""
    values.sort()
    low, high = values[int(LEAST * DRAWS)], values[-1 - int(LEAST * DRAWS)]
    if not all(map(isfinite, (low, middle, high))):
        return low, high
    return middle - wider * max(0.0, middle - low), middle + wider * max(0.0, high - middle)


@lru_cache(maxsize=256)
def widening(units: int) -> float:
    """How much wider an interval of so many drawn units must be than what is read off the draws; 1 for very many.

    sqrt(n / (n - 1)), for drawing with replacement, times the quantile of Student's t with n - 1 degrees of freedom over that
    of the normal distribution. Infinite for one unit.
    """
    if units < 2:
        return inf
    return sqrt(units / (units - 1)) * student(1 - LEAST, units - 1) / NormalDist().inv_cdf(1 - LEAST)


def student(share: float, freedom: int) -> float:
    """The quantile of Student's t, exact for one and two degrees of freedom; else good to 1 % by the series of
    R. A. Fisher and E. A. Cornish (1960) from three degrees on, for shares up to 0.995."""
    if freedom == 1:
        return tan(pi * (share - 0.5))
    if freedom == 2:
        return (2 * share - 1) * sqrt(2 / (1 - (2 * share - 1) ** 2))
    z = NormalDist().inv_cdf(share)
    terms = (
        z**3 + z,
        5 * z**5 + 16 * z**3 + 3 * z,
        3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z,
        79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z,
    )
    parts = zip(terms, (4, 96, 384, 92_160), strict=True)
    series = sum(term / (by * freedom**power) for power, (term, by) in enumerate(parts, 1))
    return float(z + series)


def _sign(interval: tuple[float, float]) -> int:
    """1 where all of an interval is above 0, -1 where all is below, else 0; what is left by rounding is no difference."""
    low, high = interval
    return (low > 1e-9) - (high < -1e-9)


def ranks(count: int, pairs: Mapping[tuple[int, int], Pair]) -> list[tuple[int, int]]:
    """For each row its best and its worst rank: 1 + those that are better, and all but those that are worse."""
    above, below = [0] * count, [0] * count
    for (a, b), pair in pairs.items():
        if pair.better:
            winner, loser = (a, b) if pair.better > 0 else (b, a)
            above[loser] += 1
            below[winner] += 1
    return [(1 + above[place], count - below[place]) for place in range(count)]


def groups(order: Sequence[int], pairs: Mapping[tuple[int, int], Pair]) -> int:
    """How many groups rows fall into, best first: one more wherever a row is better than the next."""
    won = [pairs[a, b].better > 0 if a < b else pairs[b, a].better < 0 for a, b in pairwise(order)]
    return bool(order) + sum(won)
