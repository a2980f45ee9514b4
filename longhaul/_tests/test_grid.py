"""A plan is all that decides a grid: its specs, its folder, and what is said of it before anything runs."""

from __future__ import annotations

import os
import signal
from dataclasses import replace

import pytest

from harness._tests.small import HERE, small
from harness.errors import UsageError
from harness.spec import Choice, Spec
from longhaul.grid import NO_MODEL, Plan, name_of, run_grid
from longhaul.planning import SEVERAL, arguments_of, plan_of

SMALL = f"{HERE / 'small.py'}:PAYING"
KEEP = Choice("Policy", f"{HERE / 'small.py'}:KeepAll")
PLAN = Plan((SMALL,), (KEEP,), seeds=(0, 1), horizon=4)


def test_a_grid_is_the_product_of_its_parts() -> None:
    specs = PLAN.specs()
    assert len(specs) == 3 * 2
    assert {(spec.kind, spec.seed) for spec in specs} == {
        (kind, seed) for kind in ("deduplicating", "queryable", "blind") for seed in (0, 1)
    }
    assert len(replace(PLAN, kinds=("blind",), view_budgets=(0.5, 1.0, 8000)).specs()) == 2 * 3


def test_spare_tools_are_in_every_spec_of_a_grid_and_in_its_name() -> None:
    more = replace(PLAN, spare_tools=15)
    assert {spec.spare_tools for spec in more.specs()} == {15}
    assert name_of(more.specs()) != name_of(PLAN.specs())


def test_an_option_of_spare_tools_is_said_to_a_base_only_where_there_are_any() -> None:
    options = {**dict.fromkeys(SEVERAL, ()), "seeds": "2", "horizon": 4, "trajectories": "", "setting": "sim"}
    plain, more = (arguments_of({**options, "spare_tools": count}) for count in (0, 15))
    assert plain == ["--seeds", "2", "--horizon", "4", "--setting", "sim"]
    assert more == ["--seeds", "2", "--horizon", "4", "--spare-tools", "15", "--setting", "sim"]
    assert plan_of({**options, "scenario": ("pay_invoices",), "spare_tools": 15}).spare_tools == 15


def test_equal_plans_have_equal_names_and_others_others() -> None:
    assert name_of(PLAN.specs()) == name_of(replace(PLAN).specs())
    assert name_of(PLAN.specs()) != name_of(replace(PLAN, horizon=5).specs())


def test_the_row_without_a_model_is_there_where_there_is_a_plain_program() -> None:
    assert [spec for spec in replace(PLAN, control=True).specs() if spec.orchestrator == NO_MODEL] == []
    plan = Plan(("pay_invoices",), seeds=(0, 1), kinds=("blind",), horizon=4, control=True)
    assert [spec.seed for spec in plan.specs() if spec.orchestrator == NO_MODEL] == [0, 1]


def test_every_problem_is_said_once_before_anything_runs() -> None:
    bad = (Choice("Policy", "keep_al"), Choice("Policy", "nobody.py:X"), KEEP)
    with pytest.raises(UsageError) as caught:
        replace(PLAN, policies=bad, orchestrators=(Choice("Orchestrator", "referense"),)).specs()
    problems = str(caught.value).splitlines()
    assert len(problems) == len(set(problems)) == 3


def test_an_input_is_pinned_by_its_digest() -> None:
    specs = Plan(("rename_api",), inputs=("stdlib:email",), horizon=4).specs()
    assert all(spec.input_digest for spec in specs)


def test_a_grid_is_run_and_counted() -> None:
    seen: list[tuple[str, str]] = []
    specs = (*PLAN.specs(), small("naive", scenario="ENDLESS"))
    tally = run_grid(specs, lambda run, judgement, repeat: seen.append((run.spec.kind, judgement.outcome)))
    assert (tally.planned, tally.done, tally.failed, tally.invalid, tally.interrupted) == (7, 7, 1, 0, False)
    assert len(seen) == 7


def test_repeats_come_in_rounds_and_are_numbered() -> None:
    seen: list[tuple[Spec, int]] = []
    specs = PLAN.specs()[:2]
    tally = run_grid(specs, lambda run, judgement, repeat: seen.append((run.spec, repeat)), repeats=2)
    assert (tally.planned, tally.done) == (4, 4)
    assert seen == [(specs[0], 1), (specs[1], 1), (specs[0], 2), (specs[1], 2)]
    assert name_of(specs) != name_of(specs, 2) != name_of(specs, 3)


def test_ctrl_c_ends_a_grid_after_the_run_at_hand() -> None:
    seen: list[Spec] = []

    def press(run: object, judgement: object, repeat: int) -> None:
        seen.append(run.spec)  # type: ignore[attr-defined]
        if len(seen) == 2:
            os.kill(os.getpid(), signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    tally = run_grid(PLAN.specs(), press)
    assert (tally.done, tally.interrupted) == (2, True)
    assert signal.getsignal(signal.SIGINT) is before


def test_a_second_ctrl_c_does_not_wait() -> None:
    def press_twice(run: object, judgement: object, repeat: int) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        run_grid(PLAN.specs(), press_twice)
