"""Who finished, and for how much: completion first, then cost per success, then how much of the work came out right.

Completion and costs are those of runs without strikes; what crashes and other faults did is counted in columns of its own.
A run counts if it is valid; every rate says n completed / n valid / n planned. Cost per success is the cost of all
valid runs, failures included, divided by the successes. Where too few succeed to tell rows apart by either, the share of the
work that is right in the end decides. Ranks are those of paired differences (reports/ranks.py), so that
rows between which the tasks cannot decide share theirs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from harness.errors import UsageError
from harness.metrics import BOOKS, Prices
from harness.metrics.numbers import median
from harness.spec import VERSION
from reports.bootstrap import interval
from reports.cuts import ALL, PLAIN, Cut, Subject, planned
from reports.fronts import Place, hypervolume, matched_ratio, pareto
from reports.measured import failure, mean_of, most_of, pins_kept, scored
from reports.notes import notes_of
from reports.ranks import Outcome, Pair, Sample, compare_all, groups, ranks
from reports.report import Report
from reports.schema import OVER_FAULT_FREE
from reports.trials import Trials

Rows = Sequence[dict[str, Any]]
Interval = tuple[float, float] | None

CEILING, FLOOR = "keep_all", "drop_all"

BEYOND = 2.0
"""The reference cost of a hypervolume is so many times the cost of the ceiling, so that no policy moves the number of another.
Masks that roll every turn cost up to 2.8 times as much with a cache: what is dearer than the reference cost adds nothing."""

TASK = ("scenario", "horizon", "kind", "difficulty", "input", "spare_tools", "seed", "view_budget", "model", "setting")
"""What makes two clean runs runs of the same task."""


@dataclass(frozen=True)
class Row:
    """One row. `rank` is the best and `rank_to` the worst that the tasks allow: rows that share ranks are `tied`.

    `cost` (per success) and `cost_per_run` are by price book, in uncached input tokens; the first is None where nobody
    succeeded.

    Runs of scenarios that claim no completion (`recorded`) count as valid and planned, and in tokens and compactions, but
    not in completion and costs; `claiming` are the other valid ones, and `completion` is None where there are none.
    `struck`, `recovered` and `crashed` count valid runs with strikes (of `struck_planned`), those of them that a crash hit
    and that came out right, and those that a crash hit.
    Duplicated and lost effects are summed over all valid runs, struck ones too. `same_tasks` is False where this row ran
    other tasks than most. `failed` counts runs that the policy itself brought to an end, and `failure` says how the first.

    `matched` is the cost at the completion of keep_all over that of keep_all, and `hypervolume` the share of the plane of
    cost (up to `BEYOND` times that of keep_all) and completion that the policy's view budgets dominate, both under the board's
    price book; None where keep_all did not run, or cost nothing. `work` (that is right), `recall` and `pins` are shares,
    `peak` the biggest request in tokens, `thrash` faults a turn; None where the report does not have them.
    """

    rank: int
    tied: bool
    subject: Subject
    mark: str
    completed: int
    claiming: int
    valid: int
    planned: int
    completion: float | None
    completion_interval: Interval
    cost: dict[str, float | None]
    cost_per_run: dict[str, float | None]
    cost_interval: Interval
    tokens_per_run: float | None
    token_slope: float | None
    compactions_per_run: float | None
    struck: int
    struck_planned: int
    crashed: int
    recovered: int
    dup_effects: int
    lost_effects: int
    same_tasks: bool
    rank_to: int = 0
    failed: int = 0
    failure: str = ""
    matched: float | None = None
    hypervolume: float | None = None
    recall: float | None = None
    pins: float | None = None
    peak: float | None = None
    thrash: float | None = None
    work: float | None = None
    time_over_fault_free: float | None = None


@dataclass(frozen=True)
class Findings:
    """Which of the orders of a board hold at every grid point of a varied profile (reports/findings.py).

    `points` names the grid points. By the places of two rows that the tasks separate: `finding`, `not stable`, or `not checked`
    where a grid point has not both of them.
    """

    points: tuple[str, ...]
    pairs: Mapping[tuple[int, int], str]

    def of(self, place: int) -> tuple[int, int]:
        """Of one row: how many of its orders are findings, and how many there are."""
        said = [word for pair, word in self.pairs.items() if place in pair]
        return said.count("finding"), len(said)


@dataclass(frozen=True)
class Leaderboard:
    """The rows in order, under which price books, and how intervals were clustered (scenario, seed or none).

    `cut` is what part of the report it is about and `book` the price book that ranks. `groups` counts what is separated:
    neighbours, controls left out, between which the tasks decide are of two groups. `findings` says which orders hold when
    the profile is varied (None where nobody varied it). `trials` are those of each row in order, empty where nobody counted
    them or no task was tried twice (reports/trials_board.py). `pairs` are all paired differences, by the places of two rows.
    `tasks` are those that most rows ran, whatever the model and the view budget.
    """

    rows: tuple[Row, ...]
    books: tuple[Prices, ...]
    cluster: str
    notes: tuple[str, ...]
    version: int = VERSION
    cut: Cut = ALL
    book: str = BOOKS[0].name
    groups: int = 0
    findings: Findings | None = None
    trials: tuple[Trials, ...] = ()
    pairs: Mapping[tuple[int, int], Pair] = field(default_factory=dict, repr=False, compare=False)
    tasks: frozenset[Any] = field(default=frozenset(), repr=False, compare=False)


@dataclass(frozen=True)
class _Frame:
    """What all rows of a board have in common."""

    books: tuple[Prices, ...]
    book: Prices
    cluster: str
    usual: frozenset[Any]
    cut: Cut


def leaderboard(
    report: Report, books: Iterable[Prices] = (), scenario: str | None = None, cut: Cut | None = None
) -> Leaderboard:
    """Rank the subjects of a report, or of the part of it that `cut` names; `books` are added to the built-in price books.

    Raises `UsageError` where there is nothing to rank, where one task was run on different inputs, or another suite version
    is in the report.
    """
    cut = cut or Cut(family=scenario or "")
    runs = [scored(row) for row in report.runs if cut.holds(row)]
    missing, missing_struck = _lacking(report, cut)
    if not runs and not missing and not missing_struck:
        raise UsageError(f"{report.path} holds no runs{f' of scenario {cut.family!r}' if cut.family else ''}")
    _refuse_mixed(runs, report)
    clean = [row for row in runs if not row["strikes"]]
    cluster = _cluster([row for row in clean if row["completed"] is not None])
    every = (*BOOKS, *(book for book in books if book.name not in {known.name for known in BOOKS}))
    groups: dict[Subject, list[dict[str, Any]]] = {}
    for row in runs:
        groups.setdefault(cut.subject(row), []).append(row)
    for subject in (*missing, *missing_struck):
        groups.setdefault(subject, [])
    frame = _Frame(every, _book(every, cut.book), cluster, _usual_tasks(groups.values()), cut)
    made = [_row(subject, rows, (missing[subject], missing_struck[subject]), frame) for subject, rows in groups.items()]
    ranked, pairs, separated = _ranked(_swept(made, frame.book), groups, frame)
    notes = notes_of(ranked, groups, cluster, frame.usual)
    return Leaderboard(
        ranked, every, cluster, notes, cut=cut, book=frame.book.name, groups=separated, pairs=pairs, tasks=frame.usual
    )


def _book(books: Iterable[Prices], name: str) -> Prices:
    known = {book.name: book for book in books}
    if name and name not in known:
        raise UsageError(f"no price book {name!r}; there are {', '.join(known)}")
    return known[name or next(iter(known))]


def _lacking(report: Report, cut: Cut) -> tuple[Counter[Subject], Counter[Subject]]:
    """Planned specs without a run by subject: those without strikes, and those with."""
    lacking: tuple[Counter[Subject], Counter[Subject]] = (Counter(), Counter())
    for spec in map(planned, report.missing):
        if cut.holds(spec):
            lacking[bool(spec["strikes"])][cut.subject(spec)] += 1
    return lacking


def _refuse_mixed(runs: Rows, report: Report) -> None:
    """One task on two inputs is two tasks."""
    inputs: dict[tuple[Any, ...], str] = {}
    for row in runs:
        task = tuple(row[name] for name in ("scenario", "horizon", "kind", "difficulty", "input", "seed"))
        if inputs.setdefault(task, row["input_digest"]) != row["input_digest"]:
            raise UsageError(
                f"{report.path} mixes inputs: {row['scenario']} on {row['input']!r} was run with digests "
                f"{inputs[task]!r} and {row['input_digest']!r}; run all of it on one input"
            )
        if row["version"] != VERSION:
            raise UsageError(f"{report.path} mixes suite versions: {row['spec']}; this is version {VERSION}")


def _cluster(clean: Rows) -> str:
    for name in ("scenario", "seed"):
        if len({row[name] for row in clean}) > 1:
            return name
    return "none"


def _task(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row.get(name, 0) for name in TASK)


def _usual_tasks(groups: Iterable[Rows]) -> frozenset[Any]:
    """The set of tasks that most subjects were put to; the larger one where two are as common."""
    sets = Counter(frozenset(_task(row)[:-3] for row in rows if not row["strikes"]) for rows in groups)
    sets.pop(frozenset(), None)
    return max(sets, key=lambda tasks: (sets[tasks], len(tasks), sorted(map(str, tasks))), default=frozenset())


def _row(subject: Subject, rows: Rows, missing: tuple[int, int], frame: _Frame) -> Row:
    books, cluster = frame.books, frame.cluster
    clean = [row for row in rows if not row["strikes"]]
    valid = [row for row in clean if row["verdict"] != "invalid"]
    hit = [row for row in rows if row["strikes"]]
    struck = [row for row in hit if row["verdict"] != "invalid"]
    crashed = [row for row in struck if row["recovery_correct"] is not None]
    claiming = [row for row in valid if row["completed"] is not None]
    costly = claiming or valid
    clusters = [_sums(rows, frame.book) for rows in _clusters(claiming, cluster).values()]
    slopes = [row["token_slope"] for row in valid if row["token_slope"] is not None]
    return Row(
        rank=0, tied=False, subject=subject, mark=_mark(subject),
        completed=sum(row["completed"] for row in claiming), claiming=len(claiming), valid=len(valid),
        planned=len(clean) + missing[0],
        completion=_completion(claiming), completion_interval=interval(clusters, lambda sample: _share(sample, 0, 2)),
        cost={book.name: cost_per_success(claiming, book) for book in books},
        cost_per_run={book.name: cost_of(costly, book) / len(costly) if costly else None for book in books},
        cost_interval=interval(clusters, lambda sample: _share(sample, 1, 0)),
        tokens_per_run=_mean(valid, "tokens_total"), token_slope=median(slopes) if slopes else None,
        compactions_per_run=_mean(valid, "compactions"),
        struck=len(struck), struck_planned=len(hit) + missing[1], crashed=len(crashed),
        recovered=sum(row["recovery_correct"] for row in crashed),
        dup_effects=sum(row["dup_effects"] for row in (*valid, *struck)),
        lost_effects=sum(row["lost_effects"] for row in (*valid, *struck)),
        same_tasks=frozenset(_task(row)[:-3] for row in clean) in (frame.usual, frozenset()),
        failed=sum(bool(failure(row)) for row in valid), failure=next(filter(None, map(failure, valid)), ""),
        recall=mean_of(valid, "reference_recall"), pins=pins_kept(valid),
        peak=most_of(valid, "tokens_peak"), thrash=mean_of(valid, "thrash"),
        work=mean_of(claiming, "work_right"),
        time_over_fault_free=mean_of(crashed, OVER_FAULT_FREE.name),
    )  # fmt: skip


def _mark(subject: Subject) -> str:
    if subject.orchestrator == PLAIN:
        return "no model"
    return {CEILING: "ceiling", FLOOR: "floor"}.get(subject.policy, "")


def _clusters(valid: Rows, cluster: str) -> dict[Any, list[dict[str, Any]]]:
    found: dict[Any, list[dict[str, Any]]] = {}
    for row in valid if cluster != "none" else ():
        found.setdefault(row[cluster], []).append(row)
    return found


def _completion(claiming: Rows) -> float | None:
    return sum(row["completed"] for row in claiming) / len(claiming) if claiming else None


Sums = tuple[int, float, int]


def _sums(rows: Rows, book: Prices) -> Sums:
    """Of a cluster: completed, cost, runs."""
    return sum(bool(row["completed"]) for row in rows), cost_of(rows, book), len(rows)


def _share(sample: Sequence[Sums], of: int, by: int) -> float | None:
    """One of the sums of a sample of clusters divided by another; None where that is nothing."""
    total = sum([sums[by] for sums in sample])
    return sum([sums[of] for sums in sample]) / total if total else None


def cost_per_success(valid: Rows, prices: Prices) -> float | None:
    """The cost of all valid runs, failures included, divided by the successes; None without a success."""
    successes = sum(bool(row["completed"]) for row in valid)
    if not successes:
        return None
    return cost_of(valid, prices) / successes


def cost_of(rows: Rows, prices: Prices) -> float:
    """The cost of runs, from the sums of their tokens."""
    return prices.of(*(sum(row[name] for row in rows) for name in ("tokens_input", "tokens_cached", "tokens_output")))


def _mean(rows: Rows, name: str) -> float | None:
    return sum(row[name] for row in rows) / len(rows) if rows else None


def _swept(rows: Sequence[Row], book: Prices) -> list[Row]:
    """The rows with what takes all view budgets of a policy: hypervolume, and cost at the completion of keep_all."""
    sweeps: dict[Subject, list[Place]] = {}
    for row in rows:
        cost = row.cost_per_run[book.name]
        if row.completion is not None and cost is not None:
            sweeps.setdefault(replace(row.subject, view_budget=0.0), []).append((cost, row.completion))
    made = []
    for row in rows:
        of = replace(row.subject, view_budget=0.0)
        own, ceiling = sweeps.get(of, []), sweeps.get(replace(of, policy=CEILING), [])
        edge = BEYOND * max((cost for cost, _ in ceiling), default=0.0)
        volume = hypervolume(own, edge) if own and edge > 0 and row.mark != "no model" else None
        matched = matched_ratio(own, pareto(ceiling)[-1]) if ceiling else None
        made.append(replace(row, hypervolume=volume, matched=matched))
    return made


Ranked = tuple[tuple[Row, ...], Mapping[tuple[int, int], Pair], int]


def _ranked(rows: Sequence[Row], runs: Mapping[Subject, Rows], frame: _Frame) -> Ranked:
    """In order of the worst rank that the tasks allow, then of the best, of the merit, of the name."""
    by_name = sorted(rows, key=lambda row: (*(-value for value in _merit(row, frame)), repr(row.subject)))
    pairs = compare_all([_sample(row, runs[row.subject], frame) for row in by_name])
    spans = ranks(len(by_name), pairs)
    order = sorted(range(len(by_name)), key=lambda place: (*reversed(spans[place]), place))
    numbers = {place: number for number, place in enumerate(order)}
    turned = {
        (min(numbers[a], numbers[b]), max(numbers[a], numbers[b])): pair if numbers[a] < numbers[b] else pair.turned
        for (a, b), pair in pairs.items()
    }
    ranked = tuple(
        replace(by_name[place], rank=low, rank_to=high, tied=low < high)
        for place, (low, high) in ((place, spans[place]) for place in order)
    )
    trial = [place for place, row in enumerate(ranked) if not row.mark and row.completion is not None]
    return ranked, turned, groups(trial, turned)


def _merit(row: Row, frame: _Frame) -> tuple[float, float, float]:
    """Completion, cost per success and work, bigger is better."""
    cost = row.cost[frame.book.name]
    completion = -1.0 if row.completion is None else row.completion
    return completion, -(float("inf") if cost is None else cost), row.work or 0.0


def _sample(row: Row, runs: Rows, frame: _Frame) -> Sample:
    """What a row did on each task; a task is the same for all rows but where the row itself names its model."""
    names = (*TASK[:5], "model") if frame.cut.pooled else TASK[:5]
    tasks: dict[Any, dict[tuple[Any, ...], Outcome]] = {}
    for run in runs:
        if run["strikes"] or run["verdict"] == "invalid" or run["completed"] is None:
            continue
        task = (run["seed"], run.get("spare_tools", 0), *(run[name] for name in names), run.get("repeat", 1))
        cluster = run[frame.cluster] if frame.cluster != "none" else ""
        done, right = int(run["completed"]), run.get("work_right")
        tasks.setdefault(cluster, {})[task] = (done, cost_of([run], frame.book), done if right is None else right)
    return Sample(tasks, _merit(row, frame))
