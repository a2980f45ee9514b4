"""Requests as they pass the model door: made comparable with the request before, digested, counted.

An orchestrator may hand in the same growing `Vector` every turn, or a fresh list: the intake finds the common prefix either
way, so history, validator and model pay for new messages only.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from hashlib import blake2b

from msgspec import Struct

from harness.folding import Folding
from harness.protocol import Transcript, problem_of, read_on, refuse_strangers
from harness.register import Register
from harness.tokens import message_tokens, tools_tokens
from harness.types import Message, Request, Tool
from harness.vector import Vector


class Taken(Struct, frozen=True):
    """A request taken in: its view on the harness's own vector, how much of it was there before, its digest and size."""

    view: Vector[Message]
    shared: int
    digest: str
    tokens: int
    tools: tuple[Tool, ...]
    problem: str


class Intake:
    """Takes in the requests of one run, life after life."""

    def __init__(self) -> None:
        self._last: Vector[Message] = Vector((), message_tokens)
        self._read = Folding(Transcript, read_on, Transcript.fork)
        self._answered: Register[str, int] = Register()
        self.answers = 0
        self._tools: tuple[object, str, int] = ((), "", 0)

    def fork(self) -> Intake:
        """An intake that remembers the same requests and goes on by itself."""
        forked = copy(self)
        forked._read = self._read.fork()
        return forked

    def take(self, request: Request) -> Taken:
        """Take a request in. Raises `InvalidRequest` for something that is not a list of messages."""
        view, shared = self._join(request.messages)
        tag, tools = self._toolset(request.tools)
        transcript = self._read(view)
        self._last = view
        digest = transcript.digest.hex() + tag
        return Taken(view, shared, digest, view.weight + tools, request.tools, problem_of(transcript))

    def answered(self, digest: str) -> int:
        """How often this very request was answered so far."""
        return self._answered.get(digest) or 0

    def answer(self, digest: str) -> None:
        """Count one more answer."""
        self.answers += 1
        self._answered = self._answered.put(digest, self.answered(digest) + 1)

    def _toolset(self, tools: tuple[Tool, ...]) -> tuple[str, int]:
        if self._tools[0] is not tools:
            names = ",".join(tool.name for tool in tools)
            self._tools = (tools, blake2b(names.encode(), digest_size=4).hexdigest(), tools_tokens(tools))
        return self._tools[1], self._tools[2]

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


def common_prefix(before: Sequence[Message], after: Sequence[Message]) -> int:
    """Length of the common prefix: known at once where both grow on one storage, else compared whole in one call."""
    most = min(len(before), len(after))
    if isinstance(before, Vector) and isinstance(after, Vector) and before.storage is after.storage:
        return most
    if before[:most] == after[:most]:
        return most
    return next(index for index in range(most) if before[index] != after[index])
