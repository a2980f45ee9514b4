"""Rates instead of one run: both arms ran each spec n times, and what differs is tested on pairs, clustered.

A pair is the same repeat of the same spec in both arms. Clusters are scenarios, because runs of one scenario are alike; with
fewer than six scenarios seeds, specs or pairs stand in for them, and the verdict is about these scenarios and no others.
Fails closed: a cell that is missing or invalid counts as worse, and that a number is known is itself a rate that is tested.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil, inf
from typing import Any, Literal

from harness.errors import UsageError
from reports.cells import Cells, cells_of
from reports.flips import (
    CLUSTERS_MIN,
    Differences,
    critical_value,
    detectable,
    detectable_share,
    enough_differ,
    exceeds,
    mean,
    standard_error,
    statistic,
)
from reports.gate import HARNESS_FAILED, SAME_OR_BETTER, WORSE
from reports.intervals import wilson
from reports.report import Report
from reports.schema import Column

Relation = Literal["worse", "better", "unclear", "same"]
Pair = tuple[dict[str, Any], dict[str, Any]]

CLUSTERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("scenario", ("scenario",)),
    ("scenario and seed", ("scenario", "seed")),
    ("spec", ("spec",)),
    ("spec and repeat", ("spec", "repeat")),
)
"""What pairs are clustered by, coarsest first: the first of them that has six clusters."""


@dataclass(frozen=True)
class Side:
    """One arm of one comparison: `value` is a rate or a mean; a rate has its successes and its Wilson interval (95 %)."""

    value: float
    runs: int
    successes: int | None = None
    interval: tuple[float, float] | None = None


@dataclass(frozen=True)
class Comparison:
    """One metric over all pairs. `difference` is candidate minus baseline, the mean over clusters; `interval` its 95 %.

    The intervals of all comparisons hold together; one of no width means that all clusters differ alike, None that too few
    have a value.
    `detectable` is the minimum detectable difference (power 0.8, two-sided 5 %), None where no spread was seen. `unclear` is
    a difference that may be chance. `clusters` are the mean differences, by name.
    """

    metric: str
    unit: str
    better: str
    relation: Relation
    baseline: Side
    candidate: Side
    pairs: int
    difference: float
    interval: tuple[float, float] | None
    detectable: float | None
    clusters: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Paired:
    """What the paired gate found, and its exit code: 0 same or better, 1 worse or cells missing, 3 the harness failed.

    `cluster` says what the `clusters` are; `critical` is the |t| from which on a difference counts.
    """

    code: int
    cells: int
    repeats: int
    cluster: str
    clusters: int
    critical: float
    comparisons: tuple[Comparison, ...]
    missing: tuple[str, ...]
    added: tuple[str, ...]
    invalid: tuple[str, ...]
    harness_errors: tuple[str, ...]
    orchestrators: tuple[str, str] | None = None

    def of(self, relation: Relation) -> tuple[Comparison, ...]:
        """The comparisons of one relation."""
        return tuple(item for item in self.comparisons if item.relation == relation)


def paired_gate(baseline: Report, candidate: Report, repeats: int, scenario: str | None = None) -> Paired:
    """Compare repeats 1 to `repeats` of every cell, of all scenarios or of one.

    Raises `UsageError` where one of these repeats lacks in an arm that has the cell, where one is invalid in the baseline,
    where there are fewer than six pairs, and for reports that cannot be compared (see `cells_of`).
    """
    cells = cells_of(baseline, candidate, scenario)
    _refuse_lacking(cells, (baseline, candidate), repeats)
    pairs = [
        (before, after)
        for spec in cells.shared
        for before, after in zip(_chosen(cells.before[spec], repeats), _chosen(cells.after[spec], repeats), strict=True)
    ]
    name, numbers = _clustered(pairs, repeats)
    names = list(dict.fromkeys(numbers))
    places = [names.index(number) for number in numbers]
    comparisons, critical = _compared(pairs, places, names, baseline.metrics)
    invalid = tuple(dict.fromkeys(after["spec"] for _, after in pairs if after["verdict"] == "invalid"))
    broken = tuple(dict.fromkeys(after["spec"] for _, after in pairs if after["harness_error"]))
    worse = cells.missing or invalid or any(item.relation == "worse" for item in comparisons)
    return Paired(
        code=HARNESS_FAILED if broken else WORSE if worse else SAME_OR_BETTER,
        cells=len(cells.shared), repeats=repeats, cluster=name, clusters=len(names), critical=critical,
        comparisons=comparisons, missing=cells.missing, added=cells.added, invalid=invalid, harness_errors=broken,
        orchestrators=cells.orchestrators,
    )  # fmt: skip


def _chosen(rows: Iterable[dict[str, Any]], repeats: int) -> list[dict[str, Any]]:
    """The rows of repeats 1 to `repeats`; more than was asked for would be a choice after the fact."""
    return [row for row in rows if row["repeat"] <= repeats]


def _refuse_lacking(cells: Cells, reports: tuple[Report, Report], repeats: int) -> None:
    """Every cell that both arms have needs all its repeats, and valid ones in the baseline."""
    for report, side in zip(reports, (cells.before, cells.after), strict=True):
        short = [spec for spec in cells.shared if len(_chosen(side[spec], repeats)) < repeats]
        if short:
            rows = side[short[0]]
            raise UsageError(
                f"not comparable: --paired {repeats} needs repeats 1 to {repeats} of each spec, and {len(short)} of "
                f"{len(cells.shared)} in {report.path} lack some; the first has {len(_chosen(rows, repeats))}: "
                f"{rows[0]['spec']}\nmake both reports with longhaul run --repeat {repeats}"
            )
    invalid = [
        row["spec"]
        for spec in cells.shared
        for row in _chosen(cells.before[spec], repeats)
        if row["verdict"] == "invalid"
    ]
    if invalid:
        raise UsageError(
            f"not comparable: {len(invalid)} runs of the baseline {reports[0].path} are invalid and prove nothing; the "
            f"first: {invalid[0]}"
        )


def _clustered(pairs: Sequence[Pair], repeats: int) -> tuple[str, list[str]]:
    """What pairs are clustered by, and the name of each pair's cluster."""
    found: list[str] = []
    for name, columns in CLUSTERS:
        found = [" ".join(str(before[column]) for column in columns) for before, _ in pairs]
        if len(set(found)) >= CLUSTERS_MIN:
            return name, found
    cells = len(pairs) // repeats
    if not cells:
        raise UsageError("not comparable: no cell of the baseline is in the candidate")
    raise UsageError(
        f"not comparable: {cells} {'spec' if cells == 1 else 'specs'} with {repeats} repeats are {len(pairs)} pairs, and "
        f"with fewer than {CLUSTERS_MIN} no difference can be told from chance; use --paired {ceil(CLUSTERS_MIN / cells)} or "
        f"more"
    )


@dataclass(frozen=True)
class _Values:
    """One number of every pair, before and after; `rate` where it is yes or no. None: this pair says nothing."""

    column: Column
    rate: bool
    pairs: tuple[tuple[float, float] | None, ...]

    def differences(self, places: Sequence[int]) -> dict[int, float]:
        """The mean difference of each cluster that has a value."""
        found: dict[int, list[float]] = {}
        for place, pair in zip(places, self.pairs, strict=True):
            if pair is not None:
                found.setdefault(place, []).append(pair[1] - pair[0])
        return {place: sum(values) / len(values) for place, values in sorted(found.items())}


def _values(pairs: Sequence[Pair], metrics: Iterable[Column]) -> Iterator[_Values]:
    """What is compared: whether the verdict is pass, every metric with a direction, and whether it is known at all."""
    yield _read(pairs, Column("verdict is pass", "bool", "", "yes/no", "higher"), lambda row: row["verdict"] == "pass")
    for column in metrics:
        if column.better == "none" or column.type == "str":
            continue
        name = column.name
        values = _read(pairs, column, lambda row, name=name: row.get(name))  # type: ignore[misc]
        if any(values.pairs):
            yield values
        known = Column(f"{name} is known", "bool", "", "yes/no", "higher")
        told = _read(pairs, known, lambda row, name=name: row.get(name) is not None)  # type: ignore[misc]
        if any(pair and pair[0] != pair[1] for pair in told.pairs):
            yield told


def _read(pairs: Iterable[Pair], column: Column, value: Callable[[dict[str, Any]], Any]) -> _Values:
    both = ((value(before), value(after)) for before, after in pairs)
    return _Values(
        column,
        column.type == "bool",
        tuple(None if None in (old, new) else (float(old), float(new)) for old, new in both),
    )


def _compared(
    pairs: Sequence[Pair], places: Sequence[int], names: Sequence[str], metrics: Iterable[Column]
) -> tuple[tuple[Comparison, ...], float]:
    """Every comparison, and the critical value that they share."""
    found = [(values, values.differences(places)) for values in _values(pairs, metrics)]
    critical = critical_value([differences for _, differences in found if enough_differ(differences)], len(names))
    return tuple(_comparison(values, differences, names, critical) for values, differences in found), critical


def _comparison(values: _Values, differences: Differences, names: Sequence[str], critical: float) -> Comparison:
    present = [pair for pair in values.pairs if pair is not None]
    real = enough_differ(differences) and exceeds(statistic(differences), critical)
    own = critical if enough_differ(differences) else max(critical, critical_value([differences], len(names)))
    middle, error = mean(differences), standard_error(differences)
    return Comparison(
        values.column.name, values.column.unit, values.column.better,
        _relation(values.column, middle, real, any(differences.values())),
        _side([before for before, _ in present], values.rate), _side([after for _, after in present], values.rate),
        len(present), middle, _interval(middle, error, own, values.rate),
        _detectable(values, differences, error, own),
        tuple((names[place], value) for place, value in differences.items()),
    )  # fmt: skip


def _relation(column: Column, difference: float, real: bool, any_differs: bool) -> Relation:
    if not real:
        return "unclear" if any_differs else "same"
    return "better" if (difference > 0) == (column.better == "higher") else "worse"


def _side(values: Sequence[float], rate: bool) -> Side:
    value = sum(values) / len(values)
    if not rate:
        return Side(value, len(values))
    successes = round(sum(values))
    return Side(value, len(values), successes, wilson(successes, len(values)))


def _interval(middle: float, error: float, critical: float, rate: bool) -> tuple[float, float] | None:
    if inf in (error, critical):
        return None
    low, high = middle - critical * error, middle + critical * error
    return (max(-1.0, low), min(1.0, high)) if rate else (low, high)


def _detectable(values: _Values, differences: Differences, error: float, critical: float) -> float | None:
    """The minimum detectable difference; of a rate no less than what makes six clusters differ."""
    spread = detectable(error, critical)
    if not values.rate or len(differences) < CLUSTERS_MIN:
        return spread
    present = sum(pair is not None for pair in values.pairs)
    return max(spread or 0.0, detectable_share(len(differences), present / len(differences)))
