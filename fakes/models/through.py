"""A model for agents whose tools are their own: it asks for the agent's `shell`, where it means a tool of the scenario.

    Orchestrator('program', command='python -m harness.subjects.goose', through='shell')

Every call becomes one of the agent's tool, with one argument `command`: `longhaul-tool NAME 'ARGUMENTS'`. Calls of that
form in what the model is shown are read back, so the model behind it sees its own calls and their results.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from harness.types import Message, Reply, Request, ToolCall

COMMAND = "longhaul-tool"

Answer = Callable[[Request, int], Reply]


@dataclass(frozen=True)
class Through:
    """A model whose calls go through the one tool `tool` of the agent's own."""

    model: Any
    tool: str

    @property
    def window(self) -> int:
        """Of the model behind it, in tokens."""
        return int(getattr(self.model, "window", 1_000_000))

    def __call__(self, request: Request, nth: int) -> Reply:
        """The reply of the model behind it, in calls of the agent's own tool."""
        answer: Answer = self.model
        messages = tuple(_read(message, self.tool) for message in request.messages)
        reply = answer(Request(messages, request.tools, request.max_output), nth)
        return msgspec.structs.replace(reply, calls=tuple(_said(call, self.tool) for call in reply.calls))


def _said(call: ToolCall, tool: str) -> ToolCall:
    command = f"{COMMAND} {call.name} {shlex.quote(call.arguments)}"
    return ToolCall(call.id, tool, msgspec.json.encode({"command": command}).decode())


def _read(message: Message, tool: str) -> Message:
    if not message.calls:
        return message
    return msgspec.structs.replace(message, calls=tuple(_meant(call, tool) for call in message.calls))


def _meant(call: ToolCall, tool: str) -> ToolCall:
    """What a call of the agent's tool stands for; one that was not ours stays what it is."""
    try:
        words = shlex.split(msgspec.json.decode(call.arguments)["command"]) if call.name == tool else []
    except (msgspec.DecodeError, UnicodeError, TypeError, KeyError, ValueError, AttributeError):
        return call
    if len(words) != 3 or words[0] != COMMAND:
        return call
    return ToolCall(call.id, words[1], words[2])
