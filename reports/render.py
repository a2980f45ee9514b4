"""A leaderboard as text for the terminal (100 columns), as Markdown, and as plain data.

In the terminal the columns that say how a policy did it stand in a second table below the first, of the same rows. Where
tasks were tried more than once, pass^k stands in one more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from harness.metrics import BOOKS, Prices
from reports.leaderboard import Leaderboard, Row
from reports.schema import TOKENS
from reports.trials_board import NOTES, trials_cells, trials_headings, trials_plain

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


def _measures(board: Leaderboard) -> list[str]:
    findings = ["find-\nings"] if board.findings else []
    return [
        "work\nright",
        "matched\ncost",
        "hyper-\nvolume",
        "recall",
        "pins\nkept",
        "peak\ntokens",
        "thrash",
        *findings,
    ]


def _measured(board: Leaderboard, place: int) -> list[str]:
    row = board.rows[place]
    found = "{}/{}".format(*board.findings.of(place)) if board.findings else ""
    return [
        _share(row.work),
        _decimal(row.matched),
        _decimal(row.hypervolume),
        _share(row.recall),
        _share(row.pins),
        _amount(row.peak),
        _decimal(row.thrash),
        *([found] if board.findings else []),
    ]


def _decimal(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"


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
    words = ", ".join(word for word in (row.mark, "failed" if row.failed else "") if word)
    return f"{name} ({words})" if words else name


def _who(board: Leaderboard, row: Row) -> list[str]:
    """The rank (`2-4` where it is shared), the name, and what else is not the same in all rows."""
    others = [getattr(row.subject, name) for name in _names(board)[1]]
    rank = f"{row.rank}-{row.rank_to}" if row.tied else str(row.rank)
    return [
        f"{rank}{'' if row.same_tasks else '*'}",
        _named(board, row),
        *(f"{value:g}" if isinstance(value, float) else value for value in others),
    ]


def _cells(board: Leaderboard, row: Row) -> list[str]:
    return [
        *_who(board, row),
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
    """The leaderboard for a terminal of 100 columns, without what it measured beside; `color` adds its codes."""
    return _printed(board, [_main_table(board)], color)


def boards_text(boards: Sequence[Leaderboard], color: bool = False) -> str:
    """Leaderboards one after another, each with its title where there are several and with its other tables."""
    several = len(boards) > 1
    return "\n".join(
        (f"{board.cut.title}\n" if several else "")
        + _printed(board, [_main_table(board), _second_table(board), *_trials_tables(board)], color)
        for board in boards
    )


def _main_table(board: Leaderboard) -> list[list[str]]:
    return [_headings(board), *(_cells(board, row) for row in board.rows)]


def _second_table(board: Leaderboard) -> list[list[str]]:
    rows = [[*_who(board, row), *_measured(board, place)] for place, row in enumerate(board.rows)]
    return [["", *_names(board)[0], *_measures(board)], *rows]


def _trials_tables(board: Leaderboard) -> list[list[list[str]]]:
    """The table of trials; none where there are none."""
    rows = [[*_who(board, row), *trials_cells(board, place)] for place, row in enumerate(board.rows) if board.trials]
    return [[["", *_names(board)[0], *trials_headings(board)], *rows]] if board.trials else []


def _printed(board: Leaderboard, tables: Sequence[list[list[str]]], color: bool) -> str:
    from rich.console import Console
    from rich.text import Text

    console = Console(
        width=COLUMNS,
        force_terminal=color,
        no_color=not color,
        highlight=False,
        color_system="standard" if color else None,
    )
    meanings = _meanings(board) if len(tables) > 1 else ()
    with console.capture() as captured:
        for place, lines in enumerate(tables):
            if place:
                console.print()
            console.print(_table(board, lines))
        for note in (*meanings, *_footnotes(board)):
            console.print(Text(_printable(note)), style="dim")
    return "\n".join(line.rstrip() for line in captured.get().splitlines()) + "\n"


def _table(board: Leaderboard, lines: list[list[str]]) -> Any:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    headings, policy = lines[0], 1
    widths = [max(len(part) for line in lines for part in line[index].split("\n")) for index in range(len(headings))]
    room = COLUMNS - sum(widths) + widths[policy] - (len(widths) - 1)
    widths[policy] = max(len("policy"), min(widths[policy], room))
    for index, heading in enumerate(headings):
        left = 1 <= index <= len(_names(board)[0])
        table.add_column(heading, justify="left" if left else "right", overflow="fold", width=widths[index])
    for row, line in zip(board.rows, lines[1:], strict=True):
        style = "dim" if row.mark else ("green" if row.rank == 1 else "")
        table.add_row(*map(Text, line), style=style)
    return table


def _printable(text: str) -> str:
    """What a policy said, on one line and without control characters."""
    return "".join(char if char.isprintable() else "?" for char in " ".join(text.split()))


MEASURES = (
    "work right: share of the work that is right in the end, decides where completion and cost do not",
    "matched cost: cost at the completion of keep_all over that of keep_all; takes two view budgets",
    "hypervolume: of cost and completion, over the budgets; thrash: faults/step; - is not in the report",
)
"""What the second table means; every line fits."""


def _meanings(board: Leaderboard) -> tuple[str, ...]:
    """What the tables beside the first mean."""
    return (*MEASURES, *(NOTES if board.trials else ()))


def _footnotes(board: Leaderboard) -> Sequence[str]:
    """What one must know to read the table; every line fits."""
    return (
        f"suite {board.version}; {TOKENS}; cost 1 = an uncached input token; slope: tokens/step",
        "cost/success: failures included; output costs 5; cache: cached input costs 0.1, other input 1.25",
        *_unnamed(board),
        *_said_of_ranks(board),
        *board.notes,
    )


def _said_of_ranks(board: Leaderboard) -> tuple[str, ...]:
    """By which price book, how many groups, and how many findings; nothing where there is nothing to say."""
    trial = sum(not row.mark and row.completion is not None for row in board.rows)
    tied = any(row.tied for row in board.rows)
    ranks = "ranks like 2-4 are ties: paired differences of which the interval includes 0"
    book = f"costs rank by price book {board.book}"
    groups = f"{board.groups} separated group{'s' if board.groups != 1 else ''} in {trial} rows, controls left out"
    return (
        *((book,) if board.book != BOOKS[0].name else ()),
        *((ranks if board.cluster != "none" else "ranks like 2-4 are ties",) if tied else ()),
        *((groups,) if trial > 1 else ()),
        *_said_of_findings(board),
    )


def _said_of_findings(board: Leaderboard) -> tuple[str, ...]:
    if board.findings is None:
        return ()
    words = Counter(board.findings.pairs.values())
    unknown = f", {words['not checked']} not checked" if words["not checked"] else ""
    return (
        f"findings: {words['finding']} of {len(board.findings.pairs)} orders hold at all {len(board.findings.points)} "
        f"grid point{'s' if len(board.findings.points) != 1 else ''}, {words['not stable']} are not stable{unknown}",
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
    """The leaderboard as one Markdown table, with all columns, and one of trials where there are several of a task."""
    cells = [[*_cells(board, row), *_measured(board, place)] for place, row in enumerate(board.rows)]
    tables = [[[*_headings(board), *_measures(board)], *cells], *_trials_tables(board)]
    notes = (_printable(note) for note in (*_meanings(board), *_footnotes(board)))
    return "\n".join(
        [
            *(line for table in tables for line in (*_markdown(board, table), "")),
            *(f"- {note.replace('*', chr(92) + '*').replace('<', '&lt;')}" for note in notes),
            "",
        ]
    )


def _markdown(board: Leaderboard, lines: list[list[str]]) -> list[str]:
    headings = [heading.replace("-\n", "").replace("/\n", "/").replace("\n", " ") for heading in lines[0]]
    named = len(_names(board)[0])
    rule = [":--" if 1 <= index <= named else "--:" for index in range(len(headings))]
    rows = [[cell.replace("|", "\\|") for cell in line] for line in lines[1:]]
    return [f"| {' | '.join(cells)} |" for cells in (headings, rule, *rows)]


def boards_markdown(boards: Sequence[Leaderboard]) -> str:
    """Leaderboards as Markdown, under headings where there are several."""
    if len(boards) == 1:
        return board_markdown(boards[0])
    return "\n".join(f"## {board.cut.title}\n\n{board_markdown(board)}" for board in boards)


def board_plain(board: Leaderboard) -> dict[str, Any]:
    """The leaderboard as plain data, for JSON: every price book, unrounded. An interval open to infinity ends with None."""
    plain = asdict(replace(board, pairs={}, findings=None, trials=()))
    del plain["trials"], plain["tasks"]
    for place, row in enumerate(plain["rows"]):
        row["trials"] = trials_plain(board, place)
        for name in ("completion_interval", "cost_interval"):
            row[name] = _bounded(row[name])
    pairs = [
        {
            **asdict(pair), "first": a, "second": b, "completion_interval": _bounded(pair.completion_interval),
            "cost_interval": _bounded(pair.cost_interval), "work_interval": _bounded(pair.work_interval),
            "finding": board.findings.pairs.get((a, b), "tied") if board.findings else None,
        }
        for (a, b), pair in sorted(board.pairs.items())
    ]  # fmt: skip
    points = list(board.findings.points) if board.findings else None
    return {
        **plain, "title": board.cut.title, "rows": list(plain["rows"]), "books": list(plain["books"]), "tokens": TOKENS,
        "pairs": pairs, "findings": points,
    }  # fmt: skip


def _bounded(interval: Sequence[float] | None) -> list[float | None] | None:
    return None if interval is None else [value if abs(value) < float("inf") else None for value in interval]
