"""A real trajectory played back: what a real model said, whatever the orchestrator and the policy do to its context.

The next step is told by the newest recorded call id that is still in the request. Where a policy has removed every id, it is
the one after the furthest step answered so far. That makes it a player and not a reader: it reports costs and never
completion.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from harness.policies.prompts import PROMPTS
from harness.tokens import count_tokens
from harness.types import Message, Reply, Request, ToolCall

ASK_USER = "ask_user"
"""The tool by which a recorded person speaks: a turn that waits for the user is played as a call of it."""

END = "(the recording ends here)"
SUMMARY_TOKENS = 1_000
IDENTIFIER = re.compile(r"[A-Za-z_][\w-]*(?:[./:][\w-]+)+|[a-z]+_\w+|[a-z]+[A-Z]\w+")


@dataclass(frozen=True)
class Recording:
    """A trajectory as a goal, the model's turns, and the answers to their calls (`place`), in order; None is no answer."""

    goal: str
    replies: tuple[Reply, ...]
    answers: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)

    @property
    def tools(self) -> tuple[str, ...]:
        """Names of the tools that were called."""
        return tuple(sorted({call.name for reply in self.replies for call in reply.calls}))


def recording(messages: Iterable[Mapping[str, Any]]) -> Recording:
    """Read the messages of a trajectory (role, content, tool_calls, tool_call_id)."""
    turns = list(_turns(list(messages)))
    goal = "\n\n".join(turns[0].said) if turns and turns[0].assistant is None else ""
    replies: list[Reply] = []
    answers: dict[str, tuple[str | None, ...]] = {}
    for number, turn in enumerate(turns):
        if turn.assistant is None:
            continue
        calls = [_call(call) for call in turn.assistant.get("tool_calls") or ()]
        results: list[str | None] = [turn.results.get(call.id) for call in calls]
        if turn.said:
            calls.append(ToolCall(f"user#{number}", ASK_USER, msgspec.json.encode({"turn": number}).decode()))
            results.append("\n\n".join(turn.said))
        for call, result in zip(calls, results, strict=True):
            asked = place(call.name, msgspec.json.decode(call.arguments))
            answers[asked] = (*answers.get(asked, ()), result)
        text = turn.assistant.get("content") or ""
        replies.append(Reply(text or ("" if calls else END), tuple(calls), "calls" if calls else "end"))
    return Recording(goal or "(the recording has no goal)", tuple(replies), answers)


def place(name: str, given: Mapping[str, Any]) -> str:
    """A tool and its arguments as one text: where the answers of a recording are found."""
    return f"{name} {msgspec.json.encode(given, order='sorted').decode()}"


@dataclass
class _Turn:
    assistant: Mapping[str, Any] | None
    results: dict[str, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)


def _turns(messages: list[Mapping[str, Any]]) -> Iterator[_Turn]:
    turn = _Turn(None)
    for message in messages:
        if message["role"] == "assistant":
            if turn.assistant is not None or turn.said:
                yield turn
            turn = _Turn(message)
        elif message["role"] == "tool":
            turn.results[message.get("tool_call_id") or ""] = message.get("content") or ""
        else:
            turn.said.append(message.get("content") or "")
    yield turn


def _call(call: Mapping[str, Any]) -> ToolCall:
    """A recorded call; arguments that are no JSON object are wrapped, so that they can be played at all."""
    given = call.get("arguments") or "{}"
    text = given if isinstance(given, str) else msgspec.json.encode(given).decode()
    try:
        is_object = isinstance(msgspec.json.decode(text), dict)
    except (msgspec.DecodeError, UnicodeError):
        is_object = False
    return ToolCall(call["id"], call["name"], text if is_object else msgspec.json.encode({"raw": text}).decode())


class Recorded:
    """Plays a recording back; a request for a summary is answered by a scripted summariser, whose cost counts."""

    window = 1 << 40
    latency_ms = 4_300

    def __init__(self, played: Recording) -> None:
        self._replies = played.replies
        self._step_of = {call.id: step for step, reply in enumerate(played.replies) for call in reply.calls}
        self._furthest = -1

    def __call__(self, request: Request, nth: int) -> Reply:
        """The recorded turn after the newest one that is visible."""
        if not request.tools or request.messages[-1].content in PROMPTS:
            return Reply(_summary(request.messages, min(SUMMARY_TOKENS, request.max_output)))
        step = self._next(request)
        self._furthest = max(self._furthest, step)
        return self._replies[step] if step < len(self._replies) else Reply(END)

    def _next(self, request: Request) -> int:
        for message in reversed(request.messages):
            if message.role == "tool":
                step = self._step_of.get(message.call_id)
                return self._furthest + 1 if step is None else step + 1
        return 0 if self._furthest < 0 else self._furthest + 1


def _summary(messages: Iterable[Message], tokens: int) -> str:
    """The identifiers of the conversation, each once, in the order of their appearance, as many as fit."""
    names: dict[str, None] = {}
    size = 0
    for message in messages:
        for name in IDENTIFIER.findall(message.content[:20_000]):
            if name not in names and len(name) < 200:
                size += len(name.encode()) + 1
                if count_tokens(size) > tokens:
                    return "\n".join(names)
                names[name] = None
    return "\n".join(names) or "Nothing was said so far."
