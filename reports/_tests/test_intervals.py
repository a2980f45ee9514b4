"""The Wilson interval: known values, its properties for all small counts, and what is refused."""

from __future__ import annotations

import pytest

from reports.intervals import wilson

COUNTS = [(successes, runs) for runs in range(1, 61) for successes in range(runs + 1)]


@pytest.mark.parametrize(
    ("successes", "runs", "low", "high"),
    [(0, 20, 0.0, 0.1611), (10, 20, 0.2993, 0.7007), (20, 20, 0.8389, 1.0), (1, 1, 0.2065, 1.0), (81, 263, 0.2553, 0.3662)],
)  # fmt: skip
def test_known_values(successes, runs, low, high) -> None:
    assert wilson(successes, runs) == pytest.approx((low, high), abs=5e-5)


def test_the_rate_lies_in_its_interval_and_the_interval_among_the_rates() -> None:
    for successes, runs in COUNTS:
        low, high = wilson(successes, runs)
        assert 0 <= low <= successes / runs <= high <= 1
        assert low < high


def test_failures_mirror_successes() -> None:
    for successes, runs in COUNTS:
        low, high = wilson(runs - successes, runs)
        assert wilson(successes, runs) == pytest.approx((1 - high, 1 - low))


def test_more_runs_of_one_rate_say_more() -> None:
    widths = [high - low for low, high in (wilson(runs // 2, runs) for runs in range(2, 400, 2))]
    assert sorted(widths, reverse=True) == widths


def test_more_confidence_is_a_wider_interval() -> None:
    low, high = wilson(7, 20)
    wide = wilson(7, 20, 0.99)
    assert wide[0] < low and high < wide[1]


def test_ends_are_exact_and_no_run_says_nothing() -> None:
    assert all(wilson(0, runs)[0] == 0 and wilson(runs, runs)[1] == 1 for runs in range(1, 500))
    assert wilson(0, 0) == (0, 1)


@pytest.mark.parametrize(
    ("given", "says"),
    [((-1, 5), "successes is -1 of 5 runs; it must be from 0 to 5"), ((6, 5), "successes is 6 of 5 runs"),
     ((1, 0), "successes is 1 of 0 runs"), ((0, -3), "runs is -3"), ((1, 2, 1.0), "confidence is 1.0"),
     ((1, 2, 0.0), "confidence is 0.0"), ((1, 2, float("nan")), "confidence is nan")],
)  # fmt: skip
def test_counts_that_no_series_of_runs_has_are_refused(given, says) -> None:
    with pytest.raises(ValueError, match=says):
        wilson(*given)
