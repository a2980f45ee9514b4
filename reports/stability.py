"""Backtest of a leaderboard: how many seeds a difference needs, and whether two halves of the seeds rank alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from math import ceil, sqrt
from statistics import NormalDist, median, stdev
from typing import Any

from harness.metrics import Prices
from reports.cuts import Cut, Subject
from reports.flips import ALPHA, POWER
from reports.leaderboard import Leaderboard, Row, cost_of, leaderboard
from reports.measured import scored
from reports.report import Report

ALIKE = 0.8
"""Kendall's tau from which on two halves are said to rank alike."""

POINTS = (0.05, 0.1, 0.2)
SHARES = (0.05, 0.1, 0.2)
"""Differences of completion, and of cost as a share of the dearer, for which the seeds are told."""


@dataclass(frozen=True)
class Needed:
    """What it takes to tell two neighbours of the board apart: seeds for the difference that was seen, None where it is 0.

    `completion` and `cost` (per success) are first minus second, the cost as a share of the bigger one, 0 where one of them
    never succeeded. `tied` says that the board ties them: where the seeds needed are there, its families disagree, and only
    more families would tell.
    """

    first: Subject
    second: Subject
    completion: float
    cost: float
    seeds_by_completion: int | None
    seeds_by_cost: int | None
    tied: bool = False


@dataclass(frozen=True)
class Stability:
    """The backtest of one board over `seeds` seeds; `rows` are a policy at a view budget each, controls left out.

    `for_completion` and `for_cost` are the seeds that a difference of so much needs (power 0.8, two-sided 5 %), from the median
    spread of paired differences between seeds; empty with fewer than two seeds. `tau` compares the ranks of even with those
    of odd seeds, ties as ties, controls left out, and `tau_values` the order by completion and cost without regard to ties;
    None where a half has no seed, fewer than two rows, or nothing but ties. `decided` counts the pairs of rows that neither
    half ties, and `agreed` those of them that both order alike: a low tau with all of them agreed means too few seeds, not
    orders that turn.
    """

    cut: Cut
    book: str
    seeds: int
    rows: int
    for_completion: dict[float, int]
    for_cost: dict[float, int]
    neighbours: tuple[Needed, ...]
    tau: float | None
    tau_values: float | None
    decided: int = 0
    agreed: int = 0

    @property
    def sentence(self) -> str:
        """The backtest in words."""
        if self.rows < 2:
            return "Fewer than two rows beside the controls: there is no order to test."
        if self.tau is None:
            if self.seeds < 2:
                return "One seed says nothing of others: run more, longhaul run --seeds 20."
            return "In a half of the seeds all are tied: more seeds are needed before there is an order to test."
        verdict = "rank alike" if self.tau >= ALIKE else f"do not rank alike (that is {ALIKE:g} or more)"
        return f"Even and odd seeds {verdict}: Kendall's tau is {self.tau:.2f} for {self.rows} rows."


def stability(report: Report, books: Iterable[Prices] = (), cut: Cut | None = None) -> Stability:
    """Test a board of a report back. Raises `UsageError` as `leaderboard` does."""
    books, cut = tuple(books), cut or Cut(pooled=True)
    board = leaderboard(report, books, cut=cut)
    trial = [row for row in board.rows if not row.mark and row.completion is not None]
    prices = next(book for book in board.books if book.name == board.book)
    held = [scored(row) for row in report.runs if cut.holds(row) and not row["strikes"]]
    runs = [row for row in held if row["completed"] is not None]
    seeds = {row["seed"] for row in runs}
    by_subject = {row.subject: _by_seed(runs, row.subject, (cut, prices)) for row in trial}
    every = [_spread(by_subject[a.subject], by_subject[b.subject]) for a, b in combinations(trial, 2)]
    halves = [_half(report, books, (cut, odd)) for odd in (0, 1)]
    return Stability(
        cut, board.book, len(seeds), len(trial),
        _needed([found[0] for found in every if found], POINTS), _needed([found[1] for found in every if found], SHARES),
        tuple(_neighbours(pair, by_subject, tied) for pair, tied in _pairs(board, trial)),
        _tau(halves, lambda row: -(row.rank + row.rank_to) / 2),
        _tau(halves, lambda row: _value(row, board.book)), *_agreement(halves),
    )  # fmt: skip


def kendall(first: Sequence[Any], second: Sequence[Any]) -> float | None:
    """Kendall's tau-b of two orders of the same things: 1 alike, -1 reversed; None where one of them is all ties.

    Source: M. G. Kendall, The treatment of ties in ranking problems, Biometrika 33 (1945).
    """
    signs = [
        ((first[a] > first[b]) - (first[a] < first[b]), (second[a] > second[b]) - (second[a] < second[b]))
        for a, b in combinations(range(len(first)), 2)
    ]
    untied = [sum(bool(pair[side]) for pair in signs) for side in (0, 1)]
    return sum(a * b for a, b in signs) / sqrt(untied[0] * untied[1]) if all(untied) else None


def seeds_for(spread: float, difference: float) -> int | None:
    """The seeds that find a paired difference with power 0.8 at two-sided 5 %; None for no difference.

    n = ((z of 0.975 + z of 0.8) x spread / difference)^2, `spread` the standard deviation of a seed's paired difference in
    the same unit; at least 2, because one seed has no spread.
    """
    if abs(difference) < 1e-9:
        return None
    z = NormalDist().inv_cdf(1 - ALPHA / 2) + NormalDist().inv_cdf(POWER)
    return max(2, ceil((z * spread / difference) ** 2 - 1e-9))


Seeds = dict[Any, tuple[float, float]]
"""Completion and cost per run, by seed."""


def _by_seed(runs: Sequence[dict[str, Any]], subject: Subject, how: tuple[Cut, Prices]) -> Seeds:
    cut, prices = how
    found: dict[Any, list[dict[str, Any]]] = {}
    for row in runs:
        if cut.subject(row) == subject and row["verdict"] != "invalid":
            found.setdefault(row["seed"], []).append(row)
    return {
        seed: (sum(bool(row["completed"]) for row in rows) / len(rows), cost_of(rows, prices) / len(rows))
        for seed, rows in found.items()
    }


def _spread(one: Seeds, other: Seeds) -> tuple[float, float] | None:
    """The standard deviations over seeds of the differences of completion, and of cost per success by the bigger one.

    A seed's part in a cost per success r = C / S is (cost - r x successes) / mean successes, to first order.
    """
    shared = sorted(one.keys() & other.keys(), key=str)
    if len(shared) < 2:
        return None
    parts = [_parts(side, shared) for side in (one, other)]
    bigger = max(_per_success(one, shared), _per_success(other, shared)) or 1.0
    return (
        stdev(one[seed][0] - other[seed][0] for seed in shared),
        stdev((a - b) / bigger for a, b in zip(*parts, strict=True)),
    )


def _per_success(side: Seeds, seeds: Sequence[Any]) -> float:
    """Cost per success; 0 without a success."""
    done = sum(side[seed][0] for seed in seeds)
    return sum(side[seed][1] for seed in seeds) / done if done else 0.0


def _parts(side: Seeds, seeds: Sequence[Any]) -> list[float]:
    ratio, done = _per_success(side, seeds), sum(side[seed][0] for seed in seeds) / len(seeds)
    return [(side[seed][1] - ratio * side[seed][0]) / done if done else 0.0 for seed in seeds]


def _needed(spreads: Sequence[float], differences: Iterable[float]) -> dict[float, int]:
    return {size: seeds_for(median(spreads), size) or 0 for size in differences} if spreads else {}


def _pairs(board: Leaderboard, trial: Sequence[Row]) -> Iterator[tuple[tuple[Subject, Subject], bool]]:
    """Neighbours of the board, and whether it ties them."""
    places = {row.subject: place for place, row in enumerate(board.rows)}
    for a, b in pairwise(trial):
        yield (a.subject, b.subject), not board.pairs[places[a.subject], places[b.subject]].better


def _neighbours(pair: tuple[Subject, Subject], by_subject: dict[Subject, Seeds], tied: bool) -> Needed:
    one, other = (by_subject[subject] for subject in pair)
    shared = sorted(one.keys() & other.keys(), key=str)
    spread = _spread(one, other)
    means = [sum(side[seed][0] for seed in shared) / max(1, len(shared)) for side in (one, other)]
    costs = [_per_success(side, shared) for side in (one, other)]
    completion = means[0] - means[1]
    cost = (costs[0] - costs[1]) / max(costs) if all(costs) else 0.0
    needed = (seeds_for(spread[0], completion), seeds_for(spread[1], cost)) if spread else (None, None)
    return Needed(*pair, completion, cost, *needed, tied)


def _half(report: Report, books: tuple[Prices, ...], half: tuple[Cut, int]) -> Leaderboard | None:
    """The board of even (0) or odd (1) seeds; None where there is none."""
    cut, odd = half
    runs = tuple(row for row in report.runs if row["seed"] % 2 == odd)
    if not any(cut.holds(row) for row in runs):
        return None
    return leaderboard(replace(report, runs=runs, missing=()), books, cut=cut)


def _tau(halves: Sequence[Leaderboard | None], key: Any) -> float | None:
    if None in halves:
        return None
    found = [
        {row.subject: key(row) for row in half.rows if not row.mark and row.completion is not None}
        for half in halves
        if half
    ]
    shared = sorted(found[0].keys() & found[1].keys(), key=repr)
    return kendall([found[0][name] for name in shared], [found[1][name] for name in shared])


def _agreement(halves: Sequence[Leaderboard | None]) -> tuple[int, int]:
    """The pairs of rows, controls left out, that both boards decide, and those that they decide alike."""
    one, other = (_decided(half) if half else {} for half in halves)
    shared = one.keys() & other.keys()
    return len(shared), sum(one[pair] == other[pair] for pair in shared)


def _decided(board: Leaderboard) -> dict[frozenset[Subject], Subject]:
    """Who is better, by the two of a pair."""
    trial = {place: row.subject for place, row in enumerate(board.rows) if not row.mark}
    return {
        frozenset((trial[a], trial[b])): trial[a if pair.better > 0 else b]
        for (a, b), pair in board.pairs.items()
        if pair.better and a in trial and b in trial
    }


def _value(row: Row, book: str) -> tuple[float, float]:
    cost = row.cost[book]
    return row.completion or 0.0, -(float("inf") if cost is None else cost)
