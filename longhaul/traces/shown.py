"""What a recorded harness showed its model: the view before each call, rebuilt from the messages and the events.

A call is an assistant message, or several in a row. It shows every message so far, but for what the recorded compactions took
away: without `kept` that is all but the system messages, and the summary stands in their place. Tool definitions are not
recorded in most formats and so not in the count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from harness.tokens import count_tokens, text_bytes
from scenarios.importers.trajectory import Trajectory

LINE_TOKENS = 20
"""What is counted for the line that stands for a result which a microcompaction took away."""

LINE = "." * (LINE_TOKENS * 32 // 10)
"""That line: recordings do not say what it was."""


@dataclass
class Item:
    """A message in the view. `first` is the call (from 0) that showed it first, `last_use` the last one that named it."""

    index: int
    role: str
    tokens: int
    first: int
    duplicate: bool = False
    last_use: int = -1


@dataclass
class Shown:
    """The view as it is. `summaries`, and lines for what was taken away, stand before its messages; `cuts` counts what
    compactions did to it.

    `gone` are the items that were taken away, each with the number of calls before that.
    """

    items: dict[int, Item] = field(default_factory=dict)
    overhead: int = 0
    tokens: int = 0
    calls: int = 0
    prefix: int = 0
    summaries: list[str] = field(default_factory=list)
    cuts: int = 0
    gone: list[tuple[Item, int]] = field(default_factory=list)

    def add(self, item: Item) -> None:
        """One more message at the end."""
        self.items[item.index] = item
        self.tokens += item.tokens

    def remove(self, index: int) -> None:
        """A message is no longer shown; the prompt's unchanged beginning ends there."""
        item = self.items.pop(index, None)
        if item is not None:
            self.tokens -= item.tokens
            self.gone.append((item, self.calls))
            before = sum(other.tokens for other in self.items.values() if other.index < index)
            self.prefix = min(self.prefix, before)

    def compact(
        self, event: Mapping[str, Any], messages: Sequence[Mapping[str, Any]], results: Mapping[str, int]
    ) -> None:
        """Do what a recorded event did."""
        self.cuts += 1
        if event["kind"] == "microcompaction":
            for name in event.get("evicted_tool_call_ids") or ():
                index = results.get(name)
                if index in self.items and self.items[index].tokens > LINE_TOKENS:
                    self.remove(index)
                    self.summaries.append(LINE)
                    self._more(LINE_TOKENS)
        elif event["kind"] == "compaction":
            kept = set(event["kept"]) if "kept" in event else self._system(messages)
            for index in [index for index in self.items if index not in kept]:
                self.remove(index)
            self.tokens -= self.overhead
            self.overhead = 0
            self.summaries = [event["summary"]] if event.get("summary") else []
            self._more(count_tokens(text_bytes(event.get("summary") or "")))

    def _system(self, messages: Sequence[Mapping[str, Any]]) -> set[int]:
        return {index for index in self.items if messages[index]["role"] == "system"}

    def _more(self, tokens: int) -> None:
        self.overhead += tokens
        self.tokens += tokens


@dataclass(frozen=True)
class Call:
    """One call: the messages from `start` to `stop` are its answer; what was shown and what of it came from the cache."""

    number: int
    start: int
    stop: int
    input: int
    prefix: int
    overhead: int


def calls(trajectory: Trajectory, view: Shown, make: Any) -> Iterator[Call]:
    """The calls of a trajectory in order; the view is kept up to date, with the items that `make(index, call)` gives."""
    messages = trajectory.messages
    results = {m["tool_call_id"]: i for i, m in enumerate(messages) if m["role"] == "tool"}
    events: dict[int, list[Mapping[str, Any]]] = {}
    for happened in trajectory.events:
        events.setdefault(happened["at"], []).append(happened)
    index = 0
    while index < len(messages):
        for event in events.get(index, ()):
            view.compact(event, messages, results)
        if messages[index]["role"] != "assistant":
            view.add(make(index, view.calls))
            index += 1
            continue
        start = index
        while (
            index < len(messages) and messages[index]["role"] == "assistant" and (index == start or index not in events)
        ):
            index += 1
        yield Call(view.calls, start, index, view.tokens, view.prefix, view.overhead)
        view.prefix = view.tokens
        view.calls += 1
        for place in range(start, index):
            view.add(make(place, view.calls))


def tokens_in(message: Mapping[str, Any]) -> int:
    """Tokens of a message by the project's own count: its text, and the names and arguments of its calls."""
    size = text_bytes(message.get("content") or "")
    for call in message.get("tool_calls") or ():
        size += text_bytes(call["name"]) + text_bytes(arguments_of(call))
    return count_tokens(size)


def arguments_of(call: Mapping[str, Any]) -> str:
    """The arguments of a call as JSON text."""
    given = call.get("arguments")
    return given if isinstance(given, str) else msgspec.json.encode(given if given is not None else {}).decode()
