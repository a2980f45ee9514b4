"""The model itself summarises what is old."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from harness.policies.changes import summarised
from harness.policies.exchanges import halves, joined, pinned, tokens_of
from harness.policies.prompts import SUMMARY
from harness.tokens import message_tokens
from harness.types import Message, Reply, View


@dataclass(frozen=True)
class Summarize:
    """Keep the pins and the newest `keep` exchanges; a summary by the model stands for the rest.

    Imitates the summary buffer of LangChain (`ConversationSummaryBufferMemory`) and the plain compaction of coding agents: an
    earlier summary is summarised again with what is new. How many exchanges stay is a choice made here.
    """

    keep: int = 2

    def __call__(self, view: View, budget: int) -> Generator[View, Reply, View]:
        before, newest = halves(view, self.keep)
        old = [unit for unit in before if not pinned(unit)]
        if not old:
            return view
        pins = [unit for unit in before if pinned(unit)]
        reply = yield (*joined(before), Message("user", SUMMARY))
        summary = summarised(reply.text)
        shorter = (*joined(pins), summary, *joined(newest))
        fits = message_tokens(summary) <= budget and tokens_of(shorter) < tokens_of(view)
        return shorter if reply.text and fits else view
