"""Plots of what compaction does to facts and tokens: survival, recall by distance, and the waste profile.

They need columns that say it; a report without them is refused by the name of the column. At most eight policies are drawn,
the controls first, and the title says how many are not. Lines that could not be told apart are one, with all their names.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from harness.errors import UsageError
from reports.lines import Line, drawn_policies, lines, short
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
CLOSE = 0.5
"""Curves that nowhere differ by more points than this are drawn as one: that is less than the width of a line."""


def survival_plot(report: Report, path: Path | str) -> Path:
    """Survival of facts over repeated compaction, a panel for each kind of fact and a curve for each policy.

    The share that survives k compactions is the product of the shares that survived the first, second, ... (E. L. Kaplan and
    P. Meier, JASA 53, 1958). Raises `UsageError` where the report has no `retention_by_compaction`.
    """
    path, rows = _checked(path), _having(report, RETENTION)
    shown, hidden = drawn_policies(rows, CURVES_MAX)
    found = {policy: survival_curves(row for row in rows if row["policy"] == policy) for policy in shown}
    roles = [role for role in ROLES if any(role in curves for curves in found.values())]
    if not roles:
        raise UsageError(f"nothing to plot: no compaction met a fact in {report.path}")
    with _styled():
        figure = _figure((9, 0.9 + 2.2 * len(roles)))
        panels = figure.subplots(len(roles), 1, squeeze=False)[:, 0]
        for panel, role in zip(panels, roles, strict=True):
            curves = {policy: _percent(curves.get(role, ())) for policy, curves in found.items()}
            for line in lines(curves, CLOSE):
                _curve(panel, line)
            panel.set_title("goal" if role == "goal" else f"{role}s", fontsize=9)
            panel.set_ylim(-4, 104)
            panel.set_ylabel("still in view [%]")
            panel.xaxis.get_major_locator().set_params(integer=True)
            panel.legend(loc="upper left", bbox_to_anchor=(1.01, 1.04), frameon=False)
        panels[-1].set_xlabel("compactions gone through [number]; (to 3): met a fact in no more than 3")
        figure.suptitle(_title(report, rows, hidden), fontsize=9)
        return _save(figure, path)


def _percent(shares: Sequence[float]) -> dict[int, float]:
    """What survives in per cent by compactions; nothing where no compaction met a fact."""
    return {0: 100.0, **{nth: 100 * share for nth, share in enumerate(shares, 1)}} if shares else {}


def recall_plot(report: Report, path: Path | str) -> Path:
    """Recall of references by their distance in turns, a curve for each policy: in view, or by pointer.

    The column `recall_by_distance` is JSON: by the least distance of a band, how many references were in view, by pointer and
    lost. Raises `UsageError` where the report has none.
    """
    path, rows = _checked(path), _having(report, DISTANCE)
    shown, hidden = drawn_policies(rows, CURVES_MAX)
    with _styled():
        figure = _figure((8, 5))
        axes = figure.add_subplot()
        found = {policy: _recalled([row for row in rows if row["policy"] == policy]) for policy in shown}
        for line in lines(found, CLOSE):
            _curve(axes, line)
        axes.set_xscale("log", base=2)
        axes.xaxis.set_major_formatter(_thousands)
        axes.set_ylim(-4, 104)
        axes.set_xlabel("distance of a reference from the result it names [turns, at least]; (to 4): no farther ones")
        axes.set_ylabel("references in view or by pointer [%]")
        _finish(figure, axes, _title(report, rows, hidden))
        return _save(figure, path)


def waste_plot(report: Report, path: Path | str) -> Path:
    """What the input tokens of a run are spent on, stacked: a panel a policy over its view budgets, bars where there is one.

    Raises `UsageError` where the report has no columns `waste_...`.
    """
    path, rows = _checked(path), _having(report, WASTE[0][0], WASTE[-1][0])
    shown, hidden = drawn_policies(rows, CURVES_MAX)
    budgets = sorted({row["view_budget"] for row in rows})
    with _styled():
        if len(budgets) > 1:
            figure = _figure((9, 1.4 + 2.2 * ((len(shown) + 3) // 4)))
            panels = figure.subplots((len(shown) + 3) // 4, min(4, len(shown)), sharey=True, sharex=True, squeeze=False)
            for panel, policy in zip(panels.flat, shown, strict=False):
                _areas(panel, [row for row in rows if row["policy"] == policy], budgets)
                panel.set_title(short(policy), fontsize=9)
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


def _curve(axes: Axes, line: Line) -> None:
    xs, ys = list(line.curve), list(line.curve.values())
    axes.plot(
        xs, ys, LINES[line.place % 4], marker=MARKERS[line.place], color=COLORS[line.place], label=line.label,
        linewidth=1.3, markersize=5, alpha=0.9, markevery=max(1, len(xs) // 12),
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
    axes.set_yticks(range(len(policies)), [short(policy) for policy in policies])
    axes.invert_yaxis()
    axes.set_xlabel("input per run [tokens]")
    axes.xaxis.set_major_formatter(_thousands)


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
