"""A vendor for agents whose tools are their own: what the model means for a tool of the scenario goes through their shell.

    Orchestrator('program', command='python -m harness.subjects.goose', through='shell')

On the wire every call is one of the agent's tool, with one argument `command`: `longhaul-tool NAME 'ARGUMENTS'`. Behind it
stand the calls that are meant, so model, faults and checks see the tools of the scenario, as they do everywhere.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace

import msgspec

from harness.errors import DoorError
from harness.types import Message, Reply, Request, Tool, ToolCall
from harness.wire import Asked, Provider, WireAnswer

COMMAND = "longhaul-tool"


@dataclass(frozen=True)
class Through:
    """The vendor `provider`, whose calls go through the one tool `tool` of the agent's own."""

    provider: Provider
    tool: str

    @property
    def name(self) -> str:
        """The format."""
        return self.provider.name

    @property
    def path(self) -> str:
        """Where requests are posted."""
        return self.provider.path

    def read(self, body: bytes, headers: Mapping[str, str], known: tuple[Tool, ...]) -> Asked:
        """What is asked for, in calls of the scenario's tools; those are offered where the agent's own tool is."""
        asked = self.provider.read(body, headers, known)
        request = asked.request
        messages = tuple(_read(message, self.tool) for message in request.messages)
        tools = known if any(tool.name == self.tool for tool in request.tools) else request.tools
        return replace(asked, request=Request(messages, tools, request.max_output))

    def answer(self, outcome: Reply | DoorError, asked: Asked | None, at_ms: int) -> WireAnswer:
        """What is sent, in calls of the agent's own tool."""
        if isinstance(outcome, Reply):
            calls = tuple(_said(call, self.tool) for call in outcome.calls)
            outcome = msgspec.structs.replace(outcome, calls=calls)
        return self.provider.answer(outcome, asked, at_ms)


def _said(call: ToolCall, tool: str) -> ToolCall:
    command = f"{COMMAND} {shlex.quote(call.name)} {shlex.quote(call.arguments)}"
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
