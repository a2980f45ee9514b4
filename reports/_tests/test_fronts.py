"""The front, its hypervolume and cost at equal completion, on sweeps small enough to compute by hand."""

from __future__ import annotations

import pytest

from reports.fronts import cost_at, hypervolume, matched_ratio, pareto

CHEAP, MIDDLE, DEAR, BAD = (100, 0.2), (200, 0.6), (400, 0.8), (300, 0.5)


def test_the_front_holds_what_nothing_dominates_by_cost() -> None:
    places = [(5.0, 50.0), (1.0, 20.0), (2.0, 20.0), (9.0, 50.0), (9.0, 90.0), (3.0, 10.0)]
    assert pareto(places) == [(1.0, 20.0), (5.0, 50.0), (9.0, 90.0)]
    assert pareto([DEAR, BAD, MIDDLE, CHEAP]) == [CHEAP, MIDDLE, DEAR]
    assert pareto([]) == []


@pytest.mark.parametrize("better", [(200, 0.5), (300, 0.6), MIDDLE])
def test_a_place_dominates_where_it_is_as_good_in_both_and_better_in_one(better) -> None:
    assert pareto([BAD, better]) == [better]


def test_equal_places_are_one_on_the_front() -> None:
    assert pareto([BAD, BAD]) == [BAD]


def test_the_hypervolume_is_the_mean_of_the_best_completion_for_the_money() -> None:
    # nothing up to 100, 0.2 up to 200, 0.6 up to 400, 0.8 up to 500
    expected = (100 * 0.2 + 200 * 0.6 + 100 * 0.8) / 500
    assert hypervolume([BAD, DEAR, CHEAP, MIDDLE], 500) == pytest.approx(expected)
    assert hypervolume([MIDDLE], 500) == pytest.approx(300 * 0.6 / 500)


def test_a_dominated_place_adds_no_hypervolume_and_a_better_one_adds_some() -> None:
    some = [CHEAP, DEAR]
    assert hypervolume([*some, (450, 0.7), CHEAP], 500) == hypervolume(some, 500)
    assert hypervolume([*some, MIDDLE], 500) > hypervolume(some, 500)


def test_a_hypervolume_lies_from_0_to_1() -> None:
    assert hypervolume([(0, 1.0)], 10) == 1
    assert hypervolume([(0, 0.0)], 10) == hypervolume([], 10) == 0


def test_what_costs_as_much_as_the_reference_or_more_covers_nothing() -> None:
    assert hypervolume([DEAR], 400) == hypervolume([DEAR], 300) == 0
    assert hypervolume([MIDDLE, DEAR], 400) == hypervolume([MIDDLE], 400)


@pytest.mark.parametrize("cost", [0, -1.5])
def test_a_reference_cost_that_spans_no_area_is_refused(cost) -> None:
    with pytest.raises(ValueError, match=f"the reference cost is {cost}; it must be above 0"):
        hypervolume([MIDDLE], cost)


def test_without_two_budgets_there_is_nothing_to_interpolate() -> None:
    assert cost_at([], 0.5) is None
    assert cost_at([(10, 0.9)], 0.5) is None
    assert matched_ratio([(10, 0.9)], (20, 0.9)) is None


def test_a_completion_between_two_budgets_costs_what_lies_between() -> None:
    sweep = [CHEAP, MIDDLE, DEAR]
    assert cost_at(sweep, 0.4) == pytest.approx(150)
    assert cost_at(sweep, 0.6) == 200
    assert cost_at(sweep, 0.7) == pytest.approx(300)


def test_a_budget_that_another_dominates_moves_no_cost_wherever_it_stands() -> None:
    expected = cost_at([CHEAP, MIDDLE], 0.4)
    assert cost_at([CHEAP, BAD, MIDDLE], 0.4) == cost_at([MIDDLE, CHEAP, BAD], 0.4) == expected
    assert cost_at([(30, 0.2), (40, 0.8), (20, 0.6), (10, 0.4)], 0.5) == pytest.approx(15)
    assert cost_at([CHEAP, (150, 0.1), MIDDLE], 0.4) == expected


def test_nothing_is_extrapolated() -> None:
    assert cost_at([CHEAP, DEAR], 0.81) is None
    assert cost_at([CHEAP, DEAR], 0.1) == 100
    assert matched_ratio([CHEAP, DEAR], (20, 0.81)) is None


def test_the_matched_ratio_compares_costs_at_the_others_completion() -> None:
    assert matched_ratio([CHEAP, MIDDLE, DEAR], (300, 0.4)) == pytest.approx(0.5)


def test_a_policy_matched_to_itself_is_one() -> None:
    assert matched_ratio([CHEAP, DEAR], DEAR) == matched_ratio([CHEAP, DEAR], CHEAP) == 1
    assert matched_ratio([DEAR, DEAR], DEAR) == 1


@pytest.mark.parametrize("target", [(20.0, 0.0), (0.0, 0.5)])
def test_nothing_is_matched_to_what_completes_or_costs_nothing(target) -> None:
    assert matched_ratio([CHEAP, DEAR], target) is None
