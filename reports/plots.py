"""Plots: compute versus completion, and tokens per call. PNG or SVG by the name of the file; equal data, equal bytes."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.errors import UsageError
from harness.metrics import Prices
from reports.cuts import PLAIN
from reports.files import explained
from reports.fronts import pareto
from reports.labels import Point, Segment, place_labels
from reports.leaderboard import Leaderboard, Row
from reports.lines import Line, drawn_policies, lines
from reports.measured import counted
from reports.report import Report

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#882255")
OTHERS = "#BDBDBD"
"""Okabe and Ito's palette and a dark red, which colour-blind readers can tell apart; markers and line styles differ as well.
What has no colour of its own is grey."""

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<")
LINES = ("-", "--", ":", "-.")
SETTINGS: Any = {
    "svg.hashsalt": "longhaul",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 9,
}
CURVES_MAX = 8
"""As many as there are colours."""


def compute_plot(board: Leaderboard, path: Path | str, prices: Prices | None = None) -> Path:
    """Completion over cost per run, with the Pareto front. Rows without a claim of completion are left out.

    Eight policies have a colour and a name: controls, the front, then by rank; the others are grey and counted. Where view
    budgets differ, a line joins the budgets of each policy, its ends named, and the legend names the policies. Costs are by
    the price book of the board where no other is named.

    Raises `UsageError` for a name that ends neither in .png nor .svg, an unknown price book, or nothing to plot.
    """
    prices = prices or next(book for book in board.books if book.name == board.book)
    rows = [row for row in board.rows if row.completion is not None and _cost(row, prices) is not None]
    if not rows:
        raise UsageError("nothing to plot: no row has both a completion and a cost")
    path = _checked(path)
    with _styled():
        figure = _figure((8, 5))
        axes = figure.add_subplot()
        swept = len({row.subject.view_budget for row in rows if row.mark != "no model"}) > 1
        names = [_label(row, board) for row in rows]
        points = [
            Point(_cost(row, prices) or 0.0, 100 * (row.completion or 0.0), name) for row, name in zip(rows, names)
        ]
        looks = _looks(rows, points)
        _scatter(axes, rows, points, looks)
        sweeps = _sweeps(axes, rows, points, looks) if swept else []
        most = max(1, *(point.x for point in points))
        with_model = [point for row, point in zip(rows, points, strict=True) if row.mark != "no model"]
        front = _front(axes, with_model, 1.12 * most)
        _dressed(axes, most, prices, board.cut.title)
        left = len({name for name in names if name not in looks})
        if left:
            axes.plot([], [], "o", color=OTHERS, markersize=5, label=f"{left} other policies")
        if axes.get_legend_handles_labels()[0]:
            title = "numbers: view budget, at both ends of a sweep" if swept else None
            axes.legend(
                loc="upper center", bbox_to_anchor=(0.5, -0.14), frameon=False, ncols=1 + 2 * swept, title=title
            )
        named = [(row, point) for row, point in zip(rows, points, strict=True) if point.name in looks]
        bars = [((point.x, _span(row)[0]), (point.x, _span(row)[1])) for row, point in named]
        grey = [((at.x, at.y - 1), (at.x, at.y + 1)) for at in points if at.name not in looks]
        place_labels(axes, _labelled(named, swept), [*bars, *front, *sweeps, *grey])
        return _save(figure, path)


def _dressed(axes: Axes, most: float, prices: Prices, title: str) -> None:
    """Titles, limits and ticks; `most` is the highest cost."""
    axes.set_title(title, fontsize=9)
    axes.set_xlabel(f"cost per run [uncached input tokens], price book {prices.name}")
    axes.set_ylabel("completion [% of valid runs]")
    axes.set_ylim(-8, 112)
    axes.set_xlim(-0.03 * most, 1.12 * most)
    axes.set_yticks(range(0, 101, 20))
    axes.xaxis.set_major_formatter(_thousands)


def _labelled(named: Sequence[tuple[Row, Point]], swept: bool) -> list[Point]:
    """The points that get a label: all, or both ends of each sweep by their view budget."""
    if not swept:
        return [point for _, point in named]
    found = [point for row, point in named if row.mark == "no model"]
    for name in dict.fromkeys(point.name for row, point in named if row.mark != "no model"):
        sweep = sorted((row.subject.view_budget, point.x, point.y) for row, point in named if point.name == name)
        if len({place[1:] for place in sweep}) > 1:
            found += [Point(x, y, f"{budget:g}") for budget, x, y in (sweep[0], sweep[-1])]
    return found


def _front(axes: Axes, points: Sequence[Point], edge: float) -> list[Segment]:
    """Draw the Pareto front of what needs a model (a plain program would be all of it); return its parts."""
    front = pareto([(point.x, point.y) for point in points])
    if not front:
        return []
    axes.step(
        *zip(*front, (edge, front[-1][1]), strict=True), where="post", color="#999999", linestyle="--", linewidth=1,
        zorder=1, label="Pareto front (of all that need a model)",
    )  # fmt: skip
    ends = [*(x for x, _ in front[1:]), edge]
    level = [((x, y), (end, y)) for (x, y), end in zip(front, ends, strict=True)]
    return [*level, *(((x, low), (x, high)) for (_, low), (x, high) in pairwise(front))]


def _cost(row: Row, prices: Prices) -> float | None:
    """Cost per valid run."""
    if prices.name not in row.cost_per_run:
        raise UsageError(f"no price book {prices.name!r} in this leaderboard; there are {', '.join(row.cost_per_run)}")
    return row.cost_per_run[prices.name]


def _label(row: Row, board: Leaderboard) -> str:
    """The policy of a row, what it stands for, and what else is not the same in all rows but the view budget."""
    subjects = [other.subject for other in board.rows if other.completion is not None]
    if row.mark == "no model":
        return "no model"
    name = f"{row.subject.policy} ({row.mark})" if row.mark else row.subject.policy
    for field in ("orchestrator", "model", "setting"):
        if len({getattr(subject, field) for subject in subjects if subject.orchestrator != PLAIN}) > 1:
            name += f", {getattr(row.subject, field)}"
    return name


Look = tuple[str, str]
"""Colour and marker."""


def _scatter(axes: Axes, rows: Sequence[Row], points: Sequence[Point], looks: Mapping[str, Look]) -> None:
    """A marker for each row, and for those that have a colour of their own a bar for the interval of the completion."""
    for row, point in zip(rows, points, strict=True):
        if point.name not in looks:
            axes.plot([point.x], [point.y], "o", color=OTHERS, markersize=5, zorder=1)
            continue
        color, marker = looks[point.name]
        low, high = _span(row)
        if low < high:
            bars = [[max(0.0, point.y - low)], [max(0.0, high - point.y)]]
            axes.errorbar([point.x], [point.y], yerr=bars, color=color, linewidth=1, alpha=0.6, capsize=2, zorder=2)
        axes.plot([point.x], [point.y], marker, color=color, markersize=10 if marker == "*" else 7, zorder=3)


def _looks(rows: Sequence[Row], points: Sequence[Point]) -> dict[str, Look]:
    """The colour and marker of each name that has them: of the controls, of those on the front, then of the best ranked."""
    with_model = [(row, point) for row, point in zip(rows, points, strict=True) if row.mark != "no model"]
    front = set(pareto((point.x, point.y) for _, point in with_model))
    first = [point.name for row, point in with_model if row.mark]
    second = [point.name for _, point in with_model if (point.x, point.y) in front]
    chosen = list(dict.fromkeys([*first, *second, *(point.name for _, point in with_model)]))[:CURVES_MAX]
    ordered = [name for name in dict.fromkeys(point.name for _, point in with_model) if name in chosen]
    looks = {name: (COLORS[place], MARKERS[place]) for place, name in enumerate(ordered)}
    plain = {point.name: ("#555555", "*") for row, point in zip(rows, points, strict=True) if row.mark == "no model"}
    return {**looks, **plain}


def _sweeps(axes: Axes, rows: Sequence[Row], points: Sequence[Point], looks: Mapping[str, Look]) -> list[Segment]:
    """Join the budgets of each name by a line and put it into the legend; return the level parts of the lines."""
    level: list[Segment] = []
    every = [(row.subject.view_budget, at) for row, at in zip(rows, points, strict=True) if row.mark != "no model"]
    for name in dict.fromkeys(point.name for _, point in every):
        places = [(at.x, at.y) for _, at in sorted(every, key=lambda item: item[0]) if at.name == name]
        if name not in looks:
            axes.plot(*zip(*places, strict=True), "-", color=OTHERS, linewidth=0.6, zorder=1)
            continue
        color, marker = looks[name]
        axes.plot(*zip(*places, strict=True), "-", marker=marker, color=color, linewidth=0.8, label=name, zorder=2)
        level += [(min(pair), max(pair)) for pair in pairwise(places) if pair[0][1] == pair[1][1]]
    return level


def _span(row: Row) -> tuple[float, float]:
    """The interval of the completion in per cent; the completion itself where there is none."""
    low, high = row.completion_interval or (row.completion or 0.0, row.completion or 0.0)
    return 100 * low, 100 * high


def tokens_plot(report: Report, path: Path | str, run_ids: Iterable[str] = ()) -> Path:
    """Input tokens per call and cumulative, compactions marked. Without run ids: one clean run of each policy.

    Equal curves are one line with all their names, `(to 9)` where a run ended earlier.
    Raises `UsageError` for an unknown run, more runs than can be told apart, or a report without requests.
    """
    rows = [report.run(run_id) for run_id in run_ids]
    if len(rows) > CURVES_MAX:
        raise UsageError(f"{len(rows)} runs are too many to tell apart; name at most {CURVES_MAX}")
    every = rows or _examples(report)
    rows = every[:CURVES_MAX]
    path = _checked(path)
    calls = {row["run_id"]: report.calls(row["run_id"]) for row in rows}
    rows = [row for row in rows if calls[row["run_id"]]]
    if not rows:
        raise UsageError("nothing to plot: none of these runs asked a model")
    with _styled():
        figure = _figure((8, 7))
        above, below = figure.subplots(2, 1, sharex=True)
        named = {_curve_name(row, rows): calls[row["run_id"]] for row in rows}
        inputs = {name: {call["nth"]: float(call["input"]) for call in asked} for name, asked in named.items()}
        for line in lines(inputs):
            asked = next(named[name] for name, curve in inputs.items() if curve is line.curve)
            _curves((above, below), asked, line)
        above.plot([], [], "v", color="#555555", markerfacecolor="white", label="view compacted")
        above.set_ylabel("input per call [tokens]")
        below.set_ylabel("cumulative input [tokens]")
        below.set_xlabel("model request of the run [number]")
        for axes in (above, below):
            axes.set_ylim(bottom=0)
            axes.yaxis.set_major_formatter(_thousands)
        hidden = f" ({len(every) - CURVES_MAX} more policies are not shown)" if len(every) > CURVES_MAX else ""
        above.set_title(textwrap.fill(_common(rows) + hidden, 90), fontsize=9)
        below.legend(
            *above.get_legend_handles_labels(),
            loc="upper center",
            bbox_to_anchor=(0.5, -0.2),
            ncols=2,
            frameon=False,
        )
        return _save(figure, path)


def _examples(report: Report) -> list[dict[str, Any]]:
    """The clean runs of the task with most of them, one for each policy of one orchestrator, controls and the best first."""
    every = counted(report.runs)
    clean = [row for row in every if row["tokens_total"]]
    if not clean:
        raise UsageError(f"{report.path} has no valid run without strikes that asked a model; name a run")
    names = ("scenario", "horizon", "kind", "input", "seed", "view_budget", "model", "orchestrator")
    tasks: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in clean:
        tasks.setdefault(tuple(row[name] for name in names), []).append(row)
    task = max(tasks, key=lambda key: len(tasks[key]))
    order, _ = drawn_policies(every, len(every))
    return sorted(tasks[task], key=lambda row: order.index(row["policy"]))


def _curve_name(row: dict[str, Any], rows: Sequence[dict[str, Any]]) -> str:
    parts = [row["policy"]]
    named = ("orchestrator", "scenario", "view_budget", "model", "seed")
    parts += [f"{name} {row[name]}" for name in named if len({other[name] for other in rows}) > 1]
    twin = [other for other in rows if other["policy"] == row["policy"]]
    return ", ".join([*parts, *([row["run_id"]] if len(twin) > 1 else [])])


def _common(rows: Sequence[dict[str, Any]]) -> str:
    """What all curves share, as the title."""
    shared = [
        name
        for name in ("scenario", "horizon", "view_budget", "model", "seed")
        if len({row[name] for row in rows}) == 1
    ]
    return ", ".join(f"{name.replace('_', ' ')} {rows[0][name]}" for name in shared)


def _curves(axes: Sequence[Axes], calls: Sequence[dict[str, Any]], line: Line) -> None:
    numbers = [call["nth"] for call in calls]
    sums: list[int] = []
    for call in calls:
        sums.append(call["input"] + (sums[-1] if sums else 0))
    cut = [place for place, call in enumerate(calls) if call["compaction"]]
    for pane, values in zip(axes, ([call["input"] for call in calls], sums), strict=True):
        color, dashes = COLORS[line.place], LINES[line.place % 4]
        pane.plot(numbers, values, dashes, color=color, linewidth=1.4, label=line.label)
        pane.plot(
            [numbers[i] for i in cut],
            [values[i] for i in cut],
            "v",
            color=color,
            markerfacecolor="white",
            markersize=5,
        )


def _checked(path: Path | str) -> Path:
    path = Path(path)
    if path.suffix not in (".png", ".svg"):
        raise UsageError(f"cannot plot into {str(path)!r}; the name must end in .png or .svg")
    return path


def _styled() -> Any:
    import matplotlib

    return matplotlib.rc_context(SETTINGS)


def _figure(size: tuple[float, float]) -> Figure:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def _thousands(value: float, position: float) -> str:
    return f"{value:,.0f}"


def _save(figure: Figure, path: Path) -> Path:
    """Write without a date and without the software's version, so that equal data give equal bytes."""
    beside = path.with_name(f".{path.name}.part")
    metadata = {"Software": None} if path.suffix == ".png" else {"Date": None, "Creator": None}
    with explained(str(path), "nothing was written"):
        try:
            figure.savefig(beside, format=path.suffix[1:], dpi=150, metadata=metadata)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    return path
