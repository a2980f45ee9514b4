"""What the checks share: one reading of a run's history, with calls put together and journal lines dated.

A journal line is durable from the flush (or the crash that happened to keep it) on, and gone from the crash or truncation
that took it. Only journals framed as `harness.journal` does can be read; another's bytes stay opaque and `lines` is None.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from harness.errors import UsageError
from harness.history import Event
from harness.journal import decode
from harness.types import Tool
from harness.world import intent_of

if TYPE_CHECKING:
    from harness.run import Run


@dataclass
class Line:
    """One journal record: its JSON, and the events that wrote it, made it durable and took it away (0 = never)."""

    entry: dict[str, Any]
    written: int
    durable: int = 0
    gone: int = 0

    def durable_before(self, number: int) -> bool:
        """Whether this line was safe when event `number` happened."""
        return 0 < self.durable < number and not 0 < self.gone < number


@dataclass
class Call:
    """One passage of a tool's door. `ended` is the event of its result or error, 0 where the life ended first."""

    tool: Tool | None
    name: str
    life: int
    started: int
    id: str
    key: str
    arguments: str
    effects: list[Event] = field(default_factory=list)
    ended: int = 0
    result: dict[str, Any] | None = None
    error: str = ""

    @property
    def mutating(self) -> bool:
        """Whether the tool changes the world."""
        return self.tool is not None and self.tool.effect != "read"

    @cached_property
    def deed(self) -> tuple[str, str] | None:
        """The tool and the intent, which name what the call would do; None for arguments that no tool can use."""
        if self.tool is None:
            return None
        try:
            given = msgspec.json.decode(self.arguments)
        except (msgspec.DecodeError, UnicodeError):
            return None
        return (self.name, intent_of(self.tool, given)) if isinstance(given, dict) else None


@dataclass(frozen=True)
class Reading:
    """A run as the checks see it: events, calls in the order they started, deaths, and journal lines if legible."""

    events: tuple[Event, ...]
    calls: tuple[Call, ...]
    deaths: tuple[int, ...]
    lines: tuple[Line, ...] | None

    @cached_property
    def call_at(self) -> dict[int, Call]:
        """The calls by the number of the event that started them."""
        return {call.started: call for call in self.calls}

    @cached_property
    def _by_type(self) -> dict[str, list[Line]]:
        by_type: dict[str, list[Line]] = {}
        for line in self.lines or ():
            by_type.setdefault(str(line.entry.get("type", "")), []).append(line)
        return by_type

    def lines_of(self, kind: str) -> list[Line]:
        """The journal lines of one entry type (Replied, Called, ...); none where the journal is opaque."""
        return self._by_type.get(kind, [])

    def outcomes(self) -> Iterator[tuple[str, Line]]:
        """The journal lines that hold the outcome of a call, by its id: what it returned, or that a person saw it happen."""
        for line in self.lines_of("Returned"):
            yield str(line.entry.get("id", "")), line
        for line in self.lines_of("Answered"):
            if line.entry.get("happened"):
                yield str(line.entry.get("id", "")), line


OPAQUE = "the journal is not in the harness's own format, so its content cannot be judged"


@lru_cache(maxsize=2)
def reading_of(run: Run) -> Reading:
    """Read a run once; all checks share the reading."""
    tools = {tool.name: tool for tool in run.setup.tools}
    deaths = tuple(event.number for event in run.events if event.site == "life" and event.kind == "died")
    return Reading(run.events, tuple(_calls(run.events, tools)), deaths, dated_lines(run.events, run.tape))


def _calls(events: Iterable[Event], tools: dict[str, Tool]) -> list[Call]:
    calls: list[Call] = []
    under_way: dict[tuple[str, int], Call] = {}
    for event in events:
        if not event.site.startswith("tool:"):
            continue
        detail, passage = event.detail, (event.site, event.nth)
        if event.kind == "call":
            name = event.site.removeprefix("tool:")
            call = Call(
                tools.get(name), name, event.life, event.number, detail["id"], detail["key"], detail["arguments"]
            )
            calls.append(call)
            under_way[passage] = call
        elif event.kind == "effect":
            under_way[passage].effects.append(event)
        elif event.kind in ("result", "error"):
            call = under_way.pop(passage)
            call.ended = event.number
            call.result = detail if event.kind == "result" else None
            call.error = detail["error"] if event.kind == "error" else ""
    return calls


def dated_lines(events: Iterable[Event], tape: bytes) -> tuple[Line, ...] | None:
    """Every journal line ever written, dated by the disk events; None where there is none, or one that cannot be read."""
    file = _File()
    for event in events:
        kind, detail = event.kind, event.detail
        if event.site == "life" and kind == "died":
            file.settle(detail["kept"], event.number)
        elif kind != "done":
            continue
        elif event.site == "disk:append":
            data = tape[detail["offset"] : detail["offset"] + detail["bytes"]]
            entries = _remembered_entries(data) if len(data) <= REMEMBERED_BYTES else _entries(data)
            if entries is None:
                return None
            file.append(entries, detail["bytes"], event.number)
        elif event.site == "disk:flush":
            file.settle(file.pending_bytes, event.number)
        elif event.site == "disk:truncate":
            file.settle(file.pending_bytes, event.number)
            file.truncate(detail["size"], event.number)
    return tuple(file.lines) or None


REMEMBERED_BYTES = 2_048
"""Appends up to this size are decoded once for many runs: crash runs of one spec write mostly the same bytes."""


@lru_cache(maxsize=4_096)
def _remembered_entries(data: bytes) -> list[tuple[int, dict[str, Any]]] | None:
    return _entries(data)


def _entries(data: bytes) -> list[tuple[int, dict[str, Any]]] | None:
    """The records of one append and where each ends; None where the bytes are not whole records of ours."""
    try:
        records = decode(data)
        if records.size != len(data):
            return None
        ends = [*(record.offset for record in records.records[1:]), len(data)]
        entries = [msgspec.json.decode(record.json) for record in records.records]
    except (UsageError, msgspec.DecodeError):
        return None
    return list(zip(ends, entries, strict=True)) if all(isinstance(entry, dict) for entry in entries) else None


class _File:
    """The journal file replayed from disk events: which line is where, pending or durable.

    A line that is appended after a torn one runs into it and can never be read again: it is never durable.
    """

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.pending_bytes = 0
        self._pending: list[tuple[int, Line]] = []
        self._durable: list[tuple[int, Line]] = []
        self._size = 0
        self._torn = False

    def append(self, entries: list[tuple[int, dict[str, Any]]], size: int, number: int) -> None:
        for end, entry in entries:
            line = Line(entry, number)
            self.lines.append(line)
            self._pending.append((self.pending_bytes + end, line))
        self.pending_bytes += size

    def settle(self, kept: int, number: int) -> None:
        """The first `kept` pending bytes are durable now, the others are lost."""
        for end, line in self._pending:
            if end > kept or self._torn:
                line.gone = number
            else:
                line.durable = number
            if end <= kept:
                self._durable.append((self._size + end, line))
                self._torn = False
        if kept:
            self._torn = kept not in [end for end, _ in self._pending]
        self._size += kept
        self._pending.clear()
        self.pending_bytes = 0

    def truncate(self, size: int, number: int) -> None:
        while self._durable and self._durable[-1][0] > size:
            _, line = self._durable.pop()
            line.gone = line.gone or number
        self._torn = size > 0 and not (self._durable and self._durable[-1][0] == size)
        self._size = size
