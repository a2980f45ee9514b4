"""What a compaction costs where the prefix of a request is read from a cache, and after how many turns it has paid.

Prices are in units of one uncached input token. A change of the view breaks the cache from its place on: what stands behind
it is written again (`write`) instead of read (`read`); from then on every turn saves the reading of what was taken out.
Without a cache both prices are 1, so nothing is lost by a change.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from harness.tokens import view_tokens
from harness.types import Message


@dataclass(frozen=True)
class CachePrices:
    """Prices of a token: read from the cache, written into it, and put out. The defaults are Anthropic's, 5 minutes.

    `request` is the price in a request for a summary; `read` where it is not given, for one that goes with all that went with
    the request before. With other tools, or with none, nothing of it is read from the cache: then it is `write`.
    """

    read: float = 0.1
    write: float = 1.25
    output: float = 5.0
    request: float | None = None

    def breakeven_turns(self, saved: int, rewritten: int, asked: int = 0, answered: int = 0) -> float:
        """Turns until a change that takes `saved` tokens out has paid for `rewritten` tokens behind the place of the change.

        `asked` and `answered` are the tokens of a request for a summary.
        """
        request = self.read if self.request is None else self.request
        once = rewritten * (self.write - self.read) + asked * request + answered * self.output
        return once / (saved * self.read) if saved > 0 else math.inf


def dragged_turns(gains: Sequence[int]) -> float:
    """Turns for which tokens that may go were dragged along so far, on average; the gain of each turn, the oldest first.

    Where nobody knows how long a run goes on, a change that costs as much as waiting has cost so far is never more than twice
    as dear as what one would have done who knew.
    """
    return sum(gain * (len(gains) - place) for place, gain in enumerate(gains)) / max(1, sum(gains))


def changed_tail(before: Sequence[Message], after: Sequence[Message]) -> int:
    """Tokens of the new view from the first message on that is another one."""
    pairs = zip(before, after, strict=False)
    same = next((place for place, (old, new) in enumerate(pairs) if old is not new), min(len(before), len(after)))
    return view_tokens(after[same:])
