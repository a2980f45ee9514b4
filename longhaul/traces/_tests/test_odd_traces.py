"""A trace that holds something else than it should, anywhere, is refused in a sentence or read; it is no internal error."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.errors import UsageError
from longhaul.command import main
from longhaul.traces.measure import measure
from longhaul.traces.play import recorded_events
from longhaul.traces.redact import redacted
from scenarios.importers import read
from scenarios.importers._tests.files import FILES

GOOD: dict[str, Any] = {
    "id": "good", "model": "m", "harness": "h",
    "messages": [
        {"role": "user", "content": "x"},
        {"role": "assistant", "content": "", "tool_calls": [{"id": "c1", "name": "edit", "arguments": {"a": 1}}]},
        {"role": "tool", "content": "r_1", "tool_call_id": "c1"},
        {"role": "assistant", "content": "ok", "usage": {"in": 3}},
    ],
    "events": [
        {"at": 2, "kind": "compaction", "kept": [0], "summary": "s"},
        {"at": 3, "kind": "microcompaction", "evicted_tool_call_ids": ["c1"]},
    ],
}  # fmt: skip
BOUNDARY = {"type": "system", "subtype": "microcompact_boundary", "microcompactMetadata": {"compactedToolIds": ["c1"]}}
SESSION = [*map(json.loads, FILES["claude-code"].splitlines()), {"sessionId": "s", **BOUNDARY}]
ODD = (None, 5, "x", [None], {"a": 1})


def with_(value: Any, at: tuple[Any, ...], odd: Any) -> Any:
    """The value with something else at a place."""
    if not at:
        return odd
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[at[0]] = with_(value[at[0]], at[1:], odd)
    return copy


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a value."""
    yield at
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from places(one, (*at, key))


def documents(text: str) -> list[Any]:
    """The values of a file."""
    try:
        return [json.loads(text)]
    except ValueError:
        return [json.loads(line) for line in text.splitlines() if line.strip()]


ALL = {**{name: documents(text) for name, text in FILES.items()}, "longhaul": [GOOD], "claude-code": SESSION}


@pytest.mark.parametrize("name", ALL)
def test_whatever_stands_anywhere_in_a_trace_is_read_or_refused(tmp_path: Path, name: str) -> None:
    file = tmp_path / "trace.json"
    for at in places(ALL[name]):
        for odd in ODD if at else ():
            file.write_text("\n".join(map(json.dumps, with_(ALL[name], at, odd))))
            try:
                for found in read(file, name):
                    measure(found)
                    list(recorded_events(found))
                    redacted(found, 1).line()
            except UsageError:
                pass


@pytest.mark.parametrize(
    ("at", "odd", "says"),
    [
        (("events", 0), {"at": 1}, "events[0]: kind is missing; a text such as compaction is expected"),
        (("events", 0, "kept"), "abc", 'events[0]: kept is "abc"; a list of indices of messages, whole numbers from 0'),
        (("events", 0, "kept"), ["a", None], 'kept is ["a",null]; a list of indices'),
        (("events", 0, "kept"), [-1], "kept is [-1]; a list of indices"),
        (("events", 0, "summary"), {"a": 1}, 'events[0]: summary is {"a":1}; a text is expected'),
        (("events", 0, "at"), -4, "events[0]: at is -4; the index of a message, a whole number from 0 is expected"),
        (("events", 1, "evicted_tool_call_ids"), 5, "evicted_tool_call_ids is 5; a list of texts is expected"),
        (("events",), {"a": 1}, 'events: is {"a":1}; a list of objects is expected'),
        (
            ("messages", 1, "tool_calls", 0, "name"),
            None,
            "messages[1]: tool_calls[0] name is missing; the name of a tool",
        ),
        (("messages", 1, "tool_calls"), 5, "messages[1]: tool_calls is 5; a list of objects is expected"),
        (("messages", 2, "tool_call_id"), [7], "messages[2]: tool_call_id is [7]; a text is expected"),
        (("messages", 3, "usage", "in"), "12x", 'messages[3]: usage in is "12x"; a whole number from 0 is expected'),
        (("model",), {"a": 1}, "model is {'a': 1}; a text is expected"),
    ],
)
def test_what_is_wrong_and_what_is_expected_is_said_with_its_line(tmp_path: Path, at: Any, odd: Any, says: str) -> None:
    file = tmp_path / "trace.jsonl"
    file.write_text("\n".join(map(json.dumps, (GOOD, with_(GOOD, at, odd), {**GOOD, "id": "last"}))))
    with pytest.raises(UsageError) as refused:
        list(read(file))
    assert f"{file}, line 2 is broken (" in str(refused.value) and says in str(refused.value)
    assert [found.id for found in read(file, skip_broken=True)] == ["good", "last"]


def test_a_boundary_of_claude_code_that_names_no_ids_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "session.jsonl"
    odd = with_(SESSION, (len(SESSION) - 1, "microcompactMetadata", "compactedToolIds"), 5)
    file.write_text("\n".join(map(json.dumps, odd)))
    with pytest.raises(UsageError, match=rf"line {len(SESSION)} is broken \(compactedToolIds is 5; a list of texts is"):
        list(read(file))
    assert list(read(file, skip_broken=True))


def test_in_a_folder_the_good_ones_are_told_and_the_others_named(tmp_path: Path, capsys: Any) -> None:
    (tmp_path / "bad.jsonl").write_text(json.dumps(with_(GOOD, ("events", 0), {"at": 1})))
    (tmp_path / "good.jsonl").write_text(json.dumps(GOOD))
    assert main(["inspect", str(tmp_path), "--policy", "none"]) == 0
    told = capsys.readouterr()
    assert "good (h by m)" in told.out and "left out:" in told.err and "kind is missing" in " ".join(told.err.split())
    assert main(["inspect", str(tmp_path / "bad.jsonl"), "--policy", "none"]) == 2
