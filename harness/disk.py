"""A disk that can lie: bytes are pending until flushed, and a crash keeps as many of the pending ones as the strike says."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import NamedTuple, Protocol

from harness.errors import UsageError
from harness.faults import Survive
from harness.spool import Spool


class Medium(Protocol):
    """What the doors need of a disk: `Disk` simulates one, the process setting has a real file."""

    @property
    def tape(self) -> Spool:
        """Every byte ever appended, lost ones too."""

    @property
    def durable(self) -> int:
        """How many bytes survive any crash."""

    @property
    def pending(self) -> int:
        """How many bytes were appended and not flushed since."""

    @property
    def poisoned(self) -> bool:
        """Whether some of the pending bytes can never become durable."""

    def read(self) -> bytes:
        """What the process sees: durable and pending bytes."""

    def append(self, data: bytes) -> int:
        """Add bytes at the end, unflushed; return how many were pending before."""

    def flush(self) -> None:
        """Make everything appended so far durable."""

    def truncate(self, size: int) -> None:
        """Cut the file to `size` bytes, durably."""

    def crash(self, survive: Survive | int) -> Kept:
        """Lose the pending bytes that do not survive; return what was kept of them."""

    def poison(self) -> None:
        """What is pending will never be durable: no flush helps, only cutting it off."""

    def rewrite(self, data: bytes) -> None:
        """The file at rest holds other bytes now."""

    def fork(self) -> Medium:
        """A disk that goes on from here on its own. Raises `UsageError` for a real file, which cannot."""


class Kept(NamedTuple):
    """What is left of the pending bytes after a crash: how many, and how many of them are whole from their beginning."""

    bytes: int
    whole: int


class Disk:
    """One append-only file. `tape` is every byte ever appended, lost ones too: the harness's own record.

    The file is a list of ranges of the tape, so its bytes are stored once.
    """

    def __init__(self) -> None:
        self.tape = Spool()
        self.durable = 0
        self.pending = 0
        self._ranges: list[tuple[int, int]] = []
        self._appended: list[int] = []
        self.poisoned = False

    def fork(self) -> Disk:
        """A disk that goes on from here on its own; the bytes so far are shared."""
        forked = copy(self)
        forked.tape = self.tape.fork()
        forked._ranges, forked._appended = self._ranges.copy(), self._appended.copy()
        return forked

    def read(self) -> bytes:
        """What the process sees: durable and pending bytes."""
        return b"".join(self.tape.read(start, stop) for start, stop in self._ranges)

    def append(self, data: bytes) -> int:
        """Add bytes at the end, unflushed; return how many were pending before."""
        before = self.pending
        start = self.tape.size
        self.tape += data
        stop = start + len(data)
        self.pending = before + stop - start
        self._appended.append(stop - start)
        if self._ranges and self._ranges[-1][1] == start:
            self._ranges[-1] = (self._ranges[-1][0], stop)
        else:
            self._ranges.append((start, stop))
        return before

    def flush(self) -> None:
        """Make everything appended so far durable, unless some of it is poisoned."""
        if self.poisoned:
            return
        self.durable += self.pending
        self.pending = 0
        self._appended.clear()

    def poison(self) -> None:
        """What is pending will never be durable, nor what comes after it, until it is cut off or lost."""
        self.poisoned = self.pending > 0

    def truncate(self, size: int) -> None:
        """Cut the file to `size` bytes, durably."""
        whole = self.durable + self.pending
        if not 0 <= size <= whole:
            raise ValueError(f"cannot truncate {whole} bytes to {size}")
        self._cut(whole - size)
        if self.poisoned and size > self.durable:
            self.pending = size - self.durable
            return
        self.durable, self.pending = size, 0
        self._appended.clear()
        self.poisoned = False

    def _cut(self, excess: int) -> None:
        while excess:
            start, stop = self._ranges.pop()
            if stop - start > excess:
                self._ranges.append((start, stop - excess))
            excess -= min(excess, stop - start)

    def rewrite(self, data: bytes) -> None:
        """The file at rest holds other bytes now, all durable."""
        self._cut(self.durable + self.pending)
        self.durable = self.pending = 0
        self.poisoned = False
        self.append(data)
        self.flush()

    def crash(self, survive: Survive | int) -> Kept:
        """Lose the pending bytes that do not survive; return what was kept of them."""
        if survive in ("reordered", "bit_flip") and self.pending and not self.poisoned:
            return self._damage(survive)
        kept = 0 if self.poisoned else surviving(survive, self.pending)
        self.poisoned = False
        self.truncate(self.durable + kept)
        return Kept(kept, kept)

    def _damage(self, survive: Survive | int) -> Kept:
        pending = self.read()[-self.pending :]
        found, whole = damaged(str(survive), pending, self._appended)
        self.truncate(self.durable)
        self.append(found)
        self.flush()
        return Kept(len(found), whole)


def damaged(survive: str, pending: bytes, appended: Sequence[int]) -> tuple[bytes, int]:
    """What is found in place of the pending bytes after such a crash, and how long its undamaged beginning is.

    `appended` are the sizes of the pending appends, in order. The process setting applies the same function.
    """
    if survive == "reordered":
        hole = appended[0] if len(appended) > 1 else (len(pending) + 1) // 2
        return bytes(hole) + pending[hole:], 0
    middle = len(pending) // 2
    found = bytearray(pending)
    found[middle] ^= 1
    return bytes(found), middle


def surviving(survive: Survive | int, pending: int) -> int:
    """How many of the pending bytes are still there after a crash. The process setting applies the same function."""
    if isinstance(survive, int):
        return max(0, min(survive, pending))
    match survive:
        case "none":
            return 0
        case "half":
            return pending // 2
        case "all_but_last_byte":
            return max(0, pending - 1)
        case "all":
            return pending
        case "reordered" | "bit_flip":
            return pending
    raise UsageError(
        f"survive is {survive!r}; it must be none, half, all_but_last_byte, all, reordered, bit_flip, or a number of bytes"
    )
