"""This project's own format: one conversation a line, `{id, messages, events?, model?, harness?}`.

The shape is described in `scenarios.importers.trajectory`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scenarios.importers.format import Format, dicts, first_dict
from scenarios.importers.shape import wrong
from scenarios.importers.source import Source
from scenarios.importers.trajectory import ROLES, Trajectory, text_of, trajectory


def matches(value: Any) -> bool:
    """An id, and messages whose content is text and whose calls have their name outside."""
    given = first_dict(value)
    messages = given.get("messages")
    if not isinstance(given.get("id"), str) or not isinstance(messages, list) or not messages:
        return False
    return "run_type" not in given and all(map(_is_ours, messages[:20]))


def _is_ours(message: Any) -> bool:
    if not isinstance(message, dict) or message.get("role") not in ROLES:
        return False
    calls = dicts(message.get("tool_calls"))
    return isinstance(message.get("content"), str | None) and all("name" in call for call in calls)


def read(source: Source) -> Iterator[Trajectory]:
    """The conversations, one a line."""
    for entry, value in source.values():
        given = first_dict(value)
        problem = _problem(given)
        if problem:
            source.refuse(entry, problem)
            continue
        shaped = [{**item, "content": text_of(item.get("content"))} for item in given["messages"]]
        names = {key: given.get(key) or "" for key in ("model", "harness")}
        yield trajectory(given["id"], shaped, given.get("events") or (), **names)


def _problem(given: dict[str, Any]) -> str:
    """What is wrong with a conversation, in words; '' where nothing is."""
    said = any(item.get("role") == "assistant" for item in dicts(given.get("messages")))
    if not isinstance(given.get("id"), str) or not said:
        return "no id, or no assistant message"
    for name in ("model", "harness"):
        if not isinstance(given.get(name), str | None):
            return f"{name} is {ascii(given[name])[:40]}; a text is expected"
    return wrong(given["messages"], given.get("events") or [])


FORMAT = Format("longhaul", "this project's own: {id, messages, events} on each line", matches, read)
