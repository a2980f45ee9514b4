"""Bytes that only grow, kept in memory while they are few and in an unnamed temporary file once they are many."""

from __future__ import annotations

from typing import IO

MEMORY_BYTES = 1 << 20
"""So many bytes stay in memory; a run of some hundred steps never touches a file."""

CHUNK_BYTES = 1 << 16
"""Bytes that are collected before one write, once there is a file."""


class Spool:
    """An append-only byte store of which nothing has to be in memory to be long. `size` is its length in bytes."""

    def __init__(self) -> None:
        self._open = bytearray()
        self._open_most = MEMORY_BYTES
        self._written = 0
        self._file: IO[bytes] | None = None
        self._before: Spool | None = None
        self._shared = 0
        self.size = 0

    def fork(self) -> Spool:
        """A spool that begins with the bytes of this one, shared, and goes on by itself."""
        forked = Spool()
        forked._before, forked._shared, forked.size = self, self.size, self.size
        return forked

    def __del__(self) -> None:
        if self._file is not None:
            self._file.close()

    def __iadd__(self, data: bytes | bytearray) -> Spool:
        self._open += data
        self.size += len(data)
        if len(self._open) >= self._open_most:
            self._settle()
        return self

    def _settle(self) -> IO[bytes]:
        """Move what is in memory to the file."""
        if self._file is None:
            import tempfile  # late: few runs are so long, and it takes 5 ms

            self._file = tempfile.TemporaryFile()  # noqa: SIM115  lives as long as the run
            self._open_most = CHUNK_BYTES
        self._file.write(self._open)
        self._written += len(self._open)
        self._open.clear()
        return self._file

    def read(self, start: int = 0, stop: int | None = None) -> bytes:
        """The bytes from `start` to `stop`."""
        stop = self.size if stop is None else stop
        if self._before is not None and start < self._shared:
            shared = self._before.read(start, min(stop, self._shared))
            return shared + self._own(0, stop - self._shared) if stop > self._shared else shared
        return self._own(start - self._shared, stop - self._shared)

    def _own(self, start: int, stop: int) -> bytes:
        if start >= self._written:
            return bytes(memoryview(self._open)[start - self._written : stop - self._written])
        file = self._settle()  # so that one read gives it all: joining two would hold the bytes twice
        file.seek(start)
        data = file.read(stop - start)
        file.seek(self._written)
        return data
