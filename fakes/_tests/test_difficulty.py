"""Hard tasks stay hard at every trial, so that k trials in a row succeed far more often than independent ones would."""

from __future__ import annotations

from statistics import fmean

import pytest

from fakes.difficulty import MEANS, success_of

PUBLISHED = 0.53
"""Of two trials of one task, fitted to tau-bench; the number itself, so that another one in the product is noticed."""

TASKS = [success_of(f"task {number}", 2) for number in range(4_000)]


def test_without_difficulty_everything_goes_right() -> None:
    assert {success_of(f"task {number}", 0) for number in range(50)} == {1.0}


@pytest.mark.parametrize("difficulty", [1, 2, 3, 4])
def test_the_mean_over_tasks_is_that_of_the_difficulty(difficulty: int) -> None:
    found = fmean(success_of(f"task {number}", difficulty) for number in range(4_000))
    assert found == pytest.approx(MEANS[difficulty], abs=0.02)


def test_two_trials_of_a_task_are_correlated_as_published() -> None:
    mean = fmean(TASKS)
    variance = fmean((one - mean) ** 2 for one in TASKS)
    assert variance / (mean * (1 - mean)) == pytest.approx(PUBLISHED, abs=0.03)


def test_four_in_a_row_are_far_more_likely_than_by_chance() -> None:
    four = fmean(one**4 for one in TASKS)
    a, b = (share * (1 - PUBLISHED) / PUBLISHED for share in (MEANS[2], 1 - MEANS[2]))
    expected = 1.0
    for k in range(4):
        expected *= (a + k) / (a + b + k)
    assert four == pytest.approx(expected, abs=0.02)
    assert four > 2 * MEANS[2] ** 4
