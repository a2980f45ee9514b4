"""Leaderboards as one Parquet file: a row for each row of each board, units and meanings in the metadata of the fields."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Any

from harness.spec import VERSION
from reports.files import explained, write_whole
from reports.leaderboard import Leaderboard
from reports.schema import Column, arrow_schema

TEXTS = (
    ("board", "what the board is about: profile, price book and family, or overall"),
    ("profile", "profile of the model; empty where the board pools all of them"),
    ("book", "price book that costs rank by"),
    ("family", "family of tasks; empty where the board holds all of them"),
    ("orchestrator", "name with its options"),
    ("policy", "name with its options"),
    ("model", "profile with its options"),
    ("setting", "sim, wire or process"),
    ("mark", "ceiling, floor or no model; empty for who is on trial"),
    ("failure", "how the policy brought the first of its failed runs to an end"),
)
COLUMNS: tuple[Column, ...] = (
    *(Column(name, "str", doc, repeats=True) for name, doc in TEXTS),
    Column("view_budget", "float", "share of the working set, or tokens where it is a whole number above 10"),
    Column("rank", "int", "the best rank that the tasks allow", better="lower"),
    Column("rank_to", "int", "the worst rank that the tasks allow", better="lower"),
    Column("completed", "int", "runs that completed", "runs", "higher"),
    Column("valid", "int", "valid runs", "runs"),
    Column("planned", "int", "planned runs", "runs"),
    Column("failed", "int", "runs that the policy itself brought to an end", "runs", "lower"),
    Column("completion", "float", "share of the valid runs that completed", "share", "higher"),
    Column("completion_low", "float", "lower end of its 95 % interval", "share", "higher"),
    Column("completion_high", "float", "upper end of its 95 % interval", "share", "higher"),
    Column("cost", "float", "cost per success under the price book", "input tokens", "lower"),
    Column("cost_low", "float", "lower end of its 95 % interval", "input tokens", "lower"),
    Column("cost_high", "float", "upper end of its 95 % interval; none where it is open", "input tokens", "lower"),
    Column("work", "float", "share of the work that is right in the end", "share", "higher"),
    Column("matched", "float", "cost at the completion of keep_all over that of keep_all", "1", "lower"),
    Column("hypervolume", "float", "share of the plane of cost and completion that is dominated", "share", "higher"),
    Column("recall", "float", "references in view or by pointer", "share", "higher"),
    Column("pins", "float", "pins kept", "share", "higher"),
    Column("token_slope", "float", "median growth of a request", "tokens/step", "lower"),
    Column("peak", "float", "the biggest request", "tokens", "lower"),
    Column("thrash", "float", "faults a turn", "1", "lower"),
    Column("groups", "int", "separated groups on the board", "groups"),
    Column("findings", "int", "orders of the row that hold at all grid points; none where nobody varied the profile"),
    Column("orders", "int", "orders of the row that are not ties; none where nobody varied the profile"),
)

ROW = (
    "mark", "failure", "rank", "rank_to", "completed", "valid", "planned", "failed", "completion", "work", "matched",
    "hypervolume", "recall", "pins", "token_slope", "peak", "thrash",
)  # fmt: skip
"""Columns that are fields of a row."""


def write_boards(boards: Iterable[Leaderboard], path: Path | str) -> Path:
    """Write the rows of leaderboards; equal boards give equal bytes. Raises `UsageError` where the file cannot be written."""
    import pyarrow
    import pyarrow.parquet

    path, file = Path(path), BytesIO()
    rows = [_plain(board, place) for board in boards for place in range(len(board.rows))]
    schema = arrow_schema("leaderboard", COLUMNS, {"longhaul.version": str(VERSION)})
    table = pyarrow.Table.from_pylist(rows, schema=schema)
    pyarrow.parquet.write_table(table, file, compression="zstd", compression_level=6, version="2.6")
    with explained(str(path), "nothing was written"):
        write_whole(path, file.getvalue())
    return path


def _plain(board: Leaderboard, place: int) -> dict[str, Any]:
    row = board.rows[place]
    plain = {name: getattr(row, name) for name in ROW}
    subject = {
        name: getattr(row.subject, name) for name in ("orchestrator", "policy", "model", "setting", "view_budget")
    }
    findings, orders = board.findings.of(place) if board.findings else (None, None)
    return {
        **plain, **subject, "board": board.cut.title, "profile": board.cut.profile, "book": board.book,
        "family": board.cut.family, "groups": board.groups, "findings": findings, "orders": orders,
        "cost": row.cost[board.book],
        **_ends("completion", row.completion_interval), **_ends("cost", row.cost_interval),
    }  # fmt: skip


def _ends(name: str, interval: tuple[float, float] | None) -> dict[str, float | None]:
    low, high = interval or (None, None)
    return {f"{name}_low": _finite(low), f"{name}_high": _finite(high)}


def _finite(value: float | None) -> float | None:
    return None if value is None or abs(value) == float("inf") else value
