"""The journal's framing: torn tails are cut, corruption is refused with its offset, nothing is skipped."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.journal import JournalError, Writer, decode, frame

RECORDS = (b'{"type":"Started"}', b'{"type":"Asked"}', b'{"type":"Replied","text":"a b  c"}', b'{"type":"Called"}')


def journal(flush_after: tuple[int, ...] = (1, 2, 3)) -> bytes:
    """Four records with flushes after the given ones (counted from 1)."""
    writer, data = Writer(), b""
    for number, json in enumerate(RECORDS, 1):
        data += writer.frame(json)
        if number in flush_after:
            writer.flushed()
    return data


def starts(data: bytes) -> list[int]:
    return [record.offset for record in decode(data).records]


def test_what_was_framed_is_read_back():
    data = journal()
    assert [record.json for record in decode(data).records] == list(RECORDS)
    assert [record.barrier for record in decode(data).records] == [0, 1, 2, 3]
    assert decode(data).size == len(data)


def test_an_empty_journal_has_no_records():
    assert decode(b"").records == ()
    assert decode(b"").size == 0


@pytest.mark.parametrize("kept", range(1, len(frame(RECORDS[3], 3))))
def test_a_record_torn_at_any_byte_is_cut_off_whole(kept: int):
    data = journal()
    last = starts(data)[-1]
    torn = decode(data[: last + kept])
    assert [record.json for record in torn.records] == list(RECORDS[:3])
    assert torn.size == last


def test_a_tail_that_was_glued_onto_a_torn_one_is_not_read():
    writer = Writer(1)
    data = frame(RECORDS[0], 0) + writer.frame(RECORDS[1])[:9] + writer.frame(RECORDS[2])
    assert [record.json for record in decode(data).records] == [RECORDS[0]]


@given(st.integers(0, 7), st.data())
def test_a_bit_flipped_in_a_record_that_was_surely_flushed_is_refused_with_its_offset(bit: int, data: st.DataObject):
    whole = journal()
    first_two = starts(whole)[2]
    position = data.draw(st.integers(0, first_two - 1))
    flipped = bytearray(whole)
    flipped[position] ^= 1 << bit
    start = max(offset for offset in starts(whole) if offset <= position)
    with pytest.raises(JournalError, match=f"corrupt at byte {start}:"):
        decode(bytes(flipped))


@pytest.mark.parametrize("bit", range(8))
def test_a_bit_flipped_before_the_last_flushed_group_is_refused_even_in_the_head_of_a_record(bit: int):
    whole = journal()
    for position in range(starts(whole)[3] - 1):
        flipped = bytearray(whole)
        flipped[position] ^= 1 << bit
        with pytest.raises(JournalError):
            decode(bytes(flipped))


@pytest.mark.parametrize(
    "data", [b"garbage\n", b"\0" * 40, b"SQLite format 3\0", b'2 3 {"newer":"format"}\n', b"12 xyz"]
)
def test_a_file_that_is_no_journal_is_refused_and_not_cut_to_nothing(data: bytes):
    with pytest.raises(JournalError, match="this is not a journal, it begins with"):
        decode(data)


@pytest.mark.parametrize("kept", range(1, len(frame(RECORDS[0], 0))))
def test_a_first_record_torn_at_any_byte_is_cut_off_whole(kept: int):
    assert decode(frame(RECORDS[0], 0)[:kept]).size == 0


def test_a_first_write_whose_first_block_never_arrived_is_cut_off_whole():
    whole = frame(b'{"first":1}', 0) + frame(b'{"second":2}', 0)
    for hole in (1, len(whole) // 2, len(frame(b'{"first":1}', 0))):
        assert decode(b"\0" * hole + whole[hole:]).size == 0


def test_a_flip_inside_the_last_flushed_group_looks_like_a_torn_tail():
    data = bytearray(journal())
    start = starts(bytes(data))[-1]
    data[start + 20] ^= 1
    assert decode(bytes(data)).size == start


def test_records_that_were_never_flushed_may_be_damaged_in_any_way():
    data = bytearray(journal(flush_after=(1,)))
    start = starts(bytes(data))[1]
    data[start + 20] ^= 1
    assert decode(bytes(data)).size == start


def test_the_checksum_covers_the_barrier():
    data = journal().replace(b" 1 {", b" 0 {")
    with pytest.raises(JournalError, match="corrupt at byte"):
        decode(data)
