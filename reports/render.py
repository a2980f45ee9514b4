"""A leaderboard as text for the terminal (100 columns), as Markdown, and as plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from harness.metrics import BOOKS, Prices
from reports.leaderboard import Leaderboard, Row
from reports.schema import TOKENS

COLUMNS = 100
SHOWN_BOOKS = ("none", "read10_write125")
"""The built-in price books that a table shows; all of them are in the plain data."""


def shown_books(board: Leaderboard) -> tuple[Prices, ...]:
    """Two built-in books, and those a user added."""
    own = board.books[len(BOOKS) :]
    return (*(book for book in board.books if book.name in SHOWN_BOOKS), *own)


def _headings(board: Leaderboard) -> list[str]:
    costs = [f"cost/\nsuccess\n{_short(book.name)}" for book in shown_books(board)]
    crashes = ["crashes\nsurvived"] if _crashed(board) else []
    return ["", *_names(board)[0], "done/\nvalid/\nplan", "completion", *costs, "tokens/\nrun", "slope",
            "com-\npact", *crashes, "dup/\nlost"]  # fmt: skip


def _short(book: str) -> str:
    """The name of a price book, in the width of its column."""
    return {"none": "no cache", "read10_write125": "cache"}.get(book, book)


def _crashed(board: Leaderboard) -> bool:
    return any(row.crashed for row in board.rows)


def _names(board: Leaderboard) -> tuple[list[str], list[str]]:
    """Headings and attributes that name a subject, beside the policy: whatever is not the same in all rows."""
    named = {"model": "model", "view_budget": "budget", "setting": "setting"}
    differing = [name for name in named if len({getattr(row.subject, name) for row in board.rows}) > 1]
    return ["policy", *(named[name] for name in differing)], differing


def _named(board: Leaderboard, row: Row) -> str:
    """The policy, after the orchestrator where that is not the usual one, and what the row stands for."""
    subject = row.subject
    if row.mark == "no model":
        return subject.orchestrator
    name = subject.policy if subject.orchestrator == _usual(board) else f"{subject.orchestrator}: {subject.policy}"
    return f"{name} ({row.mark})" if row.mark else name


def _cells(board: Leaderboard, row: Row) -> list[str]:
    others = [getattr(row.subject, name) for name in _names(board)[1]]
    return [
        f"{row.rank}{'=' if row.tied else ''}{'' if row.same_tasks else '*'}",
        _named(board, row),
        *(f"{value:g}" if isinstance(value, float) else value for value in others),
        f"{row.completed if row.claiming or not row.valid else '-'}/{row.valid}/{row.planned}",
        _rate(row),
        *(_amount(row.cost[book.name]) for book in shown_books(board)),
        _amount(row.tokens_per_run),
        _amount(row.token_slope),
        "-" if row.compactions_per_run is None else f"{row.compactions_per_run:.1f}",
        *([f"{row.recovered}/{row.crashed}" if row.crashed else "-"] if _crashed(board) else []),
        f"{row.dup_effects}/{row.lost_effects}",
    ]


def _rate(row: Row) -> str:
    if row.completion is None:
        return "-"
    if row.completion_interval is None or row.completion_interval[0] == row.completion_interval[1] == row.completion:
        return f"{row.completion:.0%}"
    low, high = row.completion_interval
    return f"{row.completion:.0%} [{low * 100:.0f}, {high * 100:.0f}]"


def _amount(value: float | None) -> str:
    """Three or four digits: 812, 9,120, 43.1k, 1.25M."""
    if value is None:
        return "-"
    if abs(value) < 10_000:
        return f"{value:,.0f}"
    return f"{value / 1_000:,.1f}k" if abs(value) < 1_000_000 else f"{value / 1_000_000:,.2f}M"


def board_text(board: Leaderboard, color: bool = False) -> str:
    """The leaderboard for a terminal of 100 columns; `color` adds its codes."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    headings, policy = _headings(board), 1
    lines = [headings, *(_cells(board, row) for row in board.rows)]
    widths = [max(len(part) for line in lines for part in line[index].split("\n")) for index in range(len(headings))]
    room = COLUMNS - sum(widths) + widths[policy] - (len(widths) - 1)
    widths[policy] = max(len("policy"), min(widths[policy], room))
    for index, heading in enumerate(headings):
        left = 1 <= index <= len(_names(board)[0])
        table.add_column(heading, justify="left" if left else "right", overflow="fold", width=widths[index])
    for row, line in zip(board.rows, lines[1:], strict=True):
        style = "dim" if row.mark else ("green" if row.rank == 1 else "")
        table.add_row(*map(Text, line), style=style)
    console = Console(
        width=COLUMNS,
        force_terminal=color,
        no_color=not color,
        highlight=False,
        color_system="standard" if color else None,
    )
    with console.capture() as captured:
        console.print(table)
        for note in _footnotes(board):
            console.print(Text(note), style="dim")
    return "\n".join(line.rstrip() for line in captured.get().splitlines()) + "\n"


def _footnotes(board: Leaderboard) -> Sequence[str]:
    """What one must know to read the table; every line fits."""
    return (
        f"suite {board.version}; {TOKENS}; cost 1 = an uncached input token; slope: tokens/step",
        "cost/success: failures included; output costs 5; cache: cached input costs 0.1, other input 1.25",
        *_unnamed(board),
        *board.notes,
    )


def _usual(board: Leaderboard) -> str:
    """The orchestrator of most rows, the reference where as many are of another."""
    names = Counter(row.subject.orchestrator for row in board.rows if row.mark != "no model")
    return max(names, key=lambda name: (names[name], name == "reference", name), default="")


def _unnamed(board: Leaderboard) -> tuple[str, ...]:
    """Which orchestrator the rows are of that name none."""
    others = any(row.subject.orchestrator != _usual(board) for row in board.rows if row.mark != "no model")
    return (f"rows that name no orchestrator are of {_usual(board)}",) if others else ()


def board_markdown(board: Leaderboard) -> str:
    """The leaderboard as a Markdown table."""
    headings = [heading.replace("-\n", "").replace("/\n", "/").replace("\n", " ") for heading in _headings(board)]
    named = len(_names(board)[0])
    rule = [":--" if 1 <= index <= named else "--:" for index in range(len(headings))]
    rows = [[cell.replace("|", "\\|") for cell in _cells(board, row)] for row in board.rows]
    lines = [f"| {' | '.join(cells)} |" for cells in (headings, rule, *rows)]
    return "\n".join([*lines, "", *(f"- {note.replace('*', chr(92) + '*')}" for note in _footnotes(board)), ""])


def board_plain(board: Leaderboard) -> dict[str, Any]:
    """The leaderboard as plain data, for JSON: every price book, unrounded. An interval open to infinity ends with None."""
    plain = asdict(board)
    for row in plain["rows"]:
        for name in ("completion_interval", "cost_interval"):
            if row[name] is not None:
                row[name] = [None if value == float("inf") else value for value in row[name]]
    return {**plain, "rows": list(plain["rows"]), "books": list(plain["books"]), "tokens": TOKENS}
