"""Plots of what compaction does to facts and tokens: survival, recall by distance, and the waste profile.

They need columns that say it; a report without them is refused by the name of the column. At most eight policies are drawn,
the controls first, and the title says how many are not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from harness.errors import UsageError
from reports.measured import counted
from reports.plots import COLORS, CURVES_MAX, LINES, MARKERS, _checked, _figure, _save, _styled, _thousands
from reports.report import Report
from reports.retention import survival_curves

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Rows = Sequence[dict[str, Any]]
RETENTION, DISTANCE = "retention_by_compaction", "recall_by_distance"
WASTE: tuple[tuple[str, str, str, str], ...] = (
    ("waste_live", "live", "#009E73", ""),
    ("waste_overhead", "placeholders and summaries", "#56B4E9", "//"),
    ("waste_static", "static, sent again", "#CCCCCC", ""),
    ("waste_unused_schema", "unused tool schemas", "#E69F00", "\\\\"),
    ("waste_duplicate", "duplicate", "#CC79A7", "xx"),
    ("waste_dead", "dead", "#333333", ""),
)
"""Columns of the waste profile, from what serves to what does not, with a colour and a hatch for each."""

ROLES = ("goal", "constraint", "identifier", "decision")
CONTROLS = ("keep_all", "drop_all")
LABEL = 44
"""Characters in a line of the legend."""


def survival_plot(report: Report, path: Path | str) -> Path:
    """Survival of facts over repeated compaction, a panel for each kind of fact and a curve for each policy.

    The share that survives k compactions is the product of the shares that survived the first, second, ... (E. L. Kaplan and
    P. Meier, JASA 53, 1958). Raises `UsageError` where the report has no `retention_by_compaction`.
    """
    path, rows = _checked(path), _having(report, RETENTION)
    shown, hidden = _policies(rows)
    found = {policy: survival_curves(row for row in rows if row["policy"] == policy) for policy in shown}
    roles = [role for role in ROLES if any(role in curves for curves in found.values())]
    if not roles:
        raise UsageError(f"nothing to plot: no compaction met a fact in {report.path}")
    with _styled():
        figure = _figure((8, 1.2 + 2.6 * ((len(roles) + 1) // 2)))
        panels = figure.subplots((len(roles) + 1) // 2, min(2, len(roles)), sharey=True, sharex=True, squeeze=False)
        for panel, role in zip(panels.flat, roles, strict=False):
            for place, (label, curves) in enumerate(_alike(found)):
                shares = [100.0, *(100 * share for share in curves.get(role, ()))]
                _curve(panel, list(range(len(shares))), shares, (place, label))
            panel.set_title(f"{role}s" if role != "goal" else role, fontsize=9)
            panel.set_ylim(-4, 104)
            panel.xaxis.get_major_locator().set_params(integer=True)
        for panel in panels.flat[len(roles) :]:
            panel.set_axis_off()
        for panel in panels[-1]:
            panel.set_xlabel("compactions gone through [number]")
        for panel in panels[:, 0]:
            panel.set_ylabel("facts still in view [%]")
        _finish(figure, panels.flat[0], _title(report, rows, hidden))
        return _save(figure, path)


def recall_plot(report: Report, path: Path | str) -> Path:
    """Recall of references by their distance in turns, a curve for each policy: in view, or by pointer.

    The column `recall_by_distance` is JSON: by the least distance of a band, how many references were in view, by pointer and
    lost. Raises `UsageError` where the report has none.
    """
    path, rows = _checked(path), _having(report, DISTANCE)
    shown, hidden = _policies(rows)
    with _styled():
        figure = _figure((8, 5))
        axes = figure.add_subplot()
        found = {policy: _recalled([row for row in rows if row["policy"] == policy]) for policy in shown}
        for place, (label, recalled) in enumerate(_alike(found)):
            _curve(axes, list(recalled), list(recalled.values()), (place, label))
        axes.set_xscale("log", base=2)
        axes.xaxis.set_major_formatter(_thousands)
        axes.set_ylim(-4, 104)
        axes.set_xlabel("distance between a reference and the result that it names [turns, at least]")
        axes.set_ylabel("references in view or by pointer [%]")
        _finish(figure, axes, _title(report, rows, hidden))
        return _save(figure, path)


def waste_plot(report: Report, path: Path | str) -> Path:
    """What the input tokens of a run are spent on, stacked: a panel a policy over its view budgets, bars where there is one.

    Raises `UsageError` where the report has no columns `waste_...`.
    """
    path, rows = _checked(path), _having(report, WASTE[0][0], WASTE[-1][0])
    shown, hidden = _policies(rows)
    budgets = sorted({row["view_budget"] for row in rows})
    with _styled():
        if len(budgets) > 1:
            figure = _figure((9, 1.4 + 2.2 * ((len(shown) + 3) // 4)))
            panels = figure.subplots((len(shown) + 3) // 4, min(4, len(shown)), sharey=True, sharex=True, squeeze=False)
            for panel, policy in zip(panels.flat, shown, strict=False):
                _areas(panel, [row for row in rows if row["policy"] == policy], budgets)
                panel.set_title(_short(policy), fontsize=9)
            for panel in panels.flat[len(shown) :]:
                panel.set_axis_off()
            for panel in panels[-1]:
                panel.set_xlabel("view budget\n[share of working set]")
            for panel in panels[:, 0]:
                panel.set_ylabel("input per run [tokens]")
            _finish(figure, panels.flat[0], _title(report, rows, hidden), reverse=True)
        else:
            figure = _figure((8, 1.6 + 0.4 * len(shown)))
            axes = figure.add_subplot()
            _bars(axes, rows, shown)
            _finish(figure, axes, _title(report, rows, hidden))
        return _save(figure, path)


def _having(report: Report, *columns: str) -> list[dict[str, Any]]:
    """The runs that boards count and that have values in these columns."""
    known = {name for row in report.runs[:1] for name in row}
    lacking = [column for column in columns if column not in known]
    if lacking:
        raise UsageError(f"nothing to plot: {report.path} has no column {lacking[0]}; make the report anew")
    found = [row for row in counted(report.runs) if all(row[column] is not None for column in columns)]
    if not found:
        raise UsageError(f"nothing to plot: {columns[0]} is empty in every valid run without strikes of {report.path}")
    return found


def _policies(rows: Rows) -> tuple[list[str], int]:
    """The policies to draw, controls first, then those that completed most; and how many are left out."""
    done: Counter[str] = Counter()
    for row in rows:
        done[row["policy"]] += bool(row["completed"])
    ordered = sorted(done, key=lambda name: (name not in CONTROLS, -done[name], name))
    return ordered[:CURVES_MAX], max(0, len(ordered) - CURVES_MAX)


def _bands(rows: Rows) -> dict[int, list[int]]:
    """References in view, by pointer and lost, by the least distance of their band."""
    total: dict[int, list[int]] = {}
    for row in rows:
        for band, counts in msgspec.json.decode(row[DISTANCE]).items():
            sums = total.setdefault(int(band), [0, 0, 0])
            for place, count in enumerate(counts):
                sums[place] += count
    return {band: total[band] for band in sorted(total) if sum(total[band])}


def _recalled(rows: Rows) -> dict[int, float]:
    """The references in view or by pointer, in per cent, by the least distance of their band."""
    return {
        band: 100 * (view + pointer) / (view + pointer + lost) for band, (view, pointer, lost) in _bands(rows).items()
    }


T = TypeVar("T")


def _alike(found: Mapping[str, T]) -> list[tuple[str, T]]:
    """Each different curve once, under the names of all policies that have it: one over another could not be seen."""
    named: list[tuple[list[str], T]] = []
    for policy, data in found.items():
        same = next((names for names, known in named if known == data), None)
        if same is None:
            named.append(([_short(policy)], data))
        else:
            same.append(_short(policy))
    return [("\n".join(wrap(", ".join(names), LABEL)), data) for names, data in named]


def _curve(axes: Axes, xs: Sequence[float], ys: Sequence[float], which: tuple[int, str]) -> None:
    place, label = which
    axes.plot(
        xs, ys, LINES[place % 4], marker=MARKERS[place], color=COLORS[place], label=label, linewidth=1.3,
        markersize=5, alpha=0.9, markevery=max(1, len(xs) // 12),
    )  # fmt: skip


def _spent(rows: Rows) -> list[float]:
    """Input tokens per run by column of the waste profile."""
    return [sum((row[name] or 0.0) * row["tokens_input"] for row in rows) / len(rows) for name, *_ in WASTE]


def _areas(axes: Axes, rows: Rows, budgets: Sequence[float]) -> None:
    there = [budget for budget in budgets if any(row["view_budget"] == budget for row in rows)]
    stacks = [_spent([row for row in rows if row["view_budget"] == budget]) for budget in there]
    areas = axes.stackplot(
        there,
        *zip(*stacks, strict=True),
        colors=[color for _, _, color, _ in WASTE],
        labels=[name for _, name, *_ in WASTE],
    )
    for area, (*_, hatch) in zip(areas, WASTE, strict=True):
        area.set(hatch=hatch, edgecolor="white", linewidth=0.4)
    axes.set_xscale("log", base=2)
    axes.set_xticks(list(budgets), [f"{budget:g}" for budget in budgets])
    axes.minorticks_off()
    axes.yaxis.set_major_formatter(_thousands)


def _bars(axes: Axes, rows: Rows, policies: Sequence[str]) -> None:
    stacks = [_spent([row for row in rows if row["policy"] == policy]) for policy in policies]
    left = [0.0] * len(policies)
    for part, (_, name, color, hatch) in enumerate(WASTE):
        widths = [stack[part] for stack in stacks]
        axes.barh(range(len(policies)), widths, left=left, color=color, hatch=hatch, edgecolor="white", label=name)
        left = [start + width for start, width in zip(left, widths, strict=True)]
    axes.set_yticks(range(len(policies)), [_short(policy) for policy in policies])
    axes.invert_yaxis()
    axes.set_xlabel("input per run [tokens]")
    axes.xaxis.set_major_formatter(_thousands)


def _short(policy: str) -> str:
    return policy if len(policy) <= 28 else f"{policy[:25]}..."


def _title(report: Report, rows: Rows, hidden: int) -> str:
    """What all runs share, how many policies are not drawn, and how many runs are in no curve and on no board."""
    names = ("scenario", "horizon", "model", "view_budget")
    shared = [name for name in names if len({row[name] for row in rows}) == 1]
    said = ", ".join(f"{name.replace('_', ' ')} {rows[0][name]}" for name in shared)
    left = f"{hidden} more policies are not shown" if hidden else ""
    clean = sum(not row["strikes"] for row in report.runs)
    void = clean - len(counted(report.runs))
    invalid = f"{void} of {clean} runs are invalid and in no curve" if void else ""
    return "; ".join(part for part in (said, left, invalid) if part)


def _finish(figure: Any, axes: Axes, title: str, reverse: bool = False) -> None:
    """A title, and a legend below all panels."""
    handles, labels = axes.get_legend_handles_labels()
    order: Callable[[list[Any]], list[Any]] = (lambda items: items[::-1]) if reverse else (lambda items: items)
    figure.suptitle(title, fontsize=9)
    figure.legend(order(handles), order(labels), loc="outside lower center", ncols=3, frameon=False)
