"""`longhaul leaderboard OUT`: who finished, and for how much; as tables, Markdown, JSON, Parquet, and plots."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.errors import UsageError
from longhaul import exits
from longhaul.home import claim
from longhaul.say import remark, say

if TYPE_CHECKING:
    from reports.leaderboard import Leaderboard

PLOTS = ("compute", "tokens", "survival", "recall", "waste")
FILE = click.Path(path_type=Path)


@click.command(short_help="Who finished, and for how much: the ranking of a report.")
@click.argument("out", type=FILE)
@click.option("--scenario", help="Rank by this scenario only.")
@click.option(
    "--by", metavar="NAMES",
    help="Boards by profile, book (price book), family (scenario) or overall, or by several of them: profile,family.  "
    "[default: one a profile, and an overall one at the end]",
)  # fmt: skip
@click.option(
    "--prices", type=FILE, help="A price book of your own: JSON, read, write and output in uncached input tokens."
)
@click.option(
    "--sensitivity", "varied", multiple=True, type=FILE, metavar="REPORT",
    help="A report of the same specs under grid points of the profile (models NAME-...): only orders that hold at all of "
    "them are called findings. Repeatable.",
)  # fmt: skip
@click.option("--stability", is_flag=True, help="How many seeds a difference needs, and whether two halves rank alike.")
@click.option("--markdown", is_flag=True, help="As a Markdown table.")
@click.option(
    "--json", "as_json", is_flag=True, help="As JSON: every price book, unrounded, and all paired differences."
)
@click.option("--parquet", type=FILE, metavar="FILE", help="Write the rows of all boards into a Parquet file too.")
@click.option(
    "--plot", "plots", multiple=True, metavar="[KIND:]FILE",
    help="Write a plot, .png or .svg. KIND is compute (compute versus completion, the default), tokens (per call and "
    "cumulative, compactions marked), survival (of facts), recall (by distance) or waste; tokens alone writes tokens.png.",
)  # fmt: skip
def command(out: Path, plots: tuple[str, ...], varied: tuple[Path, ...], **form: Any) -> int:
    """Rank the policies and orchestrators of the report OUT: completion first, then cost per success.

    Rows share ranks where the paired difference of their tasks may be chance (95 %, bootstrap clustered by scenario).
    Where tasks were tried more than once (models NAME(trial=K), or repeats) a table tells pass^k: all of k trials right.
    """
    claim("reports")
    from reports.board_file import write_boards
    from reports.cuts import cuts
    from reports.findings import boards_with_findings
    from reports.leaderboard import leaderboard
    from reports.own import load_prices
    from reports.report import load
    from reports.trials_board import with_trials

    wanted = [plot_of(text) for text in plots]
    report = load(out)
    books = load_prices(form["prices"]) if form["prices"] else ()
    ways = [name.strip() for name in form["by"].split(",")] if form["by"] is not None else []
    asked = cuts(report, ways, books, form["scenario"])
    boards = [leaderboard(report, books, cut=cut) for cut in asked] or [leaderboard(report, books, form["scenario"])]
    boards = [with_trials(board, report) for board in boards]
    grid = [load(path) for path in varied]
    if grid:
        boards = boards_with_findings(boards, grid, books)
    _tell(boards, form)
    if form["stability"]:
        _tell_stability(report, boards, books, form)
    if form["parquet"]:
        remark(f"wrote {write_boards(boards, form['parquet'])}")
    for kind, file in wanted:
        _plot(kind, file, report.of(form["scenario"] or ""), boards)
        remark(f"wrote {file}")
    return exits.FINE


def _tell(boards: Sequence[Leaderboard], form: dict[str, Any]) -> None:
    from reports.render import board_plain, boards_markdown, boards_text

    if form["as_json"]:
        plain = [board_plain(board) for board in boards]
        if not form["stability"]:
            say(json.dumps(plain[0] if len(plain) == 1 else {"boards": plain}, indent=2))
    else:
        say((boards_markdown if form["markdown"] else boards_text)(boards).rstrip("\n"))


def _tell_stability(report: Any, boards: Sequence[Leaderboard], books: Any, form: dict[str, Any]) -> None:
    from reports.render import board_plain
    from reports.stability import stability
    from reports.stability_render import stability_plain, stability_text

    tested = [stability(report, books, board.cut) for board in boards]
    if form["as_json"]:
        plain = [board_plain(board) | {"stability": stability_plain(test)} for board, test in zip(boards, tested)]
        say(json.dumps(plain[0] if len(plain) == 1 else {"boards": plain}, indent=2))
    else:
        for test in tested:
            say("\n" + stability_text(test).rstrip("\n"))


def _plot(kind: str, file: Path, report: Any, boards: Sequence[Leaderboard]) -> None:
    """One plot; of several boards the last (the overall one) is shown."""
    from reports import curves, plots

    if kind == "compute":
        plots.compute_plot(boards[-1], file)
    elif kind == "tokens":
        plots.tokens_plot(report, file)
    else:
        {"survival": curves.survival_plot, "recall": curves.recall_plot, "waste": curves.waste_plot}[kind](report, file)


def plot_of(text: str) -> tuple[str, Path]:
    """Kind and file of a plot: `compute.png`, `compute:any.svg`, `tokens:slope.png`, `tokens`."""
    kind, colon, name = text.partition(":")
    if not colon:
        kind, name = (text, f"{text}.png") if text in PLOTS else (PLOTS[0], text)
    if kind not in PLOTS:
        raise UsageError(
            f"--plot {text!r}: there is no plot {kind!r}; write compute:FILE or tokens:FILE, or "
            f"one of {', '.join(PLOTS[2:])}"
        )
    if Path(name).suffix not in (".png", ".svg"):
        raise UsageError(f"--plot {text!r}: a plot is written as .png or .svg, by the end of the name")
    return kind, Path(name)
