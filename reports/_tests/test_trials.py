"""pass^k from repeated trials, by hand, and the beta-binomial fit on tasks whose rates are known."""

from __future__ import annotations

import pytest

from fakes.difficulty import MEANS, success_of
from harness.draws import share_of
from harness.spec import Choice, Spec
from reports.trials import Fit, fitted, pass_hat, trials_from, trials_of, without_trial


def test_pass_hat_is_all_of_k_and_not_one_of_k() -> None:
    # four trials each of three tasks: 4, 2 and 0 went right
    tallies = [(4, 4), (4, 2), (4, 0)]
    assert pass_hat(tallies, 1) == pytest.approx(1 / 2)
    assert pass_hat(tallies, 2) == pytest.approx((1 + 1 / 6 + 0) / 3)
    assert pass_hat(tallies, 4) == pytest.approx(1 / 3)


def test_a_task_with_fewer_trials_says_nothing_of_a_larger_k() -> None:
    found = trials_from([(2, 2), (1, 0)])
    assert found.pass_hat == {1: 0.5, 2: 1.0} and found.tasks == {1: 2, 2: 1}
    with pytest.raises(ValueError, match=r"pass\^3 needs a task with at least 3 trials"):
        pass_hat([(2, 2)], 3)


def test_no_trials_no_numbers() -> None:
    found = trials_from([])
    assert (found.pass_hat, found.fit, found.valid, found.planned) == ({}, None, 0, 0)


def test_one_trial_a_task_tells_no_correlation() -> None:
    found = trials_from([(1, 1), (1, 0)])
    assert found.fit == Fit(0.5, None) and found.fitted == {1: 0.5}
    assert Fit(0.5, None).pass_hat(2) is None


def test_tasks_that_are_all_right_or_all_wrong_are_certain() -> None:
    assert trials_from([(4, 4)] * 3).fitted == {1: 1.0, 2: 1.0, 3: 1.0, 4: 1.0}
    assert trials_from([(4, 0)] * 3).fitted == {1: 0.0, 2: 0.0, 3: 0.0, 4: 0.0}


def test_tasks_that_are_all_alike_are_independent_trials() -> None:
    fit = fitted([(10, 5)] * 20)
    assert fit is not None and fit.correlation == pytest.approx(0, abs=1e-3)
    assert fit.pass_hat(2) == pytest.approx(0.25, abs=1e-3)


def test_tasks_that_always_or_never_go_right_are_one_trial_each() -> None:
    fit = fitted([(4, 4)] * 10 + [(4, 0)] * 10)
    assert fit is not None and fit.correlation is not None and fit.correlation > 0.99
    assert fit.pass_hat(4) == pytest.approx(0.5, abs=0.01)


def test_the_prediction_of_a_beta_distribution_by_hand() -> None:
    # mean 1/2 and correlation 1/3 is the uniform distribution: pass^k = 1 / (k + 1)
    assert [Fit(0.5, 1 / 3).pass_hat(k) for k in (1, 2, 3)] == pytest.approx([1 / 2, 1 / 3, 1 / 4])
    assert Fit(0.5, 0.0).pass_hat(3) == pytest.approx(1 / 8)


@pytest.mark.parametrize(
    ("both", "one", "none", "fit"),
    [(265, 470, 265, Fit(0.5, 0.06)), (42, 36, 22, Fit(0.6, 0.25)), (82, 6, 12, Fit(0.85, 0.764706))],
)
def test_the_fit_of_two_trials_a_task_by_hand(both: int, one: int, none: int, fit: Fit) -> None:
    # the share of tasks with two of two is m^2 + r m (1 - m), with none (1 - m)^2 + r m (1 - m): two equations for m and r
    found = fitted([(2, 2)] * both + [(2, 1)] * one + [(2, 0)] * none)
    assert found is not None and found.correlation is not None and fit.correlation is not None
    assert (found.mean, found.correlation) == pytest.approx((fit.mean, fit.correlation), abs=1e-4)


def test_where_trials_of_a_task_tell_the_same_a_task_with_many_weighs_no_more() -> None:
    # ten tasks right at their one trial, ten wrong at all of ten: half of the tasks, and not 10 of 110 trials
    found = fitted([(1, 1)] * 10 + [(10, 0)] * 10)
    assert found is not None and found.mean == pytest.approx(0.5, abs=0.02)


def test_the_published_correlation_is_found_again() -> None:
    tallies = []
    for task in range(400):
        rate = success_of(f"task {task}", 2)
        tallies.append((8, sum(share_of(f"{task}/{trial}") < rate for trial in range(8))))
    fit = fitted(tallies)
    assert fit is not None and fit.correlation == pytest.approx(0.53, abs=0.06)
    assert fit.mean == pytest.approx(MEANS[2], abs=0.05)
    assert fit.pass_hat(4) == pytest.approx(pass_hat(tallies, 4), abs=0.02)
    assert pass_hat(tallies, 4) > fit.mean**4 + 0.1


def row(trial: int, completed: bool | None, verdict: str = "pass", seed: int = 0) -> dict:
    model = Choice("Model", "mid", (("trial", trial),) if trial else ())
    return {"spec": repr(Spec("rename_api", seed=seed, model=model)), "verdict": verdict, "completed": completed}


def test_trials_of_one_task_are_told_from_those_of_another() -> None:
    rows = [row(0, True), row(1, True), row(2, False), row(0, False, seed=1), row(1, False, seed=1)]
    found = trials_of(rows)
    assert found.tasks == {1: 2, 2: 2, 3: 1} and found.pass_hat[2] == pytest.approx((1 / 3 + 0) / 2)


def test_invalid_and_missing_trials_are_planned_and_not_valid() -> None:
    rows = [row(0, True), row(1, None, "invalid"), row(2, None)]
    found = trials_of(rows, missing=[row(3, None)["spec"]])
    assert (found.valid, found.planned, found.pass_hat) == (1, 3, {1: 1.0})


def test_a_spec_loses_its_trial_and_nothing_else() -> None:
    model = Choice("Model", "mid", (("latency_ms", 5), ("trial", 3)))
    assert without_trial(Spec("rename_api", model=model)).model == Choice("Model", "mid", (("latency_ms", 5),))


def test_a_tally_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="5 successes in 4 trials"):
        trials_from([(4, 5)])
