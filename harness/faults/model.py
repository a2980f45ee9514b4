"""Faults of the model: what it answers is empty, cut, malformed or made up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from harness.faults.strike import Passage, Proceed, brief
from harness.types import Reply, ToolCall


@dataclass(frozen=True)
class EmptyAnswer:
    """The model answers with nothing: no text and no call."""

    __repr__ = brief

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        reply: Reply = await proceed()
        return msgspec.structs.replace(reply, text="", calls=())


def _with_calls(reply: Reply, change: Callable[[ToolCall], ToolCall]) -> Reply:
    """A reply in which every call is changed; a reply without calls gets one, so that the fault always bites."""
    calls = reply.calls or (ToolCall("call_struck", "finish", "{}"),)
    return msgspec.structs.replace(reply, calls=tuple(map(change, calls)), stop="calls")


@dataclass(frozen=True)
class HallucinatedTool:
    """The model calls a tool that does not exist."""

    __repr__ = brief

    name: str = "delete_everything"

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        return _with_calls(await proceed(), lambda call: msgspec.structs.replace(call, name=self.name))


@dataclass(frozen=True)
class MalformedArguments:
    """The arguments of every call are cut in the middle and no longer JSON."""

    __repr__ = brief

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        return _with_calls(
            await proceed(),
            lambda call: msgspec.structs.replace(call, arguments=call.arguments[: len(call.arguments) // 2] or "{"),
        )


@dataclass(frozen=True)
class WrongType:
    """Every argument has the wrong type: valid JSON that breaks the schema."""

    __repr__ = brief

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        return _with_calls(await proceed(), _with_wrong_types)


def _with_wrong_types(call: ToolCall) -> ToolCall:
    try:
        given = msgspec.json.decode(call.arguments, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        given = {}
    wrong = {name: [value] for name, value in given.items()} or {"unexpected": [True]}
    return msgspec.structs.replace(call, arguments=msgspec.json.encode(wrong).decode())
