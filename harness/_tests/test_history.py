"""The history: numbered, digest-chained, the same whatever its size in memory."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from harness.errors import UsageError
from harness.history import Event, History, decode_events
from harness.spool import CHUNK_BYTES
from harness.types import Message, ToolCall, Usage


def written(count: int, text: str = "x") -> History:
    history = History()
    for number in range(count):
        history.add((number // 10, number * 100), "model", number, "reply", {"text": text, "number": number})
    return history


def test_events_come_out_as_they_went_in_numbered_from_one() -> None:
    assert list(written(2)) == [
        Event(1, 0, 0, "model", 0, "reply", {"text": "x", "number": 0}),
        Event(2, 0, 100, "model", 1, "reply", {"text": "x", "number": 1}),
    ]


def test_values_of_the_door_are_stored_as_plain_data() -> None:
    history = History()
    message = Message("assistant", "", (ToolCall("a", "look", "{}"),))
    history.add((0, 0), "model", 1, "request", {"new": (message,), "usage": Usage(1, 0, 2), "fault": ValueError("odd")})
    assert next(iter(history)).detail == {
        "new": [{"role": "assistant", "content": "", "calls": [{"id": "a", "name": "look", "arguments": "{}"}]}],
        "usage": {"input": 1, "cached": 0, "output": 2},
        "fault": "ValueError('odd')",
    }


def test_the_digest_is_that_of_all_lines_however_they_were_kept() -> None:
    history = written(3_000, "y" * 100)
    assert history.size_bytes > 5 * CHUNK_BYTES
    assert history.digest() == hashlib.sha256(history.encoded()).hexdigest()
    assert history.size_bytes == len(history.encoded())
    assert history.count == len(list(history)) == 3_000


@pytest.mark.parametrize(
    "change",
    [{"moment": (1, 0)}, {"moment": (0, 1)}, {"site": "tool:x"}, {"nth": 2}, {"kind": "error"}, {"detail": {}}],
)
def test_every_field_of_an_event_changes_the_digest(change: dict[str, Any]) -> None:
    fields = {"moment": (0, 0), "site": "model", "nth": 1, "kind": "reply", "detail": {"text": "a"}}
    first, second = History(), History()
    first.add(**fields)
    second.add(**{**fields, **change})
    assert first.digest() != second.digest()


def test_asking_for_a_digest_changes_nothing() -> None:
    history, silent = History(), History()
    for number in range(5):
        history.add((0, number), "sleep", number, "sleep", {})
        history.digest()
        silent.add((0, number), "sleep", number, "sleep", {})
    assert history.digest() == silent.digest()


def test_a_text_that_no_json_can_hold_is_kept_as_far_as_it_can_be_read() -> None:
    history = written(1)
    history.add((0, 1), "model", 1, "reply", {"text": "a\ud800b", "calls": (ToolCall("1", "x\udfff", "{}"),)})
    assert list(history)[1].detail == {
        "text": "a\ufffd\ufffd\ufffdb",
        "calls": [{"id": "1", "name": "x\ufffd\ufffd\ufffd", "arguments": "{}"}],
    }


@pytest.mark.parametrize("line", [b"{}", b"[1, 2]", b"nonsense", b'["1",0,0,"model",0,"reply",{}]'])
def test_a_line_that_is_no_event_is_refused_with_its_number(line: bytes) -> None:
    with pytest.raises(UsageError, match="line 2 is not an event"):
        decode_events(b'[1,0,0,"model",0,"reply",{}]\n' + line + b"\n")
