"""Reading a report back. Whatever is wrong with a file is said by name; nothing half-written is ever read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from harness.errors import UsageError
from harness.history import Event
from harness.spec import VERSION, parse
from reports.files import file_digest
from reports.schema import REPEAT, RUN_COLUMNS, TABLES, Column, head_bytes, rows_bytes

if TYPE_CHECKING:
    import pyarrow

T = TypeVar("T")

SPARE_TOOLS = "spare_tools"
"""What a row says of its spec beside the columns: tools that were offered beside those that the work needs."""


@dataclass(frozen=True, eq=False)
class Report:
    """A folder of tables, or a `runs.parquet` alone (a baseline). Tables other than `runs` are read when asked for.

    `runs` are the rows as dicts, sorted by spec and repeat, each with its `repeat` (1 where the file has no such column);
    `missing` the planned specs that have no run, each as often as repeats of it are missing; `files` the SHA-256 of the other
    tables.
    """

    path: Path
    runs: tuple[dict[str, Any], ...]
    metrics: tuple[Column, ...]
    missing: tuple[str, ...]
    mark: str
    files: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def by_spec(self) -> dict[str, tuple[dict[str, Any], ...]]:
        """The rows by the repr of their spec: one, or all its repeats in order."""
        found: dict[str, list[dict[str, Any]]] = {}
        for row in self.runs:
            found.setdefault(row["spec"], []).append(row)
        return {spec: tuple(rows) for spec, rows in found.items()}

    def of(self, scenario: str) -> Report:
        """The same report with the runs of one scenario only; itself where none is named."""
        if not scenario:
            return self
        return replace(self, runs=tuple(row for row in self.runs if row["scenario"] == scenario))

    def run(self, run_id: str) -> dict[str, Any]:
        """The row of a run, named by its id or a beginning of it; `ID-3` is its third repeat. Raises `UsageError`."""
        start, _, repeat = run_id.partition("-")
        found = [row for row in self.runs if row["run_id"].startswith(start)] if start else []
        ids = list(dict.fromkeys(row["run_id"] for row in found))
        if len(ids) > 1:
            raise UsageError(f"run {run_id!r} is not unique in {self.path}: {', '.join(ids[:5])}")
        named = [row for row in found if repeat in ("", str(row.get("repeat", 1)))]
        if named:
            return named[0]
        if found:
            raise UsageError(f"run {ids[0]} has no repeat {repeat!r} in {self.path}; it was run {len(found)} times")
        some = ", ".join(list(dict.fromkeys(row["run_id"] for row in self.runs))[:5])
        raise UsageError(f"unknown run in {self.path} {run_id!r}; the first of its {len(self.runs)} are {some}")

    def calls(self, run_id: str | None = None) -> list[dict[str, Any]]:
        """The model requests of a run (of its first repeat, unless `ID-3` names another), or of all."""
        return self._rows("calls", run_id)

    def effects(self, run_id: str | None = None) -> list[dict[str, Any]]:
        """The effects of a run, or of all."""
        return self._rows("effects", run_id)

    def events(self, run_id: str) -> tuple[Event, ...]:
        """The history of a run; empty where it was not kept (then `execute` its spec)."""
        return tuple(
            Event(
                row["number"],
                row["life"],
                row["at_ms"],
                row["site"],
                row["nth"],
                row["kind"],
                _decode(row["detail"]),
            )
            for row in self._rows("events", run_id)
        )

    def reasons(self, run_id: str) -> dict[int, list[dict[str, Any]]]:
        """What the orchestrator's own journal said, by event number: dicts of type, rule and facts."""
        return {row["number"]: _decode(row["why"]) for row in self._rows("events", run_id) if row["why"]}

    def _rows(self, table: str, run_id: str | None) -> list[dict[str, Any]]:
        folder = self.path if self.path.is_dir() else self.path.parent
        path = folder / f"{table}.parquet"
        if not path.is_file():
            raise UsageError(f"{folder} has no {path.name}: it holds the runs only, like a baseline")
        notes = _notes(path, table)
        if notes.get("longhaul.report") != self.mark:
            raise UsageError(f"{path} belongs to another report than {folder / 'runs.parquet'}; run the grid again")
        if table in self.files and _parquet(path, lambda _: file_digest(path)) != self.files[table]:
            raise UsageError(f"{path} cannot be read, it is corrupt: its bytes are not those that were written")
        row = None if run_id is None else self.run(run_id)
        return list(_parquet(path, lambda parquet: _table(parquet, path, _of_run(parquet, path, row)).to_pylist()))


_decode: Callable[[str], Any] = msgspec.json.decode


def load(path: Path | str) -> Report:
    """Read a report: a folder, or its `runs.parquet`.

    Raises `UsageError` with file and problem for one that is not there, corrupt, truncated, foreign, or of another
    version of the suite.
    """
    path = Path(path)
    file = path / "runs.parquet" if path.is_dir() else path
    if not file.is_file():
        waiting = path / ".shards"
        cut_off = any(waiting.glob("*.jsonl"))
        folder = path.parent if path.suffix == ".parquet" else path
        hint = f"; make one with longhaul run ... --out {folder}"
        if cut_off:
            hint = f"; a session was cut off there, its runs wait in {waiting}: longhaul finish {path}"
        raise UsageError(f"no report at {path}: there is no {file.name}{hint}")
    notes = _notes(file, "runs")
    rows, metrics = _parquet(file, lambda parquet: _checked(_table(parquet, file, None), file, notes))
    return Report(
        path, rows, metrics, tuple(_decode(notes.get("longhaul.missing", "[]"))),
        notes.get("longhaul.report", ""), _decode(notes.get("longhaul.files", "{}")),
    )  # fmt: skip


def _checked(table: pyarrow.Table, file: Path, notes: dict[str, str]) -> tuple[Any, Any]:
    """The rows and the metrics' columns, once they are known to be those that were written."""
    lacking = [column.name for column in RUN_COLUMNS if column.name not in table.column_names]
    if lacking:
        raise UsageError(f"{file} lacks the columns {', '.join(lacking)}; it was not written by this version")
    rows = tuple(table.to_pylist())
    digested = rows_bytes(rows, table.column_names) + head_bytes(table.schema, notes)
    if hashlib.sha256(digested).hexdigest() != notes.get("longhaul.digest"):
        raise UsageError(f"{file} cannot be read, it is corrupt: its rows are not those that were written")
    known = {column.name for column in (*RUN_COLUMNS, REPEAT)}
    numbered = tuple(
        {**row, REPEAT.name: row.get(REPEAT.name, 1), SPARE_TOOLS: _spare_tools(row["spec"])} for row in rows
    )
    return numbered, tuple(_column(item) for item in table.schema if item.name not in known)


def _spare_tools(spec: str) -> int:
    """The tools that a spec offers beside those that its work needs; no column of its own, so that older files have it."""
    return parse(spec).spare_tools if SPARE_TOOLS in spec else 0


def _notes(path: Path, table: str) -> dict[str, str]:
    """The file's own notes, once it is known to be ours and of this version."""
    metadata = _parquet(path, lambda parquet: parquet.read_metadata(path)).metadata or {}
    notes = {key.decode("utf-8", "replace"): value.decode("utf-8", "replace") for key, value in metadata.items()}
    if "longhaul.table" not in notes:
        raise UsageError(
            f"{path} is a Parquet file, but not one of longhaul's; give the folder that `longhaul run` wrote"
        )
    if notes.get("longhaul.version") != str(VERSION):
        written = notes.get("longhaul.version", "?")
        raise UsageError(
            f"{path} was written by suite version {written}, this is version {VERSION}: other experiments, not to be "
            f"compared; run the grid again, or use that release"
        )
    if notes["longhaul.table"] != table:
        raise UsageError(f"{path} holds the table {notes['longhaul.table']!r}, not {table!r}; was it renamed?")
    return notes


def _parquet(path: Path, read: Callable[[Any], Any]) -> Any:
    """Read with pyarrow; what it complains of is told by file and in one line."""
    import pyarrow
    import pyarrow.parquet

    try:
        return read(pyarrow.parquet)
    except (pyarrow.ArrowException, OSError, ValueError, KeyError) as error:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UsageError(f"{path} cannot be read, it is corrupt, truncated or no Parquet file: {said}") from None


def _table(parquet: Any, path: Path, wanted: Any) -> pyarrow.Table:
    """The rows of a file; page checksums find bytes that were changed."""
    return parquet.read_table(path, filters=wanted, page_checksum_verification=True)


def _of_run(parquet: Any, path: Path, row: dict[str, Any] | None) -> list[tuple[str, str, Any]] | None:
    """What filters the rows of one run out of a table; None for all."""
    if row is None:
        return None
    keys = ("run_id", REPEAT.name) if REPEAT.name in parquet.read_schema(path).names else ("run_id",)
    return [(key, "=", row[key]) for key in keys]


def _column(item: pyarrow.Field) -> Column:
    """A metric's column as its file describes it."""
    notes = {key.decode(): value.decode() for key, value in (item.metadata or {}).items()}
    kinds = {"bool": "bool", "int64": "int", "double": "float", "string": "str"}
    kind = kinds.get(str(item.type), str(item.type))
    return Column(item.name, kind, notes.get("doc", ""), notes.get("unit", ""), notes.get("better", "none"))


TABLE_NAMES = tuple(TABLES)
"""The tables of a whole report."""
