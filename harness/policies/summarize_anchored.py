"""The earlier summary stays word for word; only what is new passes the model."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

from harness.policies.changes import aged, smaller, summarised, summary_text
from harness.policies.prompts import ANCHORED, MERGE, SUMMARY
from harness.tokens import message_tokens
from harness.types import Message, Reply, View


@dataclass(frozen=True)
class SummarizeAnchored:
    """Append a summary of the old exchanges that are new since the last summary; the newest `keep` exchanges stay.

    Imitates the anchored iterative summaries of Factory: a fact passes the model once, not at each compaction. Only where
    the anchor takes more than `share` of the budget is it summarised again as a whole.
    """

    keep: int = 2
    share: float = 0.25

    def __call__(self, view: View, budget: int) -> Generator[View, Reply, View]:
        pins, summaries, new, newest = aged(view, self.keep)
        if not new:
            return view
        anchor = [line for earlier in summaries for line in summary_text(earlier).split("\n")]
        reply = yield (*pins, *new, Message("user", ANCHORED if anchor else SUMMARY))
        if not reply.text:
            return view
        summary = summarised(_appended(anchor, reply.text))
        if anchor and message_tokens(summary) > self.share * budget:
            whole = yield (*pins, summary, Message("user", MERGE))
            summary = summarised(whole.text) if whole.text else summary
        return smaller(view, (*pins, summary, *newest), budget)


def _appended(anchor: Sequence[str], text: str) -> str:
    """The anchor as it is, and the lines that it does not hold yet."""
    known = set(anchor)
    return "\n".join((*anchor, *(line for line in text.split("\n") if line not in known)))
