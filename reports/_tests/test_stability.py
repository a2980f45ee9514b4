"""The backtest: two halves of the seeds, and how many seeds a difference needs."""

from __future__ import annotations

import json
from statistics import stdev
from typing import Any

import pytest

from reports._tests.test_boards import many, report
from reports.cuts import Cut
from reports.stability import Stability, kendall, seeds_for, stability
from reports.stability_render import stability_plain, stability_text


def backtest(*rows: dict[str, Any]) -> Stability:
    return stability(report(*rows), cut=Cut(profile="perfect", pooled=True))


@pytest.mark.parametrize(
    ("first", "second", "tau"),
    [
        ([1, 2, 3], [1, 2, 3], 1), ([1, 2, 3], [3, 2, 1], -1), ([1, 2, 3, 4], [1, 2, 4, 3], 4 / 6), ([1, 1], [1, 2], None),
        ([], [], None), ([1], [1], None), ([1, 1, 2], [1, 1, 2], 1), ([1, 1, 2], [1, 2, 3], 2 / (2 * 3) ** 0.5),
    ],
)  # fmt: skip
def test_kendalls_tau_with_ties(first, second, tau) -> None:
    assert kendall(first, second) == (None if tau is None else pytest.approx(tau))


def test_seeds_for_a_difference() -> None:
    # (1.960 + 0.842)^2 = 7.849
    assert seeds_for(1.0, 1.0) == 8
    assert seeds_for(0.5, 0.1) == 197
    assert seeds_for(0.5, -0.1) == 197
    assert seeds_for(0.0, 0.1) == 2
    assert seeds_for(1.0, 0.0) is None


def test_one_seed_and_one_policy_say_nothing() -> None:
    one = backtest({"policy": "a"}, {"policy": "b", "completed": False})
    assert (one.tau, one.for_completion) == (None, {})
    assert "One seed says nothing of others" in one.sentence
    alone = backtest(*many("a"), *many("keep_all", 0.5))
    assert alone.sentence == "Fewer than two rows beside the controls: there is no order to test."


def test_halves_that_rank_alike() -> None:
    found = backtest(*many("a"), *many("b", tokens_input=2_000), *many("c", tokens_input=3_000), *many("drop_all", 0))
    assert (found.tau, found.rows, found.seeds) == (1, 3, 12)
    assert found.sentence == "Even and odd seeds rank alike: Kendall's tau is 1.00 for 3 rows."
    assert "Of 3 pairs that both halves decide, 3 are decided alike.\n" in stability_text(found)


def test_halves_that_rank_in_opposite_order_are_told() -> None:
    odd = [{"policy": policy, "seed": seed, "completed": seed % 2 == place} for seed in range(12) for place, policy in
           enumerate(("even", "odd"))]  # fmt: skip
    found = backtest(*odd)
    assert (found.tau, found.tau_values) == (-1, -1)
    assert "Even and odd seeds do not rank alike (that is 0.8 or more): Kendall's tau is -1.00" in found.sentence
    assert (found.agreed, found.decided) == (0, 1)


def test_a_half_of_ties_only_has_no_order() -> None:
    found = backtest(*many("a"), *many("b"))
    assert found.tau is None and "more seeds are needed" in found.sentence


def test_seeds_needed_come_from_the_paired_spread() -> None:
    found = backtest(*many("a"), *many("b", 0.75, tokens_input=2_000))
    spread = stdev([0] * 9 + [1] * 3)
    assert found.for_completion == {size: seeds_for(spread, size) for size in (0.05, 0.1, 0.2)}
    (pair,) = found.neighbours
    assert (pair.first.policy, pair.completion, pair.seeds_by_completion) == ("a", 0.25, seeds_for(spread, 0.25))
    # 1,500 against 2,500 / 0.75 for a success; a seed's part is 1 of that where b failed and -1/3 where it did not
    assert pair.cost == pytest.approx(-0.55)
    assert pair.seeds_by_cost == seeds_for(stdev([1 / 3] * 9 + [-1] * 3), -0.55) == 10


def test_a_pair_that_the_board_ties_though_the_seeds_are_there_is_marked_because_families_disagree() -> None:
    """In one family a is better at every seed, in the other b is: no number of seeds tells who is better elsewhere."""
    runs = [
        row | {"scenario": scenario, "tokens_input": 100_000 if (row["policy"] == "a") == (scenario == "s") else 100}
        for scenario in ("s", "t") for policy in ("a", "b") for row in many(policy)
    ]  # fmt: skip
    found = backtest(*(row | {"tokens_input": row["tokens_input"] + 9 * (row["policy"] == "b")} for row in runs))
    (pair,) = found.neighbours
    assert pair.tied and pair.seeds_by_cost is not None and pair.seeds_by_cost <= found.seeds
    assert "\n ~" in stability_text(found) and "~: tied all the same" in stability_text(found)


def test_the_backtest_in_words_and_as_data() -> None:
    found = backtest(*many("a"), *many("b" * 60, 0.75, tokens_input=2_000))
    text = stability_text(found)
    assert text == stability_text(backtest(*many("a"), *many("b" * 60, 0.75, tokens_input=2_000)))
    assert text.startswith("stability, profile perfect: 12 seeds, 2 rows, price book none\n")
    assert max(map(len, text.splitlines())) <= 100
    plain = json.loads(json.dumps(stability_plain(found), allow_nan=False))
    assert plain["sentence"] == found.sentence


@pytest.mark.parametrize("completed", [None, True])
def test_runs_that_never_finished_count_as_not_completed_like_on_the_board(completed: bool | None) -> None:
    hung = {"completed": completed, "verdict": "invalid", "ending": "watchdog", "reason": "no end after 60 seconds"}
    hangs = [row | (hung if row["seed"] >= 9 else {}) for row in many("hangs")]
    failed = many("hangs", 0.75)
    (pair,) = backtest(*many("a"), *hangs).neighbours
    (other,) = backtest(*many("a"), *failed).neighbours
    assert (pair.first.policy, pair.completion) == ("a", 0.25) and pair == other
    alone = backtest(*many("a"), *({**row, **hung} for row in many("hangs")))
    assert (alone.seeds, alone.neighbours[0].completion, alone.neighbours[0].seeds_by_completion) == (12, 1, 2)
