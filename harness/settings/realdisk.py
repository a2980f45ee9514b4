"""The disk of the `process` setting: a real file that the child writes, and the record of what must be in it.

A SIGKILL never loses what was written, because the page cache is the kernel's. So death is made in two parts: the child
is killed at the named point, and then the bytes past the durable mark are cut off or damaged as the strike says. What the
file held at the death and what it holds afterwards are compared with the record, byte by byte: a child that writes what
it did not announce is a fault of the harness. The durability of the directory entry is not part of this: the file exists
before the first life.
"""

from __future__ import annotations

import os
from pathlib import Path
from zlib import crc32

from harness.clock import VirtualLoop
from harness.disk import Disk, Kept
from harness.errors import HarnessError, UsageError
from harness.faults import Survive
from harness.settings.frames import Act, Acted, Tear
from harness.settings.spawn import Child
from harness.spool import Spool
from harness.track import Track


class RealDisk:
    """A `Medium` whose bytes are in a file. What a door does to it is done by the child when the passage is settled."""

    def __init__(self, path: Path, track: Track) -> None:
        self.path = path
        self._track = track
        assert isinstance(track.disk, Disk)
        self._record = track.disk  # not empty where a fault put something there before the first life
        self._child: Child | None = None
        self._loop: VirtualLoop | None = None
        self._due = ""
        self._before = 0
        self._data = b""
        path.write_bytes(self._record.read())

    def attach(self, child: Child | None, loop: VirtualLoop) -> None:
        """Work for this life from now on."""
        self._child, self._loop, self._due = child, loop, ""

    @property
    def tape(self) -> Spool:
        """Every byte ever appended, lost ones too."""
        return self._record.tape

    @property
    def durable(self) -> int:
        """How many bytes survive any crash."""
        return self._record.durable

    @property
    def pending(self) -> int:
        """How many bytes were appended and not flushed since."""
        return self._record.pending

    @property
    def poisoned(self) -> bool:
        """Whether some of the pending bytes can never become durable."""
        return self._record.poisoned

    def read(self) -> bytes:
        """What the process sees: durable and pending bytes."""
        self._let("read")
        return self._record.read()

    def append(self, data: bytes) -> int:
        """Add bytes at the end, unflushed; return how many were pending before."""
        self._let("append")
        self._before, self._data = self._record.append(data), data
        return self._before

    def flush(self) -> None:
        """Make everything appended so far durable."""
        self._let("flush")
        self._record.flush()

    def truncate(self, size: int) -> None:
        """Cut the file to `size` bytes, durably. Raises `ValueError` for more bytes than the file has."""
        self._let("truncate")
        try:
            self._record.truncate(size)
        except ValueError:
            self._due = ""
            raise

    def _let(self, act: str) -> None:
        self.settle()
        self._due = act if self._child is not None else ""

    def settle(self) -> None:
        """Have the child do to the file what was let through the door, and see that it did."""
        if not self._due or self._child is None:
            return
        act, self._due = self._due, ""
        self._child.pipe.send(Act(self._data if act == "append" else b""))
        acted = self._child.pipe.receive()
        if not isinstance(acted, Acted) or acted.error:
            raise HarnessError(f"the real disk did not do {act}: {acted!r}")
        self._must_be(acted.size, self._record.durable + self._record.pending, f"after {act}")
        if act == "read" and acted.checksum != crc32(self._record.read()):
            raise HarnessError(f"the child read other bytes than it wrote: {self.path}")

    def poison(self) -> None:
        """What is pending will never be durable: so it is in the record, and after death in the file."""
        self._record.poison()

    def rewrite(self, data: bytes) -> None:
        """The file at rest holds other bytes now; nobody runs."""
        self._record.rewrite(data)
        self._write()

    def crash(self, survive: Survive | int) -> Kept:
        """Kill the child and lose the pending bytes that do not survive; return what was kept of them.

        Between two lives nobody is there to be killed, and only the bytes are lost: the machine goes down.
        """
        if self._child is not None:
            self._kill(self._child, survive)
        kept = self._record.crash(survive)
        self._write()
        return kept

    def _kill(self, child: Child, survive: Survive | int) -> None:
        """End the child, in the middle of its write where only a part of it is to survive, and see what it left."""
        record, loop = self._record, self._loop
        assert loop is not None
        size = record.durable + record.pending
        if isinstance(survive, int) and self._due == "append":
            size = record.durable + max(self._before, min(survive, record.pending))
            child.pipe.send(Tear(self._data[: size - record.durable - self._before]))
            status = child.dies()
        else:
            self.settle()
            status = child.kill()
        found = self.path.read_bytes()
        self._must_be(len(found), size, "after SIGKILL")
        if found != record.read()[:size]:
            raise HarnessError(
                f"the real file {self.path.name} did not hold what was appended to it when its child died"
            )
        detail = {"status": status, "bytes": size, "past": size - record.durable}
        self._track.record(loop.now_ms, "life", 0, "killed", detail)

    def fork(self) -> Disk:
        """Refused: a real file is no value."""
        raise UsageError("a run on a real file cannot be forked; explore it in the setting sim")

    def _write(self) -> None:
        """Make the file what the record says is left: shorter, or with the damage of the crash in it."""
        left = self._record.read()
        with open(self.path, "r+b") as file:
            file.truncate(len(left))
            if file.read() != left:
                file.seek(0)
                file.write(left)
            file.flush()
            os.fsync(file.fileno())
        self.audit()

    def audit(self) -> None:
        """Compare the whole file with the record. Raises `HarnessError` where they differ."""
        if self.path.read_bytes() != self._record.read():
            raise HarnessError(f"the real file {self.path.name} does not hold what was appended to it")

    def _must_be(self, found: int, expected: int, when: str) -> None:
        if found != expected:
            raise HarnessError(f"{when} the real file has {found} bytes, it should have {expected}")
