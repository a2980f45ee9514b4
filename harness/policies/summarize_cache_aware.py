"""A summary is made when it pays for itself and for the cache that it breaks."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import ClassVar

from harness.policies.caching import CachePrices, dragged_turns
from harness.policies.exchanges import halves, joined, pinned, tokens_of
from harness.policies.summarize import Summarize
from harness.tokens import view_tokens
from harness.types import Reply, View


@dataclass(frozen=True)
class SummarizeCacheAware:
    """Summarise all but the newest `keep` exchanges once that is worth it, or the view takes `full` of the budget.

    Imitates threshold compaction, with the break-even of prompt caching (reading 0.1, writing 1.25 of the price of input). The
    request for a summary goes without tools, so nothing of it is read from the cache: 100,000 tokens made 15,000 by a summary
    of 2,000 pay after 17.9 turns, after 1.3 without a cache. It is worth it where it pays within `turns` turns (28 is the
    median length of a SWE-agent run), `answer` tokens being expected of the model, and where dragging the old exchanges along
    has cost as much as each summary costs anew: its answer, and a view written again. (What a token pays for passing the model
    is no reason to wait: it passes once, sooner or later.) So how often it acts depends on prices, and not on the budget.

    That is cheaper than `summarize` where runs are long: by 10 to 15 % at 100 turns in half of the working set, in three of
    four families. In the fourth, which looks up the same pages again and again, each is read anew after a summary: 8 % dearer.
    At 40 turns in half of the working set it is dearer in all four, by 3 to 10 %: there is too little left to save. Where
    nothing has to be understood, `mask_cache_aware` is cheaper.
    """

    trigger: ClassVar[float] = 0.25
    keep: int = 2
    turns: int = 28
    full: float = 0.95
    answer: int = 500
    read: float = 0.1
    write: float = 1.25

    def __call__(self, view: View, budget: int) -> Generator[View, Reply, View]:
        before, _ = halves(view, self.keep)
        gains = [view_tokens(unit) for unit in before if not pinned(unit)]
        saved = sum(gains) - self.answer
        rewritten = tokens_of(view) - saved
        prices = CachePrices(self.read, self.write, request=self.write)
        anew = prices.breakeven_turns(saved, rewritten, 0, self.answer)
        pays = prices.breakeven_turns(saved, rewritten, view_tokens(joined(before)), self.answer)
        if (pays > self.turns or anew > dragged_turns(gains)) and tokens_of(view) < self.full * budget:
            return view
        return (yield from Summarize(self.keep)(view, budget))
