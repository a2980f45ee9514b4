"""A disk that can lie: bytes are pending until flushed, and a crash keeps as many of the pending ones as the strike says."""

from __future__ import annotations

from typing import Protocol

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

    def read(self) -> bytes:
        """What the process sees: durable and pending bytes."""

    def append(self, data: bytes) -> int:
        """Add bytes at the end, unflushed; return how many were pending before."""

    def flush(self) -> None:
        """Make everything appended so far durable."""

    def truncate(self, size: int) -> None:
        """Cut the file to `size` bytes, durably."""

    def crash(self, survive: Survive | int) -> int:
        """Lose the pending bytes that do not survive; return how many were kept."""


class Disk:
    """One append-only file. `tape` is every byte ever appended, lost ones too: the harness's own record.

    The file is a list of ranges of the tape, so its bytes are stored once.
    """

    def __init__(self) -> None:
        self.tape = Spool()
        self.durable = 0
        self.pending = 0
        self._ranges: list[tuple[int, int]] = []

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
        if self._ranges and self._ranges[-1][1] == start:
            self._ranges[-1] = (self._ranges[-1][0], stop)
        else:
            self._ranges.append((start, stop))
        return before

    def flush(self) -> None:
        """Make everything appended so far durable."""
        self.durable += self.pending
        self.pending = 0

    def truncate(self, size: int) -> None:
        """Cut the file to `size` bytes, durably."""
        whole = self.durable + self.pending
        if not 0 <= size <= whole:
            raise ValueError(f"cannot truncate {whole} bytes to {size}")
        excess = whole - size
        while excess:
            start, stop = self._ranges.pop()
            if stop - start > excess:
                self._ranges.append((start, stop - excess))
            excess -= min(excess, stop - start)
        self.durable, self.pending = size, 0

    def crash(self, survive: Survive | int) -> int:
        """Lose the pending bytes that do not survive; return how many were kept."""
        kept = surviving(survive, self.pending)
        self.truncate(self.durable + kept)
        return kept


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
    raise UsageError(f"survive is {survive!r}; it must be none, half, all_but_last_byte, all, or a number of bytes")
