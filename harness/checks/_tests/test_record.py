"""Dating journal lines: durable exactly when a crash that keeps nothing would leave them legible."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness._tests.small import small
from harness.checks.record import dated_lines, reading_of
from harness.disk import Disk
from harness.faults import CrashAfter, Hang, Strike
from harness.history import Event
from harness.journal import JournalError, Writer, decode
from harness.run import execute

_operations = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.integers(1, 3)),
        st.tuples(st.just("flush"), st.none()),
        st.tuples(st.just("crash"), st.integers(0, 400)),
        st.tuples(st.just("repair"), st.none()),
    ),
    max_size=30,
)


class Recorder:
    """A disk, and the events that the door would have recorded."""

    def __init__(self) -> None:
        self.disk = Disk()
        self.events: list[Event] = []
        self.writer = Writer()
        self.written = 0

    def event(self, site: str, kind: str, **detail: Any) -> None:
        self.events.append(Event(len(self.events) + 1, 0, 0, site, 0, kind, detail))

    def append(self, lines: int) -> None:
        numbers = range(self.written, self.written + lines)
        self.written += lines
        data = b"".join(self.writer.frame(msgspec.json.encode({"type": "Noted", "n": number})) for number in numbers)
        offset = self.disk.tape.size
        self.disk.append(data)
        self.event("disk:append", "done", offset=offset, bytes=len(data))

    def flush(self) -> None:
        self.disk.flush()
        self.event("disk:flush", "done", durable=self.disk.durable)

    def crash(self, kept: int) -> None:
        kept = self.disk.crash(kept).bytes
        self.event("life", "died", kept=kept)

    def repair(self) -> None:
        """Cut off what is not whole, as a sound orchestrator does when it starts."""
        data = self.disk.read()
        size = data.rfind(b"\n") + 1
        self.disk.truncate(size)
        self.event("disk:truncate", "done", size=size)


@given(_operations)
def test_a_line_is_durable_exactly_while_it_is_whole_on_the_disk(operations: list[tuple[str, int]]) -> None:
    recorder = Recorder()
    for name, argument in operations:
        getattr(recorder, name)(argument) if argument is not None else getattr(recorder, name)()
    recorder.crash(0)
    lines = dated_lines(recorder.events, recorder.disk.tape.read())
    dated = [line.entry["n"] for line in lines or () if line.durable_before(len(recorder.events) + 1)]
    lines_on_disk = recorder.disk.read().splitlines(keepends=True)
    assert dated == [msgspec.json.decode(json)["n"] for line in lines_on_disk for json in _whole(line)]


def _whole(line: bytes) -> list[bytes]:
    """The record that one line on the disk is; none where it is torn, or glued to a torn one."""
    try:
        return [record.json for record in decode(line).records]
    except JournalError:
        return []


def test_a_line_glued_to_a_torn_one_is_never_durable_and_the_next_one_is() -> None:
    recorder = Recorder()
    recorder.append(1)
    recorder.crash(5)
    recorder.append(1)
    recorder.append(1)
    recorder.flush()
    lines = dated_lines(recorder.events, recorder.disk.tape.read())
    assert [line.durable for line in lines or ()] == [0, 0, 5]
    assert [line.gone for line in lines or ()] == [2, 5, 0]


def test_a_line_cut_off_later_was_durable_until_then() -> None:
    recorder = Recorder()
    recorder.append(2)
    recorder.flush()
    recorder.disk.truncate(0)
    recorder.event("disk:truncate", "done", size=0)
    lines = dated_lines(recorder.events, recorder.disk.tape.read())
    assert [(line.durable, line.gone, line.durable_before(3), line.durable_before(4)) for line in lines or ()] == [
        (2, 3, True, False), (2, 3, True, False)
    ]  # fmt: skip


@pytest.mark.parametrize("data", [b"plain text\n", b"12 00000000 0 {}\n", b"3 zz", b'{"type": "Started"}\n'])
def test_bytes_in_another_format_are_opaque(data: bytes) -> None:
    events = [Event(1, 0, 0, "disk:append", 1, "done", {"offset": 0, "bytes": len(data)})]
    assert dated_lines(events, data) is None


def test_no_journal_at_all_is_opaque_too() -> None:
    assert reading_of(execute(small("naive"))).lines is None


def test_calls_are_put_together_with_their_effects_and_ends() -> None:
    reading = reading_of(execute(small("sound.py:LOOP", strikes=(Strike("tool:pay", 1, CrashAfter()),))))
    calls = [(call.name, call.life, len(call.effects), bool(call.ended), call.deed) for call in reading.calls]
    assert calls == [
        ("look", 0, 0, True, ("look", "")),
        ("pay", 0, 1, False, ("pay", "INV-001")),
        ("pay", 0, 0, False, ("pay", "INV-002")),
        ("pay", 1, 0, True, ("pay", "INV-001")),
        ("pay", 1, 1, True, ("pay", "INV-002")),
        ("note", 1, 1, True, ("note", "all paid")),
    ]
    assert [reading.call_at[call.started] for call in reading.calls] == list(reading.calls)


def test_a_call_that_failed_has_the_name_of_its_error() -> None:
    reading = reading_of(execute(small("doors.py:calls_twice", strikes=(Strike("tool:pay", 1, Hang()),))))
    assert [(call.error, call.result is None) for call in reading.calls] == [("TimedOut", True), ("", False)]


def test_arguments_that_no_tool_can_use_stand_for_no_deed() -> None:
    reading = reading_of(execute(small("doors.py:calls_nonsense")))
    assert [call.deed for call in reading.calls] == [None, None, None, ("pay", "None"), ("pay", "INV-999")]
