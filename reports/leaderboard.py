"""Who finished, and for how much: one row for each orchestrator and policy, completion first, then cost per success.

Completion and costs are those of runs without strikes; what crashes and other faults did is counted in columns of its own.
A run counts if it is valid; every rate says n completed / n valid / n planned. Cost per success is the cost of all
valid runs, failures included, divided by the successes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.errors import UsageError
from harness.metrics import BOOKS, Prices
from harness.metrics.numbers import median
from harness.spec import VERSION, Spec, parse
from reports.bootstrap import interval
from reports.report import Report
from reports.rows import label

Rows = Sequence[dict[str, Any]]
Interval = tuple[float, float] | None

CEILING, FLOOR, PLAIN = "keep_all", "drop_all", "no_model"

TASK = ("scenario", "horizon", "kind", "difficulty", "input", "seed", "view_budget", "model", "setting")
"""What makes two clean runs runs of the same task."""


@dataclass(frozen=True)
class Subject:
    """Who is ranked. Models, budgets and settings are never averaged."""

    orchestrator: str
    policy: str
    model: str
    view_budget: float
    setting: str


@dataclass(frozen=True)
class Row:
    """One row. `rank` is shared by ties. `cost` (per success) and `cost_per_run` are by price book, in
    uncached input tokens; the first is None where nobody succeeded.

    Runs of scenarios that claim no completion (`recorded`) count as valid and planned, and in tokens and compactions, but
    not in completion and costs; `claiming` are the other valid ones, and `completion` is None where there are none.
    `struck`, `recovered` and `crashed` count valid runs with strikes (of `struck_planned`), those of them that a crash hit
    and that came out right, and those that a crash hit.
    Duplicated and lost effects are summed over all valid runs, struck ones too. `same_tasks` is False where this row ran
    other tasks than most.
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


@dataclass(frozen=True)
class Leaderboard:
    """The rows in order, under which price books, and how intervals were clustered (scenario, seed or none)."""

    rows: tuple[Row, ...]
    books: tuple[Prices, ...]
    cluster: str
    notes: tuple[str, ...]
    version: int = VERSION


def leaderboard(report: Report, books: Iterable[Prices] = (), scenario: str | None = None) -> Leaderboard:
    """Rank the subjects of a report; `books` are added to the built-in price books.

    Raises `UsageError` where there is nothing to rank, or where one task was run on different inputs.
    """
    runs = [row for row in report.runs if scenario in (None, row["scenario"])]
    if not runs and not report.missing:
        raise UsageError(f"{report.path} holds no runs{f' of scenario {scenario!r}' if scenario else ''}")
    _refuse_mixed(runs, report)
    missing, missing_struck = _lacking(report, scenario)
    clean = [row for row in runs if not row["strikes"]]
    cluster = _cluster([row for row in clean if row["completed"] is not None])
    every = (*BOOKS, *(book for book in books if book.name not in {known.name for known in BOOKS}))
    groups = {
        subject: [row for row in runs if _subject(row) == subject] for subject in dict.fromkeys(map(_subject, runs))
    }
    groups.update({subject: [] for subject in (*missing, *missing_struck) if subject not in groups})
    usual = _usual_tasks(groups.values())
    made = [
        _row(subject, rows, (missing[subject], missing_struck[subject]), (every, cluster, usual))
        for subject, rows in groups.items()
    ]
    return Leaderboard(_ranked(made), every, cluster, _notes(cluster, made, usual))


def _lacking(report: Report, scenario: str | None) -> tuple[Counter[Subject], Counter[Subject]]:
    """Planned specs without a run by subject: those without strikes, and those with."""
    lacking: tuple[Counter[Subject], Counter[Subject]] = (Counter(), Counter())
    for spec in map(parse, report.missing):
        if scenario in (None, spec.scenario):
            lacking[bool(spec.strikes)][_subject_of(spec)] += 1
    return lacking


def _subject(row: dict[str, Any]) -> Subject:
    return Subject(row["orchestrator"], row["policy"], row["model"], row["view_budget"], row["setting"])


def _subject_of(spec: Spec) -> Subject:
    return Subject(
        label(spec.orchestrator), label(spec.policy), label(spec.model), float(spec.view_budget), spec.setting
    )


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
    return tuple(row[name] for name in TASK)


def _usual_tasks(groups: Iterable[Rows]) -> frozenset[Any]:
    """The set of tasks that most subjects were put to; the larger one where two are as common."""
    sets = Counter(frozenset(_task(row)[:-3] for row in rows if not row["strikes"]) for rows in groups)
    sets.pop(frozenset(), None)
    return max(sets, key=lambda tasks: (sets[tasks], len(tasks), sorted(map(str, tasks))), default=frozenset())


def _row(subject: Subject, rows: Rows, missing: tuple[int, int], context: tuple[Any, ...]) -> Row:
    books, cluster, usual = context
    clean = [row for row in rows if not row["strikes"]]
    valid = [row for row in clean if row["verdict"] != "invalid"]
    hit = [row for row in rows if row["strikes"]]
    struck = [row for row in hit if row["verdict"] != "invalid"]
    crashed = [row for row in struck if row["recovery_correct"] is not None]
    claiming = [row for row in valid if row["completed"] is not None]
    costly = claiming or valid
    clusters = list(_clusters(claiming, cluster).values())
    slopes = [row["token_slope"] for row in valid if row["token_slope"] is not None]
    return Row(
        rank=0, tied=False, subject=subject, mark=_mark(subject),
        completed=sum(row["completed"] for row in claiming), claiming=len(claiming), valid=len(valid),
        planned=len(clean) + missing[0],
        completion=_completion(claiming), completion_interval=interval(clusters, _completion_of_clusters),
        cost={book.name: cost_per_success(claiming, book) for book in books},
        cost_per_run={book.name: cost_of(costly, book) / len(costly) if costly else None for book in books},
        cost_interval=interval(clusters, lambda sample: cost_per_success([row for rows in sample for row in rows], books[0])),
        tokens_per_run=_mean(valid, "tokens_total"), token_slope=median(slopes) if slopes else None,
        compactions_per_run=_mean(valid, "compactions"),
        struck=len(struck), struck_planned=len(hit) + missing[1], crashed=len(crashed),
        recovered=sum(row["recovery_correct"] for row in crashed),
        dup_effects=sum(row["dup_effects"] for row in (*valid, *struck)),
        lost_effects=sum(row["lost_effects"] for row in (*valid, *struck)),
        same_tasks=frozenset(_task(row)[:-3] for row in clean) in (usual, frozenset()),
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


def _completion_of_clusters(sample: Sequence[Rows]) -> float | None:
    return _completion([row for rows in sample for row in rows if row["completed"] is not None])


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


def _ranked(rows: Iterable[Row]) -> tuple[Row, ...]:
    """In order: completion, then cost per success under the first book, then (not a difference) the name."""

    def merit(row: Row) -> tuple[float, float]:
        cost = next(iter(row.cost.values()))
        return (-1.0 if row.completion is None else row.completion), -(float("inf") if cost is None else cost)

    ordered = sorted(rows, key=lambda row: (*(-value for value in merit(row)), repr(row.subject)))
    places = Counter(map(merit, ordered))
    ranks: dict[tuple[float, float], int] = {}
    for place, row in enumerate(ordered, 1):
        ranks.setdefault(merit(row), place)
    return tuple(replace(row, rank=ranks[merit(row)], tied=places[merit(row)] > 1) for row in ordered)


def _notes(cluster: str, rows: Sequence[Row], usual: frozenset[Any]) -> tuple[str, ...]:
    notes = {
        "scenario": "intervals: 95 %, bootstrap over scenarios",
        "seed": "intervals: 95 %, bootstrap over seeds (there is one scenario: they say nothing about others)",
        "none": "no intervals: one scenario and one seed",
    }
    others = sum(not row.same_tasks for row in rows)
    mixed = (f"* ran other tasks than most ({len(usual)}): its completion and costs do not compare",) if others else ()
    planned = {"runs": sum(row.planned for row in rows), "runs with faults": sum(row.struck_planned for row in rows)}
    valid = {"runs": sum(row.valid for row in rows), "runs with faults": sum(row.struck for row in rows)}
    lacking = tuple(
        f"{planned[what] - valid[what]} of {planned[what]} planned {what} are missing or invalid"
        for what in planned
        if planned[what] > valid[what]
    )
    silent = sum(row.valid - row.claiming for row in rows)
    unclaimed = (f"{silent} valid runs claim no completion: they are in no completion and no cost",) if silent else ()
    return (notes[cluster], *mixed, *unclaimed, *lacking)
