"""Slopes, spikes and classes of growth, on series whose answer is known."""

from __future__ import annotations

from itertools import accumulate

import pytest

from harness.metrics import tokens
from harness.metrics._tests.made import Made
from harness.metrics.numbers import log_slope, theil_sen


def noise(index: int, size: int) -> int:
    return (index * 7919 % 101) * size // 101


def sawtooth(length: int) -> list[int]:
    return [8_000 + index % 10 * 900 + noise(index, 200) for index in range(length)]


def linear(length: int) -> list[int]:
    return [3_000 + index * 500 + noise(index, 300) for index in range(length)]


def superlinear(length: int) -> list[int]:
    return [int(100 * (index + 2) ** 2) for index in range(length)]


def exponential(length: int) -> list[int]:
    return [int(1_000 * 1.06**index) for index in range(length)]


@pytest.mark.parametrize("length", [24, 60, 150])
@pytest.mark.parametrize(
    ("series", "expected"),
    [(sawtooth, "bounded"), (linear, "linear"), (superlinear, "superlinear"), (exponential, "exponential")],
)
def test_the_class_of_a_synthetic_series(series, expected, length) -> None:
    assert expected == tokens.growth(series(length))


def test_a_constant_series_is_bounded_and_a_short_one_has_no_class() -> None:
    assert tokens.growth([5_000] * 12) == "bounded"
    assert tokens.growth([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]) is None


def doubled(later: int) -> list[int]:
    """Grows by 1,000 in the first of six blocks and by `later` in the last, whose level is twice that of the first."""
    return [later, *[later + 1_000] * 9, *[2 * later + 1_000] * 2]


@pytest.mark.parametrize(
    ("later", "expected"),
    [(1_200, "linear"), (1_250, "superlinear"), (1_660, "superlinear"), (1_700, "exponential")],
)
def test_classes_part_where_growth_goes_with_the_0_3rd_and_the_0_75th_power_of_the_level(later, expected) -> None:
    # gamma = log2(later / 1,000): 0.263, 0.322, 0.731 and 0.766
    assert tokens.growth(doubled(later)) == expected


def test_a_last_third_of_five_quarters_of_the_middle_one_is_not_bounded() -> None:
    assert tokens.growth([3_000] * 4 + [1_000] * 4 + [1_249] * 4) == "bounded"
    assert tokens.growth([3_000] * 4 + [1_000] * 4 + [1_250] * 4) == "linear"


def up_and_down(by: int) -> list[int]:
    """Six times 100 up, and `by` down in between: of 600 added, 600 - 5 x `by` stay."""
    return [10_000 + 100 * ((index + 1) // 2) - by * (index // 2) for index in range(12)]


def test_what_keeps_35_per_cent_of_what_was_added_is_not_bounded() -> None:
    assert tokens.growth(up_and_down(79)) == "bounded"  # 205 of 600 stay
    assert tokens.growth(up_and_down(78)) == "linear"  # 210


def test_a_big_system_prompt_does_not_make_append_only_bounded() -> None:
    assert tokens.growth([40_000 + 100 * index for index in range(40)]) == "linear"


def test_the_exponent_is_one_when_bounded_and_two_when_appending() -> None:
    assert pytest.approx(tokens.exponent([7_000] * 100), abs=0.01) == 1
    assert pytest.approx(tokens.exponent([500 * index for index in range(1, 400)]), abs=0.02) == 2
    assert tokens.exponent([1] * 11) is None


def test_the_exponent_is_that_of_the_last_three_quarters() -> None:
    # sums are t squared from the fourth call of twelve on, and 3 instead of 9 at the third
    later = [11, 13, 15, 17, 19, 21, 23]
    assert tokens.exponent([1, 1, 1, 13, 9, *later]) == pytest.approx(2, abs=1e-6)
    # with 8 instead of 16 at the fourth, by another program
    assert tokens.exponent([1, 1, 1, 5, 17, *later]) == pytest.approx(2.399878, abs=1e-6)


def test_theil_sen_ignores_an_outlier() -> None:
    assert theil_sen([0, 10, 20, 900, 40, 50, 60]) == 10


def test_theil_sen_of_a_long_series_thins_it_out() -> None:
    assert theil_sen([3 * index for index in range(10_001)]) == 3


def test_a_slope_on_equal_levels_is_not_determined() -> None:
    assert log_slope([5, 5, 5], [1, 2, 3]) is None
    assert log_slope([0, 0, 3], [1, 2, 3]) is None


def test_the_token_slope_is_the_median_over_epochs() -> None:
    made = Made()
    for size in (100, 200, 300, 100, 150, 200, 90, 130, 170):
        made.step(size)
    assert tokens.epochs(tokens.inputs(made.run())) == [[100, 200, 300], [100, 150, 200], [90, 130, 170]]
    assert tokens.token_slope(made.run()) == 50


def test_an_epoch_ends_below_four_fifths_of_the_call_before() -> None:
    assert tokens.epochs([1_000, 800, 639, 700, 560]) == [[1_000, 800], [639, 700, 560]]
    assert tokens.epochs([1_000, 799, 640]) == [[1_000], [799, 640]]


def test_no_steps_no_slope() -> None:
    assert tokens.token_slope(Made().step(100).run()) is None
    assert tokens.token_spikes(Made().run()) == 0


def test_a_spike_needs_both_tokens_and_deviations() -> None:
    calm = [1_000 + 100 * index + noise(index, 20) for index in range(20)]
    assert tokens.spikes(calm) == 0
    assert tokens.spikes([*calm, calm[-1] + 1_900]) == 0
    assert tokens.spikes([*calm, calm[-1] + 2_500]) == 1
    assert tokens.spikes([index * index * 400 for index in range(20)]) == 0


def after(differences: list[int]) -> list[int]:
    """The series with these differences."""
    return list(accumulate(differences, initial=1_000))


def test_a_spike_adds_more_than_2_000_tokens() -> None:
    calm = [400, 410] * 10
    assert tokens.spikes(after([*calm, 2_000])) == 0
    assert tokens.spikes(after([*calm, 2_001])) == 1


def test_a_spike_lies_more_than_six_robust_deviations_above_the_median() -> None:
    # median 600, absolute deviation 200: 600 + 6 x 1.4826 x 200 = 2,379.12
    calm = [400, 600] * 10
    assert tokens.spikes(after([*calm, 2_379])) == 0
    assert tokens.spikes(after([*calm, 2_380])) == 1


def test_where_all_steps_are_big_and_alike_none_is_a_spike() -> None:
    assert tokens.spikes(after([3_000] * 9)) == 0
    assert tokens.spikes(after([3_000] * 9 + [3_001])) == 1


def test_the_series_leaves_out_the_policys_own_and_unanswered_requests() -> None:
    made = Made().step(100).step(5_000, tools=0).ask(200).refuse().ask(200).reply(200).ask(300)
    assert tokens.inputs(made.run()) == [100, 200]


def test_a_run_without_any_tool_is_measured_on_its_answers() -> None:
    assert tokens.inputs(Made().step(100, tools=0).step(200, tools=0).run()) == [100, 200]
