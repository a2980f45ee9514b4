"""What the answers of all vendors are made of: replies that can be sent, and what they show where there is no reply."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from harness.plain import mended
from harness.types import Reply, ToolCall

_Outcome = TypeVar("_Outcome")

REFUSAL = "I'm sorry, but I can't assist with that."
"""What OpenAI's models say in the field `refusal`."""

BEFORE_ERROR = "Let me "
"""What a stream has shown when an error ends it."""


def sendable(outcome: _Outcome) -> _Outcome:
    """A reply without lone surrogates, which no JSON in UTF-8 can hold; an error as it is."""
    if not isinstance(outcome, Reply):
        return outcome
    calls = tuple(ToolCall(mended(call.id), mended(call.name), mended(call.arguments)) for call in outcome.calls)
    return msgspec.structs.replace(outcome, text=mended(outcome.text), calls=calls)


def nothing(reply: Reply) -> bool:
    """Whether there is nothing in a reply, not even a reason to stop: the vendor sends a hollow body."""
    return not (reply.text or reply.calls or reply.stop or reply.usage)
