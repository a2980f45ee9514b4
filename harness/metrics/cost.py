"""What a run costs under several price books, because prompt caching reverses rankings.

Unit: the price of one uncached input token. Cost = read x cached + write x (input - cached) + output x output tokens, over
every request but refused ones, the policy's own included. Defaults: output 5; cache prices as published by the vendors
(reads 0.1, writes 1.25 for five minutes or 2 for an hour; others write for free).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from harness.metrics.metric import Metric
from harness.metrics.tokens import tokens_cached, tokens_input, tokens_output

if TYPE_CHECKING:
    from harness.run import Run


@dataclass(frozen=True)
class Prices:
    """A price book, in prices of one uncached input token: cached input read, other input written, output."""

    name: str
    read: float = 1.0
    write: float = 1.0
    output: float = 5.0

    def of(self, input: int, cached: int, output: int) -> float:
        """The cost of so many tokens; `cached` is a part of `input`."""
        return self.read * cached + self.write * (input - cached) + self.output * output

    @property
    def column(self) -> str:
        """The name of its column in the table of runs."""
        return f"cost_{self.name}"


BOOKS: tuple[Prices, ...] = (
    Prices("none"),
    Prices("read40", read=0.4),
    Prices("read10", read=0.1),
    Prices("read10_write125", read=0.1, write=1.25),
    Prices("read10_write200", read=0.1, write=2.0),
)
"""No cache; reads at 0.4; reads at 0.1; and with paid writes, kept for five minutes or for an hour."""


def cost(run: Run, prices: Prices) -> float:
    """The cost of a run under a price book."""
    return prices.of(tokens_input(run), tokens_cached(run), tokens_output(run))


def _metric(prices: Prices) -> Metric:
    function = partial(cost, prices=prices)
    function.__doc__ = (
        f"Cost in uncached input tokens: {prices.read:g} x cached + {prices.write:g} x other input + "
        f"{prices.output:g} x output, the policy's own calls included, requests refused by the vendor not."
    )
    return Metric(prices.column, "input tokens", "lower", function)


COSTS: tuple[Metric, ...] = tuple(_metric(prices) for prices in BOOKS)
"""One metric for each price book."""
