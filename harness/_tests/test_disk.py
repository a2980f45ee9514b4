"""The disk: pending and durable bytes, and who survives a crash."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.disk import Disk, surviving
from harness.errors import UsageError


@pytest.mark.parametrize(
    ("survive", "kept"),
    [("none", 0), ("half", 3), ("all_but_last_byte", 6), ("all", 7), (0, 0), (4, 4), (99, 7), (-1, 0)],
)
def test_the_strike_says_how_many_pending_bytes_survive(survive: Any, kept: int) -> None:
    assert surviving(survive, 7) == kept


@pytest.mark.parametrize("survive", ["none", "half", "all_but_last_byte", "all"])
def test_nothing_pending_means_nothing_to_lose(survive: Any) -> None:
    assert surviving(survive, 0) == 0


def test_an_unknown_survivor_is_refused_by_name() -> None:
    with pytest.raises(
        UsageError, match="survive is 'most'; it must be none, half, all_but_last_byte, all, reordered, bit_"
    ):
        surviving("most", 1)  # type: ignore[arg-type]


def test_unflushed_bytes_are_seen_by_the_process_and_lost_in_a_crash() -> None:
    disk = Disk()
    disk.append(b"safe")
    disk.flush()
    assert disk.append(b"lost") == 0
    assert disk.append(b"too") == 4
    assert disk.read() == b"safelosttoo"
    assert disk.crash("none").bytes == 0
    assert disk.read() == b"safe"


def test_what_is_appended_after_a_crash_follows_what_survived() -> None:
    disk = Disk()
    disk.append(b"abcdef")
    assert disk.crash("half").bytes == 3
    disk.append(b"X")
    assert disk.read() == b"abcX"
    assert disk.tape.read() == b"abcdefX"


@pytest.mark.parametrize("size", [-1, 5])
def test_a_file_cannot_be_cut_to_less_than_nothing_or_more_than_it_is(size: int) -> None:
    disk = Disk()
    disk.append(b"abcd")
    with pytest.raises(ValueError, match=f"cannot truncate 4 bytes to {size}"):
        disk.truncate(size)


_operations = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.binary(max_size=6)),
        st.tuples(st.just("flush"), st.none()),
        st.tuples(st.just("truncate"), st.floats(0, 1)),
        st.tuples(st.just("crash"), st.sampled_from(["none", "half", "all_but_last_byte", "all", 0, 1, 5])),
    ),
    max_size=25,
)


@given(_operations)
def test_the_disk_agrees_with_two_plain_strings(operations: list[tuple[str, Any]]) -> None:
    disk, durable, pending, tape = Disk(), b"", b"", b""
    for name, value in operations:
        match name:
            case "append":
                assert disk.append(value) == len(pending)
                pending, tape = pending + value, tape + value
            case "flush":
                disk.flush()
                durable, pending = durable + pending, b""
            case "truncate":
                size = int((len(durable) + len(pending)) * value)
                disk.truncate(size)
                durable, pending = (durable + pending)[:size], b""
            case "crash":
                kept = surviving(value, len(pending))
                assert disk.crash(value).bytes == kept
                durable, pending = durable + pending[:kept], b""
        assert (disk.read(), disk.durable, disk.pending) == (durable + pending, len(durable), len(pending))
        assert disk.tape.read() == tape


def test_reordered_writes_leave_a_hole_where_the_first_one_was() -> None:
    disk = Disk()
    disk.append(b"durable ")
    disk.flush()
    disk.append(b"first ")
    disk.append(b"second")
    assert disk.crash("reordered") == (12, 0)
    assert disk.read() == b"durable " + bytes(6) + b"second"


def test_one_write_is_reordered_within_itself() -> None:
    disk = Disk()
    disk.append(b"abcde")
    assert disk.crash("reordered") == (5, 0)
    assert disk.read() == b"\0\0\0de"


def test_a_flipped_bit_leaves_all_bytes_and_a_whole_beginning() -> None:
    disk = Disk()
    disk.append(b"abcdef")
    assert disk.crash("bit_flip") == (6, 3)
    assert disk.read() == b"abceef"


def test_what_was_poisoned_is_never_durable_whatever_is_flushed_later() -> None:
    disk = Disk()
    disk.append(b"safe ")
    disk.flush()
    disk.append(b"doomed ")
    disk.poison()
    disk.append(b"later")
    disk.flush()
    assert (disk.durable, disk.read()) == (5, b"safe doomed later")
    disk.crash("all")
    assert disk.read() == b"safe "


def test_cutting_off_what_was_poisoned_makes_the_disk_well() -> None:
    disk = Disk()
    disk.append(b"doomed")
    disk.poison()
    disk.truncate(0)
    disk.append(b"safe")
    disk.flush()
    assert (disk.durable, disk.crash("none")) == (4, (0, 0))


def test_a_fork_shares_the_beginning_and_nothing_after_it() -> None:
    disk = Disk()
    disk.append(b"one ")
    fork = disk.fork()
    disk.append(b"two")
    fork.append(b"three")
    assert (disk.read(), fork.read()) == (b"one two", b"one three")
    assert fork.fork().tape.read(0, 6) == b"one th"
