"""The newest exchanges and the pins: first in, first out."""

from __future__ import annotations

from dataclasses import dataclass

from harness.policies.exchanges import exchanges, joined, pinned, tokens_of
from harness.tokens import view_tokens
from harness.types import Message, View


@dataclass(frozen=True)
class SlidingWindow:
    """Drop the oldest exchanges until at most `share` of the budget is used; the pins and the newest exchange stay.

    Imitates the plainest memory of chat applications, as `trim_messages` of LangChain and the first-in-first-out queue of
    MemGPT (Packer et al. 2023); that half of the budget is left is a choice made here. The newest exchange stays even where
    it does not fit: else what was just asked for would never be read.
    """

    share: float = 0.5

    def __call__(self, view: View, budget: int) -> View:
        room = int(budget * self.share)
        if tokens_of(view) <= room:
            return view
        units = exchanges(view)
        used = sum(view_tokens(unit) for unit in units if pinned(unit))
        kept: list[tuple[Message, ...]] = []
        full = newest = False
        for unit in reversed(units):
            if not pinned(unit):
                used += view_tokens(unit)
                full, newest = newest and (full or used > room), True
            if pinned(unit) or not full:
                kept.append(unit)
        return joined(reversed(kept)) if len(kept) < len(units) else view
