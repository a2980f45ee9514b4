"""What is wrong with messages and events that were given as those of the project's shape, in words; '' where nothing is.

Only what a reader relies on is looked at: whatever else stands there is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from scenarios.importers.trajectory import ROLES

USAGE = ("in", "out", "cache_read", "cache_write")
"""The counts of tokens that a message may tell of its call."""

_TEXT, _TEXTS, _INDEX = "a text", "a list of texts", "a whole number from 0"
_ROLE = f"one of {', '.join(ROLES)}"


def wrong(messages: Any, events: Any) -> str:
    """The first thing that is wrong with these messages and events."""
    return next((f"{where}: {said}" for where, said in _problems(messages, events)), "")


def wrong_event(event: Any) -> str:
    """The first thing that is wrong with one event."""
    return next(_of_event(event), "")


def _problems(messages: Any, events: Any) -> Iterator[tuple[str, str]]:
    for name, values, look in (("messages", messages, _of_message), ("events", events, _of_event)):
        if not isinstance(values, Sequence) or isinstance(values, str):
            yield name, _is(values, "a list of objects")
            return
        for number, value in enumerate(values):
            for said in look(value):
                yield f"{name}[{number}]", said


def _of_message(message: Any) -> Iterator[str]:
    if not isinstance(message, dict):
        yield _is(message, "an object")
        return
    if message.get("role") not in ROLES:
        yield f"role {_is(message.get('role'), _ROLE)}"
    calls = message.get("tool_calls")
    if calls is not None and not isinstance(calls, list):
        yield f"tool_calls {_is(calls, 'a list of objects')}"
    for number, call in enumerate(calls if isinstance(calls, list) else ()):
        for said in _of_call(call):
            yield f"tool_calls[{number}] {said}"
    yield from _unless(_is_text, message, _TEXT, "tool_call_id")
    usage = message.get("usage")
    if usage is not None and not isinstance(usage, dict):
        yield f"usage {_is(usage, 'an object of counts')}"
    for said in _unless(_is_index, usage if isinstance(usage, dict) else {}, _INDEX, *USAGE):
        yield f"usage {said}"


def _of_call(call: Any) -> Iterator[str]:
    if not isinstance(call, dict):
        yield _is(call, "an object")
    elif not isinstance(call.get("name"), str):
        yield f"name {_is(call.get('name'), 'the name of a tool, a text')}"
    else:
        yield from _unless(_is_text, call, _TEXT, "id")


def _of_event(event: Any) -> Iterator[str]:
    if not isinstance(event, dict):
        yield _is(event, "an object")
        return
    if not _is_index(event.get("at")):
        yield f"at {_is(event.get('at'), f'the index of a message, {_INDEX}')}"
    if not isinstance(event.get("kind"), str):
        yield f"kind {_is(event.get('kind'), 'a text such as compaction')}"
    if "kept" in event and not _all(_is_index, event["kept"]):
        yield f"kept {_is(event['kept'], 'a list of indices of messages, whole numbers from 0')}"
    yield from _unless(_is_text, event, _TEXT, "summary")
    yield from _unless(lambda value: _all(_is_text, value), event, _TEXTS, "evicted_tool_call_ids")


def _unless(fits: Any, values: dict[str, Any], expected: str, *names: str) -> Iterator[str]:
    """A sentence on each of these that is there, not null, and does not fit."""
    for name in names:
        if values.get(name) is not None and not fits(values[name]):
            yield f"{name} {_is(values[name], expected)}"


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_index(value: Any) -> bool:
    return type(value) is int and value >= 0


def _all(fits: Any, values: Any) -> bool:
    return isinstance(values, list) and all(map(fits, values))


def _is(value: Any, expected: str) -> str:
    """What a value is, as JSON and short, and what it should have been."""
    text = "missing" if value is None else ascii(msgspec.json.encode(value).decode())[1:-1]
    return f"is {text if len(text) <= 40 else text[:39] + '...'}; {expected} is expected"
