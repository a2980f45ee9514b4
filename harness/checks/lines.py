"""The journal file replayed from disk events: which line was written, durable and gone at which event.

A journal line is durable from the flush (or the crash that happened to keep it) on, and gone from the crash or truncation
that took it. Only journals framed as `harness.journal` does can be read; another's bytes stay opaque.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy
from functools import lru_cache
from typing import Any

import msgspec

from harness.errors import UsageError
from harness.journal import decode

REMEMBERED_BYTES = 2_048
"""Appends up to this size are decoded once for many runs: crash runs of one spec write mostly the same bytes."""


class Parsed(msgspec.Struct, frozen=True, gc=False):
    """One record as it was appended: where it ends among the appended bytes, its type, its JSON, and the calls that it
    speaks of: intents by key, replies by (id, name, arguments), an outcome by id. `barrier` counts the flushes before it."""

    end: int
    type: str
    entry: dict[str, Any]
    intents: tuple[str, ...] = ()
    replies: tuple[tuple[str, str, str], ...] = ()
    outcome: str | None = None
    barrier: int = 0


class Line(msgspec.Struct, gc=False):
    """One journal record: its type (Replied, Called, ...) and JSON, where it ends in the file, and the events that wrote
    it, made it durable and took it away (0 = never)."""

    type: str
    entry: dict[str, Any]
    written: int
    end: int
    durable: int = 0
    gone: int = 0
    barrier: int = 0

    @property
    def safe(self) -> bool:
        """Whether this line is durable, and was not taken away since."""
        return self.durable > 0 and not self.gone

    def durable_before(self, number: int) -> bool:
        """Whether this line was safe when event `number` happened."""
        return 0 < self.durable < number and not 0 < self.gone < number


RARE = ("Finished", "Resumed")
"""Types of lines of which there are few, and which are looked for often."""


class JournalFile:
    """One file. `rewritten` is the event at which somebody else changed it (0 = never), `fell` the place of the first line
    that knows of fewer flushes than the one before it (-1 where none does).

    A line that is appended after a torn one runs into it and can never be read again: it is gone at once.
    """

    __slots__ = (
        "_barrier", "_pending", "_places", "_plain", "_ranges", "_rest", "_torn", "durable_size", "fell", "lines", "poisoned",
        "readable", "rewritten", "size",
    )  # fmt: skip

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.readable = True
        self.size = 0
        self.durable_size = 0
        self.poisoned = False
        self.rewritten = 0
        self.fell = -1
        self._barrier = 0
        self._plain = True
        self._ranges: list[tuple[int, int]] = []
        self._places: dict[str, tuple[int, ...]] = {}
        self._pending = 0
        self._torn = False
        self._rest = b""

    def fork(self) -> JournalFile:
        """A file that goes on by itself: settled lines are shared, pending ones copied."""
        twin = JournalFile()
        twin.lines = self.lines.copy()
        for index in range(self._pending, len(self.lines)):
            twin.lines[index] = copy(self.lines[index])
        twin.readable, twin.size, twin.durable_size = self.readable, self.size, self.durable_size
        twin.poisoned, twin.rewritten = self.poisoned, self.rewritten
        twin.fell, twin._barrier, twin._plain = self.fell, self._barrier, self._plain
        twin._ranges, twin._places = self._ranges.copy(), self._places.copy()
        twin._pending, twin._torn, twin._rest = self._pending, self._torn, self._rest
        return twin

    def latest(self, kind: str) -> Iterator[tuple[int, Line]]:
        """The places and lines of one of the rare types, the newest first."""
        return ((place, self.lines[place]) for place in reversed(self._places.get(kind, ())))

    @property
    def legible(self) -> bool:
        """Whether there are lines, and every byte that was written belongs to one."""
        return self.readable and bool(self.lines)

    def append(self, data: bytes, number: int, offset: int = 0, short: bool = False) -> tuple[Parsed, ...]:
        """Bytes, at this offset of the tape, were written; return the records among them, each of which is a line now.

        A `short` write may leave a line unfinished, which the next one may go on with.
        """
        start, self.size = self.size, self.size + len(data)
        ranges = self._ranges
        if ranges and ranges[-1][1] == offset:
            ranges[-1] = (ranges[-1][0], offset + len(data))
        else:
            ranges.append((offset, offset + len(data)))
        if not self.readable:
            return ()
        whole = _entries(self._rest + data) if self._rest else None
        if whole is not None and whole[1] == len(self._rest) + len(data):
            start, data, self._torn = start - len(self._rest), self._rest + data, False
        else:
            whole = _entries(data) or (((), 0) if short else None)
        if whole is None:
            self.readable = False
            return ()
        records, read = whole
        for record in records:
            gone = number if self._torn else 0
            if gone:
                self._torn = self._plain = False
            elif record.barrier < self._barrier and self.fell < 0:
                self.fell = len(self.lines)
            self._barrier = record.barrier
            if record.type in RARE:
                self._places[record.type] = (*self._places.get(record.type, ()), len(self.lines))
            self.lines.append(Line(record.type, record.entry, number, start + record.end, 0, gone, record.barrier))
        if read != len(data):
            self._torn = True
            self._rest = data[read:]
        elif self._rest:
            self._rest = b""
        return records

    def flush(self, durable: int, number: int) -> None:
        """The first `durable` bytes of the file survive any crash from now on."""
        lines, index = self.lines, self._pending
        while index < len(lines) and lines[index].end <= durable:
            line = lines[index]
            if not line.gone:
                line.durable = number
            index += 1
        self._pending, self.durable_size = index, durable
        self.poisoned = durable < self.size

    def die(self, whole: int, kept: int, number: int) -> None:
        """Of the pending bytes `kept` are still there after a crash, the first `whole` of them undamaged."""
        before = self.durable_size
        self._plain = self._plain and whole == kept
        self.flush(before + whole, number)
        self._settle(before + kept, number)

    def truncate(self, size: int, number: int) -> None:
        """The file was cut, durably; what was pending before the cut is durable too."""
        if self.poisoned and size > self.durable_size:
            self._cut(size, number)
            return
        self.flush(min(size, self.size), number)
        self._cut(size, number)
        self._settle(size, number)

    def rewrite(self, size: int, number: int) -> None:
        """Somebody changed the file at rest, nobody knows where: of its lines nothing is certain from now on."""
        self.rewritten = number
        self._plain = False
        self._settle(size, number)
        self._torn = False

    def _cut(self, size: int, number: int) -> None:
        """Lines that end behind `size` are gone."""
        self._shorten(self.size - size)
        self.size = size
        for index in range(len(self.lines) - 1, -1, -1):
            line = self.lines[index]
            if line.end <= size and not line.gone:
                break
            if not line.gone:
                self.lines[index] = Line(
                    line.type, line.entry, line.written, line.end, line.durable, number, line.barrier
                )

    def _settle(self, size: int, number: int) -> None:
        """What is still pending is gone; the file ends at `size`, in the middle of a line or after one."""
        for line in self.lines[self._pending :]:
            if not line.gone:
                line.gone = number
            elif line.end > size:
                line.end = 0
        self._pending = len(self.lines)
        self._shorten(self.size - size)
        self.size = self.durable_size = size
        self.poisoned = False
        self._rest = b""
        self._torn = not self._whole_at(size)
        self._barrier = next((line.barrier for line in reversed(self.lines) if not line.gone), 0)

    def _shorten(self, excess: int) -> None:
        while excess > 0 and self._ranges:
            start, stop = self._ranges.pop()
            if stop - start > excess:
                self._ranges.append((start, stop - excess))
            excess -= min(excess, stop - start)

    def is_just(self, journal: bytes, read_tape: Callable[[int, int], bytes]) -> bool:
        """Whether a journal is exactly the whole lines that were written here, one after the other. A file that was torn,
        damaged, rewritten or glued together at any time proves nothing.
        """
        if not (self.readable and self._plain and not self._torn and self.fell < 0):
            return False
        return b"".join(read_tape(start, stop) for start, stop in self._ranges) == journal

    def _whole_at(self, size: int) -> bool:
        """Whether a file of this size ends after a line: one that is left, or one that ran into a torn one."""
        for line in reversed(self.lines):
            left = not line.gone or line.gone == line.written
            if left and line.end == size:
                return True
            if left and 0 < line.end < size:
                return False
        return size == 0


Records = tuple[tuple[Parsed, ...], int]


def _entries(data: bytes) -> Records | None:
    return _remembered(data) if len(data) <= REMEMBERED_BYTES else _decoded(data)


def _decoded(data: bytes) -> Records | None:
    """The records of one append, and how far they reach; None where these are not records of ours."""
    try:
        records = decode(data)
        ends = [*(record.offset for record in records.records[1:]), records.size]
        entries = [msgspec.json.decode(record.json) for record in records.records]
    except (UsageError, msgspec.DecodeError):
        return None
    if not all(isinstance(entry, dict) for entry in entries):
        return None
    barriers = [record.barrier for record in records.records]
    return tuple(map(_parsed, ends, barriers, entries)), records.size


_remembered = lru_cache(maxsize=4_096)(_decoded)


def _parsed(end: int, barrier: int, entry: dict[str, Any]) -> Parsed:
    """A record, and which calls it speaks of; one of another make speaks of none."""
    kind = str(entry.get("type") or "")
    intents: tuple[str, ...] = ()
    replies: tuple[tuple[str, str, str], ...] = ()
    outcome: str | None = None
    try:
        if kind == "Called":
            intents = tuple(intent["key"] for intent in entry["intents"])
        elif kind == "Replied":
            calls = entry["reply"].get("calls", ())
            replies = tuple((call["id"], call["name"], call["arguments"]) for call in calls)
        elif kind == "Returned" or (kind == "Answered" and entry.get("happened")):
            outcome = str(entry.get("id", ""))
    except (KeyError, TypeError, AttributeError):
        pass
    return Parsed(end, kind, entry, intents, replies, outcome, barrier)
