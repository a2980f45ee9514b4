"""Requests as they pass the model door: made comparable with the request before, digested, counted.

An orchestrator may hand in the same growing `Vector` every turn, or a fresh list: the intake finds the common prefix either
way, so history, validator and model pay for new messages only.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from hashlib import blake2b
from typing import Any

from msgspec import Struct

from harness.folding import Folding
from harness.protocol import Transcript, problem_of, read_on, refuse_strangers
from harness.register import Register
from harness.tokens import message_tokens, tool_bytes, tools_tokens
from harness.types import Message, Request, Tool
from harness.vector import Vector


class Taken(Struct, frozen=True):
    """A request taken in: its view on the harness's own vector, how much of it was there before, its digest and size.

    `altered` says what is offered where that is not simply every tool, whole: the bytes of each definition, by name.
    """

    view: Vector[Message]
    shared: int
    digest: str
    tokens: int
    tools: tuple[Tool, ...]
    problem: str
    altered: dict[str, dict[str, int]]


class _Toolset(Struct, frozen=True):
    """Tools that are offered, and those that are there; a tag that tells them apart, and their size in tokens."""

    offered: tuple[Tool, ...] = ()
    there: tuple[Tool, ...] = ()
    tag: str = ""
    tokens: int = 0
    altered: dict[str, dict[str, int]] = {}


class Intake:
    """Takes in the requests of one run, life after life."""

    def __init__(self) -> None:
        self._last: Vector[Message] = Vector((), message_tokens)
        self._read = Folding(Transcript, read_on, Transcript.fork)
        self._answered: Register[str, int] = Register()
        self.answers = 0
        self._tools = _Toolset()

    def fork(self) -> Intake:
        """An intake that remembers the same requests and goes on by itself."""
        forked = copy(self)
        forked._read = self._read.fork()
        return forked

    def take(self, request: Request, there: tuple[Tool, ...] = ()) -> Taken:
        """Take a request in, where these tools are there. Raises `InvalidRequest` for no list of messages."""
        view, shared = self._join(request.messages)
        tools = self._toolset(request.tools, there)
        transcript = self._read(view)
        self._last = view
        digest = transcript.digest.hex() + tools.tag
        tokens, problem = view.weight + tools.tokens, problem_of(transcript)
        return Taken(view, shared, digest, tokens, request.tools, problem, tools.altered)

    def answered(self, digest: str) -> int:
        """How often this very request was answered so far."""
        return self._answered.get(digest) or 0

    def answer(self, digest: str) -> None:
        """Count one more answer."""
        self.answers += 1
        self._answered = self._answered.put(digest, self.answered(digest) + 1)

    def _toolset(self, tools: tuple[Tool, ...], there: tuple[Tool, ...]) -> _Toolset:
        if self._tools.offered is not tools or self._tools.there is not there:
            self._tools = _toolset(tools, there)
        return self._tools

    def _join(self, messages: Sequence[Message]) -> tuple[Vector[Message], int]:
        last = self._last
        if isinstance(messages, Vector) and messages.weighs(message_tokens):
            return messages, common_prefix(last, messages)
        given = tuple(messages)
        refuse_strangers(given)
        shared = common_prefix(last, given)
        if shared < len(last):
            return Vector(given, message_tokens), shared
        view = last
        for message in given[shared:]:
            view = view.append(message)
        return view, shared


def _toolset(tools: tuple[Tool, ...], there: tuple[Tool, ...]) -> _Toolset:
    """The names tell toolsets apart, and so does every definition that is another one than that of the tool itself."""
    whole = {tool.name: tool for tool in there}
    other = [tool for tool in tools if there and _definition(tool) != _definition(whole.get(tool.name, tool))]
    names = ",".join(tool.name for tool in tools)
    said = "".join(f"\n{tool.name} {tool.description} {tool.schema}" for tool in other)
    tag = blake2b((names + said).encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
    fewer = bool(tools and there) and whole.keys() != {tool.name for tool in tools}
    altered = {"offered": {tool.name: tool_bytes(tool) for tool in tools}} if other or fewer else {}
    return _Toolset(tools, there, tag, tools_tokens(tools), altered)


def _definition(tool: Tool) -> tuple[str, dict[str, Any]]:
    return tool.description, tool.schema


def common_prefix(before: Sequence[Message], after: Sequence[Message]) -> int:
    """Length of the common prefix: known at once where both grow on one storage, else compared whole in one call."""
    most = min(len(before), len(after))
    if isinstance(before, Vector) and isinstance(after, Vector) and before.storage is after.storage:
        return most
    if before[:most] == after[:most]:
        return most
    return next(index for index in range(most) if before[index] != after[index])
