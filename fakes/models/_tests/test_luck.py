"""What is hard in a task is hard again when it is tried again, and how hard it is does not depend on the trial."""

from __future__ import annotations

from statistics import fmean

import pytest

from fakes.difficulty import CORRELATION
from fakes.models.luck import SHARED, Luck

TASKS, THINGS = 2_000, 20


def right(task: int, trial: int, p: float) -> bool:
    """Whether a task of twenty steps goes right of which each goes right with probability `p`."""
    luck = Luck("job", task, trial)
    return all(luck.uses(p, f"item {thing}", "fact", 0) for thing in range(THINGS))


def correlation(one: list[bool], other: list[bool]) -> float:
    means = fmean(one), fmean(other)
    both = fmean(a and b for a, b in zip(one, other, strict=True))
    return (both - means[0] * means[1]) / (means[0] * (1 - means[0]))


def test_a_better_context_never_loses_a_fact_that_a_worse_one_kept() -> None:
    for item in range(200):
        kept = [p for p in (0.1, 0.3, 0.5, 0.7, 0.9, 1.0) if Luck("job", 1, item % 3).uses(p, f"i{item}", "fact", 0)]
        assert kept == sorted(kept)
        assert kept[-1] == 1.0


@pytest.mark.parametrize("trial", [0, 3])
def test_the_share_of_facts_that_is_used_is_the_same_at_every_trial(trial: int) -> None:
    assert fmean(Luck("job", 1, trial).uses(0.3, f"i{item}", "fact", 0) for item in range(2_000)) == pytest.approx(
        0.3, abs=0.04
    )


def test_most_of_what_happens_at_one_trial_happens_at_the_next_and_some_of_it_does_not() -> None:
    same = [Luck("job", 1, 1)(number) == Luck("job", 1, 2)(number) == Luck("job", 1)(number) for number in range(2_000)]
    assert fmean(same) == pytest.approx(SHARED, abs=0.04)
    assert all(Luck("job", 1, 1).of_trial(number) != Luck("job", 1).of_trial(number) for number in range(50))


def test_runs_that_fail_by_many_small_chances_are_correlated_over_trials_as_published() -> None:
    trials = [[right(task, trial, 0.75 ** (1 / THINGS)) for task in range(TASKS)] for trial in (0, 1, 2)]
    assert fmean(trials[0]) == pytest.approx(0.75, abs=0.03)
    for one, other in ((0, 1), (0, 2), (1, 2)):
        assert correlation(trials[one], trials[other]) == pytest.approx(CORRELATION, abs=0.07)


def test_tasks_have_nothing_in_common() -> None:
    assert Luck("job", 1, 2)("a") == Luck("job", 1, 2)("a") != Luck("job", 2, 2)("a")
    assert abs(correlation(*([right(task + shift, 0, 0.97) for task in range(TASKS)] for shift in (0, 1)))) < 0.07


def test_luck_at_one_job_says_nothing_of_luck_at_another() -> None:
    jobs = ["triage", "release"]
    draws = [[Luck(job, seed)("part 0", "slip", 0) < 0.5 for seed in range(TASKS)] for job in jobs]
    assert abs(correlation(*draws)) < 0.07


def test_luck_is_the_same_in_every_process() -> None:
    assert Luck("job", 1, 2)("a", 2) == 0.024077955808463967
    assert Luck("job", 1, 2).of_trial("a", 2) == 0.9424914510864398
