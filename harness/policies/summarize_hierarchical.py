"""Summaries of summaries, in levels."""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import dataclass

from harness.policies.changes import aged, smaller, summarised, summary_text
from harness.policies.prompts import MERGE, SUMMARY
from harness.types import Message, Reply, View

_LEVEL = re.compile(r"\(level (\d+)\)\n")


@dataclass(frozen=True)
class SummarizeHierarchical:
    """Summarise the old exchanges by themselves; `fan` summaries of one level become one of the next level.

    Imitates the recursive summaries of whole books of Wu et al. (2021). A fact passes the model once per level, so about
    log(compactions) times, where a summary that is made anew passes it at each compaction. The newest `keep` exchanges stay.
    """

    keep: int = 2
    fan: int = 3

    def __call__(self, view: View, budget: int) -> Generator[View, Reply, View]:
        pins, summaries, new, newest = aged(view, self.keep)
        if not new:
            return view
        levels = [(level_of(earlier), summary_text(earlier)) for earlier in summaries]
        reply = yield (*pins, *new, Message("user", SUMMARY))
        levels.append((1, f"(level 1)\n{reply.text}"))
        while reply.text and (full := [item for item in levels if item[0] == levels[-1][0]])[self.fan - 1 :]:
            reply = yield (*pins, *(summarised(text) for _, text in full), Message("user", MERGE))
            above = full[0][0] + 1
            levels = [item for item in levels if item not in full] + [(above, f"(level {above})\n{reply.text}")]
        made = (*pins, *(summarised(text) for _, text in levels), *newest)
        return smaller(view, made, budget) if reply.text else view


def level_of(message: Message) -> int:
    """The level of a summary; 1 where it does not say."""
    found = _LEVEL.match(summary_text(message))
    return int(found[1]) if found else 1
