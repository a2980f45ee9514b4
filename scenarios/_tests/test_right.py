"""How much of the work is right: all of it where nothing is wrong, nothing at first, and a part of it in between."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness import resolve
from harness.metrics.health import work_right
from harness.run import execute
from harness.spec import Model, Policy, Spec

NAMES = tuple(name for name in resolve.scenario_names() if name != "recorded")


@pytest.mark.parametrize("name", NAMES)
def test_all_of_it_is_right_where_the_check_has_nothing_to_say_and_nothing_at_first(name: str) -> None:
    run = execute(Spec(name, horizon=12))
    assert run.completed and work_right(run) == 1
    assert run.setup.right is not None and run.setup.right(run.setup.world) == 0


@pytest.mark.parametrize("name", [name for name in NAMES if name != "follow_leads"])  # one answer has no parts
def test_a_part_of_it_is_right_where_something_is_wrong(name: str) -> None:
    task = Spec(name, horizon=60, difficulty=2, policy=Policy("sliding_window"), view_budget=0.5)
    specs = [replace(task, model=Model(model), seed=seed) for model in ("mid", "weak") for seed in range(8)]
    runs = [execute(spec) for spec in specs]
    assert any(0 < (work_right(run) or 0) < 1 for run in runs)
    assert all((work_right(run) == 1) == (not run.wrong) for run in runs)


def test_a_scenario_without_a_measure_says_nothing() -> None:
    assert work_right(execute(Spec("recorded", input="generated", horizon=4))) is None


def test_every_scenario_that_claims_completion_tells_how_much_is_right() -> None:
    built = [execute(Spec(name, horizon=4)).setup for name in resolve.scenario_names()]
    assert {setup.right is not None for setup in built if setup.claims_completion} == {True}
