"""What two orchestrators must agree on: requests, replies and effects in order, ids and keys renumbered.

Normalising lives here and nowhere else. Left out: disk, sleep, failed attempts, times, pins, and system sections.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from harness.history import Event


class _Numbers:
    """Names by order of first appearance."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._seen: dict[str, str] = {}

    def __getitem__(self, name: str) -> str:
        return self._seen.setdefault(name, f"{self._prefix}{len(self._seen) + 1}") if name else ""


def trace_of(events: Iterable[Event]) -> tuple[tuple[Any, ...], ...]:
    """The trace of a history."""
    ids = _Numbers("call-")
    keys = _Numbers("key-")
    lines: list[tuple[Any, ...]] = []
    for event in events:
        detail = event.detail
        if event.site == "model" and event.kind == "request":
            lines.append(
                (
                    "request",
                    detail["tools"],
                    tuple(_message(item, ids) for item in detail["new"] if item["role"] != "system"),
                )
            )
        elif event.site == "model" and event.kind == "reply":
            lines.append(("reply", detail["text"], _calls(detail["calls"], ids), detail["stop"]))
        elif event.kind == "effect":
            lines.append(("effect", event.site, detail["intent"], keys[detail["key"]]))
    return tuple(lines)


def _message(message: dict[str, Any], ids: _Numbers) -> tuple[Any, ...]:
    return (
        message["role"],
        message["content"],
        _calls(message.get("calls", ()), ids),
        ids[message.get("call_id", "")],
    )


def _calls(calls: Iterable[dict[str, Any]], ids: _Numbers) -> tuple[tuple[str, str, str], ...]:
    return tuple((ids[call["id"]], call["name"], call["arguments"]) for call in calls)
