"""Old results give way to pointers, in batches that pay for the cache that they break."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from harness.policies.caching import CachePrices, changed_tail, dragged_turns
from harness.policies.changes import all_but, as_pages, results_in, smaller
from harness.policies.exchanges import tokens_of
from harness.tokens import message_tokens
from harness.types import View


@dataclass(frozen=True)
class MaskCacheAware:
    """Mask all but the newest `keep` results once a batch is worth it, or the view takes `full` of the budget.

    Imitates observation masking in batches, with the break-even of prompt caching: a mask that moves by one result each turn
    needs 103,500 masked tokens to pay where 9,000 stand behind it. A batch is worth it where it pays within `turns` turns (28
    is the median length of a SWE-agent run; nobody knows how many are left) and where dragging it along has cost as much as
    breaking the cache will: to act sooner breaks it too often, to act later drags too long. Asked from half the budget on.
    """

    trigger: ClassVar[float] = 0.5
    keep: int = 4
    turns: int = 28
    full: float = 0.95
    read: float = 0.1
    write: float = 1.25

    def __call__(self, view: View, budget: int) -> View:
        old = sorted(all_but(self.keep, results_in(view)))
        changed = smaller(view, as_pages(view, set(old)), budget)
        if changed is view or tokens_of(view) >= self.full * budget:
            return changed
        gains = [message_tokens(view[index]) - message_tokens(changed[index]) for index in old]
        pays = CachePrices(self.read, self.write).breakeven_turns(sum(gains), changed_tail(view, changed))
        return changed if pays <= min(self.turns, dragged_turns(gains)) else view
