"""What the model saw: the views of a run, put together again from its history."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from harness.errors import UsageError
from harness.history import Event
from harness.tokens import message_tokens
from harness.types import Message
from longhaul.lines import COLUMNS, clock_text


@dataclass(frozen=True)
class Step:
    """One request: its event, and every message of its view."""

    nth: int
    event: Event
    view: tuple[Message, ...]


def step(events: Iterable[Event], number: int) -> Step:
    """The `number`th request of a run. Raises `UsageError` where there is none."""
    view: list[Any] = []
    seen = 0
    for event in events:
        if event.site == "model" and event.kind == "request":
            view[event.detail["shared"] :] = event.detail["new"]
            seen += 1
            if seen == number:
                return Step(number, event, tuple(msgspec.convert(item, Message) for item in view))
    raise UsageError(f"there is no step {number}; this run has {seen} model requests, counted from 1")


def step_text(shown: Step) -> str:
    """A request as text: one heading a message, the text below it, at most 100 columns."""
    detail = shown.event.detail
    head = (
        f"step {shown.nth}: event {shown.event.number}, life {shown.event.life}, {clock_text(shown.event.at_ms)}, "
        f"{len(shown.view)} messages, {detail['tokens']:,} tokens, {detail['tools']} tools"
    )
    return "\n".join([head, *(_message_text(index, message) for index, message in enumerate(shown.view))])


def _message_text(index: int, message: Message) -> str:
    pinned = ", pinned" if message.pinned else ""
    answers = f", answers {message.call_id}" if message.call_id else ""
    head = f"--- {index}: {message.role}, {message_tokens(message):,} tokens{pinned}{answers}"
    calls = [f"calls {call.name}({call.arguments}) as {call.id}" for call in message.calls]
    return "\n".join(part for part in (head, *map(_wrapped, message.content.splitlines()), *map(_wrapped, calls)))


def _wrapped(text: str) -> str:
    return textwrap.fill(
        text, COLUMNS, initial_indent="    ", subsequent_indent="    ", replace_whitespace=False, drop_whitespace=False
    )
