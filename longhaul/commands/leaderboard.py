"""`longhaul leaderboard OUT`: who finished, and for how much; as a table, Markdown, JSON, and plots."""

from __future__ import annotations

import json
from pathlib import Path

import click

from harness.errors import UsageError
from longhaul import exits
from longhaul.home import claim
from longhaul.say import remark, say

PLOTS = ("compute", "tokens")
FILE = click.Path(path_type=Path)


@click.command(short_help="Who finished, and for how much: the ranking of a report.")
@click.argument("out", type=FILE)
@click.option("--scenario", help="Rank by this scenario only.")
@click.option(
    "--prices", type=FILE, help="A price book of your own: JSON, read, write and output in uncached input tokens."
)
@click.option("--markdown", is_flag=True, help="As a Markdown table.")
@click.option("--json", "as_json", is_flag=True, help="As JSON: every price book, unrounded.")
@click.option(
    "--plot", "plots", multiple=True, metavar="[KIND:]FILE",
    help="Write a plot, .png or .svg. KIND is compute (compute versus completion, the default) or tokens (per call and "
    "cumulative, compactions marked); tokens alone writes tokens.png.",
)  # fmt: skip
def command(out: Path, scenario: str | None, prices: Path | None, plots: tuple[str, ...], **form: bool) -> int:
    """Rank the policies and orchestrators of the report OUT: completion first, then cost per success."""
    claim("reports")
    from reports.leaderboard import leaderboard
    from reports.own import load_prices
    from reports.plots import compute_plot, tokens_plot
    from reports.render import board_markdown, board_plain, board_text
    from reports.report import load

    wanted = [plot_of(text) for text in plots]
    report = load(out)
    board = leaderboard(report, load_prices(prices) if prices else (), scenario)
    if form["as_json"]:
        say(json.dumps(board_plain(board), indent=2))
    else:
        say((board_markdown if form["markdown"] else board_text)(board).rstrip("\n"))
    for kind, file in wanted:
        if kind == "compute":
            compute_plot(board, file)
        else:
            tokens_plot(report, file)
        remark(f"wrote {file}")
    return exits.FINE


def plot_of(text: str) -> tuple[str, Path]:
    """Kind and file of a plot: `compute.png`, `compute:any.svg`, `tokens:slope.png`, `tokens`."""
    kind, colon, name = text.partition(":")
    if not colon:
        kind, name = (text, f"{text}.png") if text in PLOTS else (PLOTS[0], text)
    if kind not in PLOTS:
        raise UsageError(f"--plot {text!r}: there is no plot {kind!r}; write compute:FILE or tokens:FILE")
    if Path(name).suffix not in (".png", ".svg"):
        raise UsageError(f"--plot {text!r}: a plot is written as .png or .svg, by the end of the name")
    return kind, Path(name)
