"""Same specs in both arms: an unchanged orchestrator differs by exactly nothing, so every difference is real and is told.

Fails closed: a cell that is missing, invalid, or lost a number that it had counts as worse.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

from harness.errors import UsageError
from harness.resolve import unknown
from harness.spec import Choice, parse
from reports.files import explained, write_whole
from reports.leaderboard import PLAIN
from reports.report import Report, load
from reports.rows import label
from reports.schema import Column

Relation = Literal["worse", "allowed", "better", "changed"]

SAME_OR_BETTER, WORSE, HARNESS_FAILED = 0, 1, 3
"""Exit codes; 2 (not comparable, unreadable) is a `UsageError`."""

VERDICTS = ("invalid", "fail", "unknown", "pass")
"""From worst to best."""


@dataclass(frozen=True)
class Allowance:
    """How much worse a metric may get in one cell: a share of the value before, or an amount in the metric's unit."""

    metric: str
    amount: float
    share: bool

    def covers(self, before: float, after: float) -> bool:
        """Whether so big a difference is allowed."""
        return abs(after - before) <= (self.amount * abs(before) if self.share else self.amount)


@dataclass(frozen=True)
class Difference:
    """One value of one cell that is not what it was. `changed` has no direction, `allowed` is worse but permitted."""

    run_id: str
    spec: str
    metric: str
    unit: str
    before: Any
    after: Any
    relation: Relation


@dataclass(frozen=True)
class Gating:
    """What the gate found, and its exit code: 0 same or better, 1 worse or cells missing, 3 the harness failed.

    `orchestrators` are the baseline's and the candidate's where one is compared with another.
    """

    code: int
    cells: int
    differences: tuple[Difference, ...]
    missing: tuple[str, ...]
    added: tuple[str, ...]
    invalid: tuple[str, ...]
    harness_errors: tuple[str, ...]
    other_histories: int
    orchestrators: tuple[str, str] | None = None

    def of(self, relation: Relation) -> tuple[Difference, ...]:
        """The differences of one relation."""
        return tuple(item for item in self.differences if item.relation == relation)


def gate(baseline: Report, candidate: Report, allow: Iterable[str] = (), scenario: str | None = None) -> Gating:
    """Compare cell by cell. `allow` holds texts such as `tokens_total:5%` (a share) or `steps:2` (an amount), per cell.

    Where each side ran one orchestrator (`no_model` aside) and they differ, the candidate's stands in for the baseline's:
    cells are the same but for that field.

    Raises `UsageError` for an unknown metric or scenario, and for reports that cannot be compared.
    """
    allowances = allowances_of(allow, baseline.metrics)
    before = {spec: row for spec, row in baseline.by_spec.items() if scenario in (None, row["scenario"])}
    orchestrators = _orchestrators(baseline, candidate)
    cell = partial(_stand_in, orchestrators)
    after = {cell(spec): row for spec, row in candidate.by_spec.items() if scenario in (None, row["scenario"])}
    if not before:
        if scenario:
            raise unknown(f"scenario in {baseline.path}", scenario, {row["scenario"] for row in baseline.runs})
        raise UsageError(f"the baseline {baseline.path} holds no runs; renew it with --accept")
    _refuse_other_inputs(before, after, candidate)
    wanted = {*before, *(cell(spec) for spec in candidate.missing if scenario in (None, parse(spec).scenario))}
    missing = tuple(sorted(wanted - set(after)))
    shared = sorted(set(before) & set(after))
    differences = tuple(
        difference
        for spec in shared
        for difference in _differences(before[spec], after[spec], baseline.metrics, allowances)
    )
    invalid = tuple(after[spec]["spec"] for spec in sorted(after) if after[spec]["verdict"] == "invalid")
    broken = tuple(after[spec]["spec"] for spec in sorted(after) if after[spec]["harness_error"])
    worse = missing or invalid or any(item.relation == "worse" for item in differences)
    return Gating(
        code=HARNESS_FAILED if broken else WORSE if worse else SAME_OR_BETTER,
        cells=len(shared), differences=differences, missing=missing, added=tuple(sorted(set(after) - set(before))),
        invalid=invalid, harness_errors=broken,
        other_histories=sum(before[spec]["digest"] != after[spec]["digest"] for spec in shared),
        orchestrators=orchestrators and (label(orchestrators[0]), label(orchestrators[1])),
    )  # fmt: skip


def _orchestrators(baseline: Report, candidate: Report) -> tuple[Choice, Choice] | None:
    """The orchestrators of two reports where each ran just one and they differ."""
    sides = [
        {parse(spec).orchestrator for spec in (*report.by_spec, *report.missing)} - {Choice("Orchestrator", PLAIN)}
        for report in (baseline, candidate)
    ]
    if sides[0] == sides[1] or not all(len(side) == 1 for side in sides):
        return None
    return sides[0].pop(), sides[1].pop()


def _stand_in(orchestrators: tuple[Choice, Choice] | None, text: str) -> str:
    """The cell of a candidate's spec: the spec itself, or that of the orchestrator which it stands in for."""
    if orchestrators is None:
        return text
    spec = parse(text)
    return repr(replace(spec, orchestrator=orchestrators[0])) if spec.orchestrator == orchestrators[1] else text


def allowances_of(texts: Iterable[str], metrics: Sequence[Column]) -> dict[str, Allowance]:
    """Read `METRIC:5%` and `METRIC:3`. Raises `UsageError` with near matches for a metric that is not there."""
    known = {column.name: column for column in metrics}
    allowances = {}
    for text in texts:
        name, _, amount = text.partition(":")
        if name not in known:
            raise unknown("metric in --allow", name, known)
        if known[name].type not in ("int", "float"):
            raise UsageError(
                f"--allow {text!r}: {name} is {known[name].unit}; only numbers can be allowed to get worse"
            )
        try:
            value = float(amount.removesuffix("%"))
        except ValueError:
            value = -1.0
        if not 0 <= value < float("inf"):
            raise UsageError(f"--allow {text!r}: write METRIC:5% for a share, METRIC:3 for an amount")
        share = amount.endswith("%")
        allowances[name] = Allowance(name, value / 100 if share else value, share)
    return allowances


def _refuse_other_inputs(before: dict[str, Any], after: dict[str, Any], candidate: Report) -> None:
    """One task on two inputs cannot be compared, whether the spec names the input's digest or not."""

    def inputs(rows: dict[str, Any]) -> dict[str, tuple[str, str]]:
        return {
            repr(replace(parse(spec), input_digest="")): (row["input_digest"], row["input"])
            for spec, row in rows.items()
        }

    theirs = inputs(after)
    for spec, (digest, name) in inputs(before).items():
        other = theirs.get(spec, (digest, name))[0]
        if other != digest:
            raise UsageError(
                f"not comparable: input {name!r} has digest {other!r} in {candidate.path}, {digest!r} in the baseline; "
                f"the first such cell is {spec}"
            )


def _differences(
    before: dict[str, Any], after: dict[str, Any], metrics: Sequence[Column], allowances: dict[str, Allowance]
) -> Iterator[Difference]:
    for column in (Column("verdict", "str", "", "", "higher"), Column("ending", "str", ""), *metrics):
        # a metric that the candidate does not even have is as good as lost
        old, new = before[column.name], after.get(column.name)
        if old == new:
            continue
        relation = _relation(column, old, new)
        allowance = allowances.get(column.name)
        if relation == "worse" and allowance and new is not None and allowance.covers(old, new):
            relation = "allowed"
        yield Difference(after["run_id"], after["spec"], column.name, column.unit, old, new, relation)


def _relation(column: Column, before: Any, after: Any) -> Relation:
    if column.name == "verdict":
        return "better" if VERDICTS.index(after) > VERDICTS.index(before) else "worse"
    if column.better == "none" or before is None:
        return "changed"
    if after is None:
        return "worse"
    return "better" if (after > before) == (column.better == "higher") else "worse"


def accept(candidate: Path | str, baseline: Path | str) -> Path:
    """Make a report the baseline: only its small `runs.parquet` is copied. Returns the new file.

    Raises `UsageError` for a report with missing or invalid cells, which would make every later gate weaker.
    """
    report = load(candidate)
    invalid = [row["spec"] for row in report.runs if row["verdict"] == "invalid"]
    if report.missing or invalid or not report.runs:
        lacking = [
            f"{len(report.missing)} missing",
            f"{len(invalid)} invalid",
            f"{len(report.runs)} finished runs",
        ]
        first = (*report.missing, *invalid, "no run at all")[0]
        raise UsageError(f"{report.path} cannot be a baseline: {', '.join(lacking)}; the first: {first}")
    source = report.path / "runs.parquet" if report.path.is_dir() else report.path
    target = Path(baseline) / "runs.parquet"
    with explained(str(target), "the baseline is what it was"):
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, source.read_bytes())
    return target
