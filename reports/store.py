"""Where runs are collected: one shard for each run as it ends, one set of tables when all are through.

Workers of a parallel session share the folder; a shard is named by its run, so it does not matter who wrote it or in what
order. A report that was interrupted is never half-written: its shards wait, and the tables before it stay as they were.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import msgspec

from harness.checks import Judgement
from harness.errors import UsageError
from harness.metrics import METRICS, Metric
from harness.run import Run
from harness.spec import Spec
from reports.files import explained, file_digest, sync_folder, write_whole
from reports.rows import call_rows, effect_rows, event_rows, run_row
from reports.schema import DIGESTED, OVER_FAULT_FREE, REPEAT, RUN_COLUMNS, TABLES, TableWriter, columns_of

Events = Literal["failed", "all", "none"]
SAMPLE_ONE_IN = 20
"""With `failed`, the events of one in twenty of the other runs are kept too, chosen by a hash of the spec; of programs all."""

SHARDS = ".shards"
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class Summary:
    """What a report holds; every repeat is a run. `table_bytes` is the size of each file.

    `missing` are the planned specs that have no run, each as often as repeats of it are missing.
    """

    path: Path
    runs: int
    failed: int
    invalid: int
    missing: tuple[str, ...]
    events_kept: int
    table_bytes: dict[str, int]

    @property
    def bytes_total(self) -> int:
        """Bytes of the tables that are functions of the specs: equal runs, equal number."""
        return sum(size for table, size in self.table_bytes.items() if table != "timing")

    @property
    def bytes_per_run(self) -> float:
        """`bytes_total` divided by the runs."""
        return self.bytes_total / max(1, self.runs)

    def __str__(self) -> str:
        missing = f", {len(self.missing)} planned runs missing" if self.missing else ""
        return (
            f"{self.path}: {self.runs} runs ({self.failed} failed, {self.invalid} invalid{missing}), "
            f"{self.bytes_total:,} bytes, {self.bytes_per_run:,.0f} a run, events of {self.events_kept} kept"
        )


class _Head(msgspec.Struct):
    """The first line of a shard: enough to sort it, and to compare its time with that of the run without strikes.

    `fault_free` is the spec without strikes; `returned_ms` its virtual time, None where it is invalid or did not return.
    """

    spec: str
    digest: str
    verdict: str
    verdicts: int
    events_kept: bool
    repeat: int = 1
    fault_free: str = ""
    returned_ms: int | None = None


class Store:
    """Collects runs in a folder. `events` says whose whole history is kept; `metrics` become columns of `runs`."""

    def __init__(self, out: Path | str, events: Events = "failed", metrics: Iterable[Metric] = METRICS) -> None:
        if events not in ("failed", "all", "none"):
            raise UsageError(f"events is {events!r}; it must be one of failed, all, none")
        self.out = Path(out)
        self.events = events
        self.metrics = _unique(metrics)
        self._shards = self.out / SHARDS

    def begin(self) -> None:
        """Remove the shards of a session that was cut off: once, before anybody adds a run."""
        with explained(str(self.out), "nothing was written"):
            for shard in self._shards.glob("*") if self._shards.is_dir() else ():
                shard.unlink()

    def add(self, run: Run, judgement: Judgement, repeat: int = 1) -> None:
        """Keep a run: its shard is durable on return. Of two judgements of one repeat, that by more checks is kept.

        `repeat` counts the runs of one spec, from 1; equal specs of a deterministic subject need no second. Raises
        `UsageError` where the disk is full; every run that was added before is kept.
        """
        if repeat < 1:
            raise ValueError(f"repeat is {repeat}; the runs of a spec are counted from 1")
        kept = self._keeps(run, judgement)
        row = run_row(run, judgement, self.metrics, kept)
        head = _Head(
            row["spec"], row["digest"], row["verdict"], len(judgement.verdicts), kept, repeat,
            repr(replace(run.spec, strikes=())),
            run.ended_ms if run.ending == "returned" and judgement.outcome != "invalid" else None,
        )  # fmt: skip
        parts = (
            head, row, call_rows(run), effect_rows(run), event_rows(run) if kept else [],
            [{"run_id": row["run_id"], "wall_seconds": run.wall_seconds}],
        )  # fmt: skip
        path = self._shards / f"{run.spec.run_id}{f'-{repeat}' if repeat > 1 else ''}.jsonl"
        with explained(str(path), f"the runs before it are kept in {self.out}"):
            self._shards.mkdir(parents=True, exist_ok=True)
            if path.exists() and _head(path).verdicts > head.verdicts:
                return
            write_whole(path, b"\n".join(map(_encode, parts)))

    def _keeps(self, run: Run, judgement: Judgement) -> bool:
        if self.events != "failed":
            return self.events == "all"
        if run.spec.orchestrator.is_program:  # what happened in real time can never be had again
            return True
        return judgement.outcome in ("fail", "invalid") or int(run.spec.run_id, 16) % SAMPLE_ONE_IN == 0

    def finish(self, planned: Iterable[Spec] = (), repeats: int = 1) -> Summary:
        """Merge the shards of all workers into the tables and remove them. Each planned spec was to run `repeats` times.

        Raises `UsageError` where the disk is full; the shards stay, and so do the tables of an earlier session.
        """
        with explained(str(self.out), self._waiting()):
            self.out.mkdir(parents=True, exist_ok=True)
            found = ((_head(path), path) for path in self._shards.glob("*.jsonl"))
            heads = sorted((head.spec, head.repeat, path) for head, path in found)
            shards = [path for _, _, path in heads]
            wanted = {(repr(spec), repeat) for spec in planned for repeat in range(1, repeats + 1)}
            lacking = wanted - {(spec, repeat) for spec, repeat, _ in heads}
            missing = tuple(spec for spec, _ in sorted(lacking))
            self._write(shards, {"longhaul.missing": _encode(missing).decode(), "longhaul.report": _mark(shards)})
            summary = self._summary([_head(path) for path in shards], missing)
            self._clear(shards)
        return summary

    def _waiting(self) -> str:
        """What a full disk leaves, and how to go on."""
        waiting = sum(1 for _ in self._shards.glob("*.jsonl"))
        if not waiting:
            return "no run was finished, nothing was written"
        return f"{waiting} finished runs wait in {self._shards}; make room, then `longhaul finish {self.out}`"

    def _write(self, shards: list[Path], notes: dict[str, str]) -> None:
        """All tables under other names first, then all renamed: a disk that fills up spoils none."""
        repeated = any(_head(path).repeat > 1 for path in shards)
        clean = _fault_free_times(shards)
        beside = {table: self.out / f".{table}.parquet.{os.getpid()}.part" for table in TABLES}
        try:
            with ExitStack() as stack:
                writers = {}
                for table, path in beside.items():
                    writers[table] = TableWriter(str(path), table, columns_of(table, self.metrics, repeated), notes)
                    stack.callback(writers[table].abandon)
                for path in shards:
                    for table, rows in _tables(path, repeated, clean):
                        writers[table].add(rows)
                for table, writer in writers.items():
                    if table != "runs":
                        writer.close()
                files = {table: file_digest(beside[table]) for table in DIGESTED}
                writers["runs"].close({"longhaul.files": _encode(files).decode()})
            for table, path in beside.items():
                path.replace(self.out / f"{table}.parquet")
            sync_folder(self.out)
        finally:
            for path in beside.values():
                with suppress(OSError):
                    path.unlink()

    def _summary(self, heads: list[_Head], missing: tuple[str, ...]) -> Summary:
        return Summary(
            path=self.out,
            runs=len(heads),
            failed=sum(head.verdict == "fail" for head in heads),
            invalid=sum(head.verdict == "invalid" for head in heads),
            missing=missing,
            events_kept=sum(head.events_kept for head in heads),
            table_bytes={table: (self.out / f"{table}.parquet").stat().st_size for table in TABLES},
        )

    def _clear(self, shards: list[Path]) -> None:
        for path in shards:
            path.unlink()
        with suppress(OSError):
            self._shards.rmdir()


def _unique(metrics: Iterable[Metric]) -> tuple[Metric, ...]:
    """The metrics, refused where two have one name or one has that of another column."""
    metrics = tuple(metrics)
    names = [metric.name for metric in metrics]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UsageError(f"two metrics are named {twice[0]!r}; every column needs a name of its own")
    taken = sorted({column.name for column in (*RUN_COLUMNS, REPEAT, OVER_FAULT_FREE)} & {*names})
    if taken:
        raise UsageError(f"a metric is named {taken[0]!r}, which is another column of the runs; give it another name")
    return metrics


def _head(path: Path) -> _Head:
    with path.open("rb") as file:
        return msgspec.json.decode(file.readline(), type=_Head)


def _fault_free_times(shards: Iterable[Path]) -> dict[tuple[str, int], int]:
    """Virtual milliseconds of the runs without strikes that returned, by spec and repeat."""
    heads = map(_head, shards)
    return {
        (head.spec, head.repeat): head.returned_ms
        for head in heads
        if head.spec == head.fault_free and head.returned_ms is not None
    }


def _over_fault_free(head: _Head, clean: Mapping[tuple[str, int], int]) -> float | None:
    beside = clean.get((head.fault_free, head.repeat))
    if head.spec == head.fault_free or head.returned_ms is None or not beside:
        return None
    return head.returned_ms / beside


def _tables(
    path: Path, repeated: bool, clean: Mapping[tuple[str, int], int]
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    first, row, calls, effects, events, timing = map(_decoded, path.read_bytes().split(b"\n"))
    head = msgspec.convert(first, _Head)
    row[OVER_FAULT_FREE.name] = _over_fault_free(head, clean)
    tables = {"runs": [row], "calls": calls, "effects": effects, "events": events, "timing": timing}
    number = {REPEAT.name: head.repeat} if repeated else {}
    for table, rows in tables.items():
        yield table, [{**row, **number} for row in rows] if number else rows


_decoded: Callable[[bytes], Any] = msgspec.json.decode


def _mark(shards: list[Path]) -> str:
    """What the files of one report have in common, so that files of two are never read as one."""
    heads = (_head(path) for path in shards)
    lines = (f"{head.spec} {head.digest}{f' {head.repeat}' if head.repeat > 1 else ''}" for head in heads)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
