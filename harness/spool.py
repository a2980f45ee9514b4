"""Bytes that only grow, kept in memory while they are few and in an unnamed temporary file once they are many."""

from __future__ import annotations

import tempfile

MEMORY_BYTES = 1 << 22
CHUNK_BYTES = 1 << 16


class Spool:
    """An append-only byte store of which nothing has to be in memory to be long. `size` is its length in bytes."""

    def __init__(self) -> None:
        self._open = bytearray()
        self._written = 0
        self.size = 0
        self._file = tempfile.SpooledTemporaryFile(max_size=MEMORY_BYTES)  # noqa: SIM115  lives as long as the run

    def __del__(self) -> None:
        self._file.close()

    def __iadd__(self, data: bytes) -> Spool:
        self._open += data
        self.size += len(data)
        if len(self._open) >= CHUNK_BYTES:
            self._settle()
        return self

    def _settle(self) -> None:
        self._file.write(self._open)
        self._written += len(self._open)
        self._open.clear()

    def read(self, start: int = 0, stop: int | None = None) -> bytes:
        """The bytes from `start` to `stop`."""
        stop = self.size if stop is None else stop
        if start >= self._written:
            return bytes(self._open[start - self._written : stop - self._written])
        if stop > self._written:
            self._settle()  # so that one read gives it all: joining two would hold the bytes twice
        self._file.seek(start)
        data = self._file.read(stop - start)
        self._file.seek(self._written)
        return data
