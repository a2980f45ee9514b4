"""Bytes that only grow: few in memory, many in a file, the same to the reader."""

from __future__ import annotations

import gc

import pytest

from harness.spool import CHUNK_BYTES, MEMORY_BYTES, Spool


@pytest.mark.parametrize(
    "size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, MEMORY_BYTES + 3 * CHUNK_BYTES + 5]
)
def test_what_was_put_in_comes_out_whole_and_in_parts(size: int) -> None:
    data = bytes(number * 7 % 251 for number in range(1_000)) * (size // 1_000 + 1)
    data = data[:size]
    spool = Spool()
    for start in range(0, size, 33_333):
        spool += data[start : start + 33_333]
        middle = spool.size // 2
        assert spool.read(middle, middle + 10) == data[: spool.size][middle : middle + 10]
    assert spool.size == size
    assert spool.read() == data
    for start, stop in [(0, 10), (size // 2, size), (size - 3, size), (CHUNK_BYTES - 2, CHUNK_BYTES + 2), (5, 5)]:
        start, stop = max(0, start), min(stop, size)
        assert spool.read(start, stop) == data[start:stop]


def test_a_forgotten_spool_closes_its_file() -> None:
    spool = Spool()
    spool += b"x" * (MEMORY_BYTES + CHUNK_BYTES)
    del spool
    gc.collect()
