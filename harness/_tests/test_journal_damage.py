"""Every bit of small journals, flipped: refused exactly where a later whole record proves that the damaged one was flushed."""

from __future__ import annotations

import pytest

from harness.journal import JournalError, Writer, decode, frame

RECORDS = (b'{"a":1}', b'{"b":{"c":"{ }"}}', b'{"d":"x y"}', b'{"e":4}')
PATTERNS = ((), (1,), (2,), (3,), (1, 2), (1, 3), (2, 3), (1, 2, 3), (1, 2, 3, 4))
"""After which records a flush was made."""


def journal(flushes: tuple[int, ...], times: int = 1) -> tuple[bytes, list[tuple[int, int]]]:
    """The bytes, and of each record where it begins and how many flushes came before it."""
    writer, data, records = Writer(), b"", []
    for number, json in enumerate(RECORDS, 1):
        records.append((len(data), writer.barrier))
        data += writer.frame(json)
        assert writer.dirty is True
        for _ in range(times * (number in flushes)):
            writer.flushed()
            assert writer.dirty is False
    return data, records


def told(data: bytes) -> int | str:
    """What is kept of a journal, or the offsets at which it is refused."""
    try:
        return decode(data).size
    except JournalError as error:
        return str(error)


@pytest.mark.parametrize("flushes", PATTERNS, ids=str)
def test_a_flipped_bit_is_refused_where_a_later_record_knows_of_a_flush_after_it(flushes: tuple[int, ...]) -> None:
    data, records = journal(flushes)
    for position in range(len(data)):
        if data[position : position + 1] == b"\n":
            continue
        nth = max(n for n, (offset, _) in enumerate(records) if offset <= position)
        start, barrier = records[nth]
        proof = next((offset for offset, known in records[nth + 1 :] if known > barrier), None)
        for bit in range(8):
            flipped = bytearray(data)
            flipped[position] ^= 1 << bit
            if nth == 0 and proof is None and position < data.index(b"{"):
                continue  # a file that does not begin like a journal is another matter
            found = told(bytes(flipped))
            if proof is None:
                assert found == start, (position, bit)
            else:
                assert f"corrupt at byte {start}:" in str(found), (position, bit, found)
                assert f"a later one, at byte {proof}," in str(found), (position, bit, found)


@pytest.mark.parametrize("flushes", [(1,), (1, 2), (2,)], ids=str)
def test_an_end_of_line_that_is_damaged_spoils_the_record_before_it(flushes: tuple[int, ...]) -> None:
    data, records = journal(flushes)
    for nth, (offset, _) in enumerate(records[1:]):
        glued = data[: offset - 1] + b"~" + data[offset:]
        start, barrier = records[nth]
        later = [known > barrier for _, known in records[nth + 2 :]]
        found = told(glued)
        assert found == start if not any(later) else f"corrupt at byte {start}:" in str(found)


@pytest.mark.parametrize("nth", [0, 1, 2, 3])
def test_a_record_that_knows_of_fewer_flushes_than_the_one_before_it_is_not_read(nth: int) -> None:
    lines = [frame(json, 2) for json in RECORDS[:nth]]
    older = frame(RECORDS[3], 1)
    assert decode(b"".join([*lines, older])).size == (len(b"".join(lines)) if nth else len(older))


def test_a_negative_count_of_flushes_is_no_record() -> None:
    assert told(frame(RECORDS[0], 0) + b"7 00000000 -1 " + RECORDS[0] + b"\n") == len(frame(RECORDS[0], 0))


def test_a_proof_may_stand_anywhere_after_the_damage() -> None:
    first, torn = frame(RECORDS[0], 0), frame(RECORDS[1], 0)[:-4]
    rubbish = b"1 2\n\n" * 3
    assert told(first + torn + b"\n" + rubbish) == len(first)
    proven = first + torn + b"\n" + rubbish + frame(RECORDS[2], 1)
    assert f"at byte {len(proven) - len(frame(RECORDS[2], 1))}, says so" in str(told(proven))
    assert told(proven[:-1]) == len(first)


def test_what_is_no_journal_is_named_by_its_first_twenty_bytes() -> None:
    assert str(told(b"abcdefghijklmnopqrstuvwxyz")) == (
        "this is not a journal, it begins with b'abcdefghijklmnopqrst'; name another file, nothing was changed"
    )
    assert told(b"\0" * 9 + b'"}\n') == 0
    assert "not a journal" in str(told(b"\0" * 9 + b'"}'))
    assert "not a journal" in str(told(b'x\0\0"}\n'))


@pytest.mark.parametrize("begun", [0, 3])
def test_a_writer_goes_on_counting_where_it_is_told_to(begun: int) -> None:
    writer = Writer(begun)
    assert (writer.barrier, writer.dirty) == (begun, False)
    assert writer.frame(RECORDS[0]) == frame(RECORDS[0], begun)
    assert writer.dirty is True
    writer.flushed()
    assert (writer.barrier, writer.dirty) == (begun + 1, False)


def test_a_record_that_tells_nothing_any_more_may_have_been_one_flush_later_than_the_last_known() -> None:
    known, lost = frame(RECORDS[0], 0), b"~" * 20 + b"\n"
    assert told(known + lost + frame(RECORDS[2], 1)) == len(known)
    assert f"corrupt at byte {len(known)}:" in str(told(known + lost + frame(RECORDS[2], 2)))


def test_a_first_record_that_tells_nothing_any_more_was_written_before_any_flush() -> None:
    lost = b"\0" * 9 + b"\n"
    assert told(lost + frame(RECORDS[1], 0)) == 0
    assert "corrupt at byte 0:" in str(told(lost + frame(RECORDS[1], 1)))


def test_an_empty_first_line_is_damage_like_any_other() -> None:
    assert "corrupt at byte 0:" in str(told(b"\n" + frame(RECORDS[1], 1)))
