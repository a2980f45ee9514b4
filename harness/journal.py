"""The journal's framing: one line a record, `length crc barrier json`, append-only, torn tails told from corruption.

`barrier` is the number of flushes before the record. What was written before a flush that a later record knows of was
durable: damage there is corruption and is refused with its offset. Damage after the last such flush is a torn tail: the
file is cut there. A flip inside the last flushed group cannot be told from a torn tail; that is out of contract.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from zlib import crc32

from msgspec import Struct

from harness.errors import UsageError

VERSION = 1
"""Version of the record format and of the entries; a newer journal is refused."""


class JournalError(UsageError):
    """A journal that may not be continued: corrupt in the middle, of another session, or of a newer version."""


class Record(Struct, frozen=True, gc=False):
    """One whole record: where it starts, how many flushes came before it, and its JSON."""

    offset: int
    barrier: int
    json: bytes


@dataclass(frozen=True)
class Records:
    """The whole records of a journal, and the size to which the file must be cut (its own size where nothing is torn)."""

    records: tuple[Record, ...]
    size: int


def frame(json: bytes, barrier: int) -> bytes:
    """One line for a record. The checksum covers the barrier too."""
    return b"%d %08x %d %b\n" % (len(json), crc32(json, barrier), barrier, json)


def decode(data: bytes) -> Records:
    """Read every record. Raises `JournalError` with the offset where bytes that were durable are damaged."""
    records: list[Record] = []
    offset, barrier = 0, 0
    for line in data.split(b"\n")[:-1]:
        record = _record(line, offset)
        if record is None or record.barrier < barrier:
            break
        barrier = record.barrier
        records.append(record)
        offset += len(line) + 1
    if offset < len(data):
        _refuse_corruption(data, offset, records)
    return Records(tuple(records), offset)


def _record(line: bytes, offset: int) -> Record | None:
    """The record in a line without its end; None unless framing its JSON again gives this very line."""
    try:
        _, _, barrier_text, json = line.split(b" ", 3)
        barrier = int(barrier_text)
    except ValueError:
        return None
    whole = barrier >= 0 and frame(json, barrier)[:-1] == line
    return Record(offset, barrier, json) if whole else None


def _record_at(data: bytes, offset: int) -> Record | None:
    end = data.find(b"\n", offset)
    return _record(data[offset:end], offset) if end >= 0 else None


_HEAD = re.compile(rb"[^{]* (\d{1,10}) ")
_BEGUN = re.compile(rb"\d{1,10}(\Z| [0-9a-f]{0,8}(\Z| (\Z|0(\Z| ))))")
"""The head of a first record, as far as it was written."""


def _barrier_of(line: bytes, known: int) -> int:
    """The flushes before a damaged record, as far as its line still tells; at the most one more than were known."""
    json = line[line.find(b"{") :]
    possible = (max(0, known), known + 1)
    for barrier in possible:
        if b"%08x" % crc32(json, barrier) in line:
            return barrier
    head = _HEAD.match(line)
    return int(head[1]) if head and int(head[1]) in possible else known + 1


def _refuse_corruption(data: bytes, offset: int, before: list[Record]) -> None:
    """Raise where a whole record after the damage knows of a flush that came after the damaged one.

    A file that does not even begin like a journal was never one, and must not be cut to nothing. Zero bytes at its head
    and the end of a record at its tail are a first write whose last block reached the disk and whose first did not.
    """
    known = before[-1].barrier if before else -1
    damaged = _barrier_of(data[offset:].partition(b"\n")[0], known)
    position = data.find(b"\n", offset)
    while position >= 0:
        later = _record_at(data, position + 1)
        if later is not None and later.barrier > damaged:
            raise JournalError(
                f"the journal is corrupt at byte {offset}: the record there was flushed (a later one, at byte "
                f"{later.offset}, says so) and is damaged; restore it from a copy, nothing was changed"
            )
        position = data.find(b"\n", position + 1)
    headless = data.startswith(b"\0") and data.endswith(b"}\n")
    if not before and not headless and not _BEGUN.match(data):
        raise JournalError(
            f"this is not a journal, it begins with {data[:20]!r}; name another file, nothing was changed"
        )


class Writer:
    """Frames records and counts flushes (`barrier`); the caller owns the file."""

    def __init__(self, barrier: int = 0) -> None:
        self.barrier = barrier
        self.dirty = False

    def frame(self, json: bytes) -> bytes:
        """The bytes to append for one record."""
        self.dirty = True
        return frame(json, self.barrier)

    def flushed(self) -> None:
        """A flush went through: later records know of it."""
        self.barrier += 1
        self.dirty = False
