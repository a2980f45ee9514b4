"""What a vendor accepts: every call answered exactly once, in order, at once; no orphan; unique ids; context length.

A malformed request gets the vendor's error, so that a bug of resume or of compaction is visible from the first day. The
sentences follow the error texts of Anthropic's Messages API (seen in anthropics/claude-code and other issue trackers).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any

import msgspec

from harness.errors import ContextTooLong, InvalidRequest
from harness.register import Register
from harness.types import Message

_encode = msgspec.json.Encoder().encode


@dataclass(slots=True)
class Transcript:
    """How far a transcript was read: a digest of it, the calls still open, the ids seen, and the first problem."""

    count: int = 0
    digest: bytes = b""
    open: tuple[str, ...] = ()
    seen: Register[str, None] = field(default_factory=Register)
    problem: str = ""

    def fork(self) -> Transcript:
        """A transcript that is read on by itself."""
        return replace(self)


def read_on(transcript: Transcript, message: Message) -> Transcript:
    """Take one more message into account."""
    transcript.digest = blake2b(transcript.digest + _encode(message), digest_size=16).digest()
    position = transcript.count
    transcript.count += 1
    if transcript.problem:
        return transcript
    if message.role == "tool":
        if not transcript.open or message.call_id not in transcript.open:
            transcript.problem = (
                f"messages.{position}: unexpected `tool_use_id` found in `tool_result` blocks: {message.call_id}"
            )
        elif message.call_id != transcript.open[0]:
            wrong, due = message.call_id, transcript.open[0]
            transcript.problem = f"messages.{position}: `tool_result` for {wrong} is out of order; {due} is next"
        transcript.open = transcript.open[1:]
        return transcript
    if transcript.open:
        transcript.problem = _unanswered(position - 1, transcript.open)
    for call in message.calls:
        if message.role != "assistant":
            transcript.problem = f"messages.{position}: role {message.role} cannot call tools"
        elif call.id in transcript.seen:
            transcript.problem = f"messages.{position}: `tool_use` ids must be unique: {call.id}"
        else:
            transcript.seen = transcript.seen.put(call.id, None)
    transcript.open = tuple(call.id for call in message.calls)
    return transcript


def _unanswered(position: int, ids: tuple[str, ...]) -> str:
    return f"messages.{position}: `tool_use` ids were found without `tool_result` blocks immediately after: {', '.join(ids)}"


def problem_of(transcript: Transcript) -> str:
    """What is wrong with a transcript that ends here; '' if nothing."""
    if transcript.problem:
        return transcript.problem
    if not transcript.count:
        return "messages: at least one message is required"
    return _unanswered(transcript.count - 1, transcript.open) if transcript.open else ""


def refuse_strangers(view: Iterable[Any]) -> None:
    """Raise `InvalidRequest` for something in a view that is no `Message`."""
    wrong = next((item for item in view if type(item) is not Message), None)
    if wrong is not None:
        raise InvalidRequest(f"a view holds Message values, not {wrong!r}", 400, "invalid_request_error")


def check_request(problem: str, tokens: int, max_output: int, window: int) -> None:
    """Raise what the vendor would: `InvalidRequest` for a malformed view, `ContextTooLong` for one that does not fit."""
    if problem:
        raise InvalidRequest(problem, 400, "invalid_request_error")
    if tokens + max_output > window:
        raise ContextTooLong(
            f"input length and `max_tokens` exceed context limit: {tokens} + {max_output} > {window}",
            400,
            "context_length_exceeded",
        )
