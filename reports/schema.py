"""The one module that knows the tables: their columns, units and directions, and how they are written as Parquet.

Four tables are functions of the specs alone, so that two reports of the same code are equal byte for byte; wall-clock
times stand in a fifth, `timing`. Rows are sorted by the repr of the spec, by repeat and, within a run, by event number.

What is not deterministic (a real clock, a real scheduler) is run several times. A report with a second repeat of any spec
has the column `repeat` after `run_id` in every table; in one without, every run is repeat 1 and there is no such column, so
that the files of deterministic reports are what they always were.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from harness.metrics import METRICS, Metric
from harness.spec import VERSION

if TYPE_CHECKING:
    import pyarrow

TOKENS = "tokens = ceil(UTF-8 bytes / 3.2)"
ROWS_PER_GROUP = 65_536
"""Fixed, so that equal rows give equal bytes however they were collected."""


@dataclass(frozen=True)
class Column:
    """One column: `type` is bool, int, float or str; text that repeats is stored once (`repeats`)."""

    name: str
    type: str
    doc: str
    unit: str = ""
    better: str = "none"
    repeats: bool = False


def _text(name: str, doc: str, repeats: bool = True) -> Column:
    return Column(name, "str", doc, repeats=repeats)


def _number(name: str, doc: str, unit: str = "") -> Column:
    return Column(name, "int", doc, unit)


def _flag(name: str, doc: str) -> Column:
    return Column(name, "bool", doc, "yes/no")


RUN_ID = _text("run_id", "12 hex digits of a hash of the spec's repr; joins the tables")

REPEAT = _number("repeat", "which run of this spec, from 1; with run_id it names the run and joins the tables")
"""Stands in the tables of a report that holds a second repeat of any spec, and in no other."""

RUN_COLUMNS: tuple[Column, ...] = (
    Column("run_id", "str", RUN_ID.doc),
    _text("spec", "code that reproduces the run: longhaul repro SPEC", repeats=False),
    _number("version", "version of the suite; other versions are other experiments"),
    _text("scenario", "name or path/to/file.py:Name"),
    _number("horizon", "size of the job", "turns"),
    _text("kind", "kind of tool: deduplicating, queryable or blind"),
    _number("difficulty", "difficulty of the scenario"),
    _text("input", "generated, or what tree or recording was used"),
    _text("input_digest", "digest of the input; runs on other inputs are not compared"),
    _text("orchestrator", "name with its options"),
    _text("policy", "name with its options"),
    _text("model", "profile with its options"),
    Column("view_budget", "float", "share of the working set, or tokens where it is a whole number above 10"),
    _number("budget_tokens", "the view budget in tokens", "tokens"),
    _number("seed", "seed of the scenario"),
    _text("setting", "sim, wire or process"),
    _text("strikes", "the planned faults as code; empty where there are none"),
    _text("verdict", "pass, fail, unknown (no premise occurred) or invalid (the run says nothing)"),
    _text("violated", "the first violated invariant, or why the run is invalid", repeats=False),
    _text("verdicts", "the outcome of every check, as JSON"),
    _flag("harness_error", "whether the harness itself failed while judging"),
    _text("ending", "returned, raised, stuck, waiting, limit or watchdog"),
    _text("reason", "why it ended so", repeats=False),
    _text("digest", "SHA-256 over every event", repeats=False),
    _flag("events_kept", "whether the table of events holds this run"),
)

CALL_COLUMNS: tuple[Column, ...] = (
    RUN_ID,
    _number("number", "event number of the request"),
    _number("nth", "passage of the model's door, from 1"),
    _number("life", "process incarnation, from 0"),
    _number("at_ms", "virtual time of the request", "ms"),
    _number("tools", "tools offered; 0 is a policy's own request", "tools"),
    _number("length", "messages in the view", "messages"),
    _number("shared", "messages it shares with the request before", "messages"),
    _number("input", "input tokens, tool definitions included", "tokens"),
    _number("cached", "the part of the input read from the prompt cache", "tokens"),
    _number("output", "output tokens", "tokens"),
    _number("tool_bytes", "UTF-8 bytes of the tool messages shown", "bytes"),
    _flag("answered", "whether an answer came back"),
    _number("answered_before", "how often this very request was answered before", "times"),
    _flag("compaction", "whether the view lost messages of the one before, though no new life began"),
    _text("reason", "why it was compacted, from a legible journal; else unobserved"),
    _text("error", "class of the error; empty where there was none"),
    _number("status", "HTTP status of the error; 0 where there was none"),
)

EFFECT_COLUMNS: tuple[Column, ...] = (
    RUN_ID,
    _number("number", "place in the world's ledger, from 1; 0 for a lost one"),
    _number("event", "event number; 0 for a lost one"),
    _text("tool", "name of the tool"),
    _text("intent", "the deed: tool and intent twice is a duplicate", repeats=False),
    _text("key", "idempotency key", repeats=False),
    _text("call_id", "id of the call", repeats=False),
    _text("effect", "write or irreversible; empty for a lost one"),
    _number("life", "process incarnation, from 0"),
    _number("at_ms", "virtual time", "ms"),
    _text("fate", "ok, duplicated, lost, unexpected or recovered"),
)

EVENT_COLUMNS: tuple[Column, ...] = (
    RUN_ID,
    _number("number", "from 1 over the whole run"),
    _number("life", "process incarnation, from 0"),
    _number("at_ms", "virtual time", "ms"),
    _text("site", "run, life, model, tool:NAME, query:NAME, human, sleep or disk:WHAT"),
    _number("nth", "passage of the site, from 1; 0 where nothing passes"),
    _text("kind", "what happened at the site"),
    _text("detail", "the particulars, as JSON", repeats=False),
    _text(
        "why",
        "type, rule and facts of the journal entries written here, as JSON; empty without",
        repeats=False,
    ),
)

TIMING_COLUMNS: tuple[Column, ...] = (
    Column("run_id", "str", RUN_ID.doc),
    Column("wall_seconds", "float", "wall-clock time of the run; no function of the spec", "s", "lower"),
)

TABLES: dict[str, tuple[Column, ...]] = {
    "runs": RUN_COLUMNS,
    "calls": CALL_COLUMNS,
    "effects": EFFECT_COLUMNS,
    "events": EVENT_COLUMNS,
    "timing": TIMING_COLUMNS,
}
"""Every table by name; `runs` has one more column for each metric."""

OVER_FAULT_FREE = Column(
    "virtual_time_over_fault_free", "float",
    "virtual time of a run with strikes, as a multiple of that of the same spec without them in this report (same repeat); "
    "empty where there is no such run, or one of the two is invalid or did not return", "times", "lower",
)  # fmt: skip
"""A column of `runs` that no run alone can tell; it stands before the metrics and is compared as they are."""

DIGESTED = ("calls", "effects", "events")
"""The tables whose SHA-256 stands in the notes of `runs`; `timing` is no function of the specs."""


def columns_of(table: str, metrics: Iterable[Metric] = METRICS, repeated: bool = False) -> tuple[Column, ...]:
    """The columns of a table; the metrics follow those of `runs`; `repeated` adds the number of the repeat."""
    run_id, *others = TABLES[table]
    key = (run_id, REPEAT) if repeated else (run_id,)
    return (*key, *others, *((OVER_FAULT_FREE, *map(_metric_column, metrics)) if table == "runs" else ()))


def _metric_column(metric: Metric) -> Column:
    kind = metric.kind.__name__
    return Column(metric.name, kind, metric.doc, metric.unit, metric.better, repeats=kind == "str")


def arrow_schema(table: str, columns: Iterable[Column], notes: dict[str, str]) -> pyarrow.Schema:
    """The Arrow schema of a table of these columns, with units in the fields and `notes` in the file's metadata."""
    import pyarrow

    types = {
        "bool": pyarrow.bool_(),
        "int": pyarrow.int64(),
        "float": pyarrow.float64(),
        "str": pyarrow.string(),
    }
    fields = [pyarrow.field(column.name, types[column.type], metadata=_metadata(column)) for column in columns]
    return pyarrow.schema(fields, metadata={"longhaul.table": table, "longhaul.tokens": TOKENS, **notes})


def _metadata(column: Column) -> dict[str, str]:
    return {"unit": column.unit, "better": column.better, "doc": column.doc}


def rows_bytes(rows: Iterable[dict[str, Any]], names: Iterable[str]) -> bytes:
    """Rows of `runs` as the bytes whose SHA-256 it carries: Parquet's own checksums cover neither footer nor dictionaries."""
    names = tuple(names)
    return b"".join(msgspec.json.encode([row.get(name) for name in names]) + b"\n" for row in rows)


def head_bytes(schema: pyarrow.Schema, notes: dict[str, str]) -> bytes:
    """The columns with their units and directions, and the notes: what is digested beside the rows."""
    columns = [
        (field.name, [(field.metadata or {}).get(key, b"") for key in (b"unit", b"better", b"doc")]) for field in schema
    ]
    return msgspec.json.encode((columns, *(notes.get(f"longhaul.{name}") for name in ("missing", "report", "files"))))


class TableWriter:
    """Writes one table; rows may come in any portions, the bytes are the same."""

    def __init__(self, path: str, table: str, columns: Iterable[Column], notes: dict[str, str]) -> None:
        import pyarrow.parquet

        columns = tuple(columns)
        self._schema = arrow_schema(table, columns, {"longhaul.version": str(VERSION), **notes})
        self._rows: list[dict[str, Any]] = []
        self._names = self._schema.names
        self._notes = notes
        self._digest = hashlib.sha256() if table == "runs" else None
        self._file = open(path, "wb")  # noqa: SIM115 - closed in `close`
        self._writer = pyarrow.parquet.ParquetWriter(
            self._file, self._schema, compression="zstd", compression_level=6, version="2.6",
            use_dictionary=[column.name for column in columns if column.repeats],
            write_page_checksum=True,
        )  # fmt: skip

    def add(self, rows: Iterable[dict[str, Any]]) -> None:
        """Append rows; whole row groups are written at once."""
        self._rows += rows
        while len(self._rows) >= ROWS_PER_GROUP:
            self._write(ROWS_PER_GROUP)

    def _write(self, count: int) -> None:
        import pyarrow

        if self._digest is not None:
            self._digest.update(rows_bytes(self._rows[:count], self._names))
        self._writer.write_table(pyarrow.Table.from_pylist(self._rows[:count], schema=self._schema))
        del self._rows[:count]

    def close(self, notes: dict[str, str] | None = None) -> None:
        """Write the rest, and `notes` that were not known before, and make it durable."""
        try:
            if self._rows:
                self._write(len(self._rows))
            if self._digest is not None:
                self._digest.update(head_bytes(self._schema, {**self._notes, **(notes or {})}))
                notes = {**(notes or {}), "longhaul.digest": self._digest.hexdigest()}
            if notes:
                self._writer.add_key_value_metadata(notes)
            self._writer.close()
            self._file.flush()
            os.fsync(self._file.fileno())
        finally:
            self._file.close()

    def abandon(self) -> None:
        """Close the file as it is; it is never read."""
        # else pyarrow tries to finish the file when the writer is collected, and complains on standard error
        self._writer.is_open = False
        self._file.close()
