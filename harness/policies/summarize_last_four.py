"""The simplest loop there is: it counts messages, so it cuts calls from their results."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from harness.policies.exchanges import tokens_of
from harness.policies.prompts import SUMMARY
from harness.policies.validate import whole_pairs
from harness.tokens import message_tokens
from harness.types import Message, Reply, View


@dataclass(frozen=True)
class SummarizeLastFour:
    """Summarise everything but the last `last` messages, wherever the cut falls.

    Imitates no product: it is the loop of many a tutorial, and what every other policy here takes care not to be. Boards rank
    it as any other, with the cut pairs that were mended for it. That 4 messages stay is a choice made here.
    """

    last: int = 4

    def __call__(self, view: View, budget: int) -> Generator[View, Reply, View]:
        old, new = tuple(view[: -self.last]), tuple(view[-self.last :])
        if all(message.pinned for message in old):
            return view
        readable, _ = whole_pairs(old)
        reply = yield (*readable, Message("user", SUMMARY))
        pins = tuple(message for message in old if message.pinned)
        summary = Message("user", f"Summary:\n{reply.text}")
        shorter = (*pins, summary, *new)
        fits = message_tokens(summary) <= budget and tokens_of(shorter) < tokens_of(view)
        return shorter if fits else view
