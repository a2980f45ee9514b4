"""When a compaction pays for the cache that it breaks, and the policies that wait for that."""

from __future__ import annotations

import math
from functools import lru_cache

import pytest

from harness.metrics import BOOKS
from harness.metrics.cost import cost
from harness.policies._tests.made import asked_for, contents, read, view_of
from harness.policies.caching import CachePrices, changed_tail
from harness.policies.mask_cache_aware import MaskCacheAware
from harness.policies.summarize_cache_aware import SummarizeCacheAware
from harness.run import execute
from harness.spec import Choice, Spec

NO_CACHE, READ40 = CachePrices(1.0, 1.0), CachePrices(0.4, 1.0, 5.1)
OPENAI, ANTHROPIC = CachePrices(0.1, 1.0, 8.0), CachePrices(0.1, 1.25)


@pytest.mark.parametrize(("prices", "turns"), [(NO_CACHE, 1.29), (READ40, 1.74), (OPENAI, 4.65), (ANTHROPIC, 4.38)])
def test_a_summary_of_100k_tokens_in_15k_pays_after_the_turns_computed_for_the_project(
    prices: CachePrices, turns: float
):
    """Facts of the calibration: the break-even in turns by price book, 2,000 tokens being put out."""
    assert prices.breakeven_turns(85_000, 15_000, 100_000, 2_000) == pytest.approx(turns, abs=0.01)


@pytest.mark.parametrize(
    ("prices", "tokens"), [(NO_CACHE, 0), (READ40, 13_500), (OPENAI, 81_000), (ANTHROPIC, 103_500)]
)
def test_a_mask_that_rolls_each_turn_needs_so_many_masked_tokens(prices: CachePrices, tokens: int):
    """The same for a mask with 10 results of 900 tokens behind it: what it must save to pay within the turn."""
    assert prices.breakeven_turns(tokens or 1, 9_000) == pytest.approx(1 if tokens else 0)


def test_a_change_that_saves_nothing_never_pays():
    assert ANTHROPIC.breakeven_turns(0, 100) == math.inf


def test_behind_the_first_other_message_everything_is_written_again():
    view = view_of(read("a"), read("b"))
    assert changed_tail(view, view) == 0
    assert changed_tail(view, (*view[:3], view[4])) == 125


def test_a_batch_waits_until_dragging_it_costs_as_much_as_breaking_the_cache():
    few, many = (view_of(*(read(f"f{number}") for number in range(count))) for count in (6, 24))
    assert MaskCacheAware(keep=4)(few, 10_000) is few
    assert sum(text.startswith("[result of ") for text in contents(MaskCacheAware(keep=4)(many, 10_000))) == 20


def test_without_a_cache_there_is_nothing_to_wait_for():
    few = view_of(*(read(f"f{number}") for number in range(6)))
    assert MaskCacheAware(keep=4, read=1.0, write=1.0)(few, 10_000) is not few


def test_a_full_view_is_masked_whatever_that_costs():
    few = view_of(*(read(f"f{number}") for number in range(6)))
    assert MaskCacheAware(keep=4)(few, few.weight) is not few


def test_no_batch_is_masked_that_will_not_pay_in_the_turns_that_are_left():
    many = view_of(*(read(f"f{number}") for number in range(24)))
    assert MaskCacheAware(keep=4, turns=1)(many, 10_000) is many


def test_a_request_for_a_summary_that_goes_without_tools_is_paid_for_in_full():
    billed = CachePrices(0.1, 1.25, request=1.25)
    assert billed.breakeven_turns(85_000, 15_000, 100_000, 2_000) == pytest.approx(17.9, abs=0.05)


def test_a_summary_is_asked_for_once_it_pays_and_in_any_case_when_the_view_is_full():
    few, many = (view_of(*(read(f"f{number}") for number in range(count))) for count in (12, 60))
    assert len(asked_for(SummarizeCacheAware(), many, 1_000_000)) == 1
    assert asked_for(SummarizeCacheAware(), few, 1_000_000) == []
    assert asked_for(SummarizeCacheAware(turns=14), many, 1_000_000) == []
    assert len(asked_for(SummarizeCacheAware(turns=14), many, many.weight)) == 1


def costs(policy: str, horizon: int = 100) -> dict[str, float]:
    """The cost of a job by price book."""
    run = execute(Spec("rename_api", horizon=horizon, policy=Choice("Policy", policy), view_budget=0.5))
    assert run.completed
    return {book.name: cost(run, book) for book in BOOKS}


def test_a_rolling_mask_is_cheapest_without_a_cache_and_dearest_with_one():
    rolling, batches, aware = (
        costs(f"mask_{name}") for name in ("observations_rolling", "observations", "cache_aware")
    )
    assert rolling["none"] < batches["none"]
    assert rolling["read10_write125"] > 1.5 * batches["read10_write125"] > 1.5 * aware["read10_write125"]


@lru_cache
def bill(family: str, policy: str) -> float:
    """The cost with paid writes of two long runs of a family, on seeds that no policy was made on."""
    book = next(book for book in BOOKS if book.name == "read10_write125")
    specs = (
        Spec(family, horizon=100, seed=seed, policy=Choice("Policy", policy), view_budget=0.5) for seed in (731, 732)
    )
    return sum(cost(execute(spec), book) for spec in specs)


def test_minding_the_cache_makes_summaries_cheaper_in_long_runs_but_not_where_pages_are_looked_up_again():
    """A threshold alone lets the view grow with the budget, and drags more along than a summary would cost."""
    families = ("triage_tickets", "assemble_release", "book_trip", "answer_from_manual")
    cheaper = [family for family in families if bill(family, "summarize_cache_aware") <= bill(family, "summarize")]
    assert cheaper == ["triage_tickets", "assemble_release", "book_trip"]
