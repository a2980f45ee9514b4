"""Tasks tried again must go as those of real agents do: what went wrong once mostly goes wrong again.

Published (tau-bench, MIT): two trials of one task are correlated by about 0.53, so pass^4 lies far above p^4. Chance alone
would give 0. Whole runs, four trials a task, in virtual time (nightly).
"""

from __future__ import annotations

from dataclasses import replace
from math import comb
from statistics import fmean

import pytest

from harness.run import execute
from harness.spec import Model, Spec
from longhaul.tiers import Tier

FAMILIES = ("triage_tickets", "assemble_release", "answer_from_manual", "book_trip")
TASKS, TRIALS = range(200, 260), 4
PUBLISHED = 0.53
"""The number itself, so that another one in the product is noticed."""


@pytest.fixture(autouse=True)
def _only_nightly(tier: Tier) -> None:
    if tier not in ("nightly", "release"):
        pytest.skip("240 tasks are tried four times in the nightly tier")


def rights(spec: Spec, profile: str) -> int:
    """How many trials of a task went right."""
    trials = [Model(profile), *(Model(profile, trial=number) for number in range(1, TRIALS))]
    return sum(execute(replace(spec, model=model)).completed for model in trials)


@pytest.mark.parametrize("profile", ["strong-2026", "mid"])
@pytest.mark.parametrize("difficulty", [0, 2])
def test_trials_of_a_task_are_correlated_as_published(profile: str, difficulty: int) -> None:
    tasks = [
        Spec(family, horizon=40, difficulty=difficulty, view_budget=2.0, seed=seed)
        for family in FAMILIES
        for seed in TASKS
    ]
    found = [rights(task, profile) for task in tasks]
    mean = fmean(right / TRIALS for right in found)
    both = fmean(comb(right, 2) / comb(TRIALS, 2) for right in found)
    assert (both - mean**2) / (mean * (1 - mean)) == pytest.approx(PUBLISHED, abs=0.15)
