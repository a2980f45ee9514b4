"""Every policy on every scenario: these runs are the leaderboard that the session ends with, and they must separate.

A policy of your own joins the grid: `pytest evals/ --policy my_policy.py:HalfAndHalf`; the report is in reports/out/evals.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import pytest

from evals.cases import HORIZON, run_of, subject_of
from harness import resolve
from harness.checks import Judgement
from harness.checks.record import reading_of
from harness.metrics import BOOKS
from harness.metrics.cost import cost
from harness.run import Run
from harness.spec import Choice, Spec
from longhaul.choices import choice, pick, seeds
from longhaul.grid import NO_MODEL, Plan
from longhaul.marked import judged_scenarios
from longhaul.names import stem
from longhaul.plugin import ASKED
from longhaul.tiers import AMOUNTS, Tier
from longhaul.trial import Broken, story, tried

BUDGETS: dict[Tier, tuple[float, ...]] = {
    "smoke": (1.0,),
    "pr": (1.0,),
    "nightly": (0.25, 0.5, 1.0, 2.0),
    "release": (0.25, 0.5, 1.0, 2.0),
}


@dataclass(frozen=True)
class Cell:
    """One scenario and one policy, on every kind of tool and seed."""

    scenario: str
    policy: str
    planned: tuple[Spec, ...]

    def __str__(self) -> str:
        return f"{stem(self.scenario)}-{stem(self.policy)}"


def cells(config: pytest.Config) -> Iterator[Cell]:
    """The grid of a session: built-in policies and those of `--policy`, scenarios of `--scenario` or all judged ones."""
    asked = config.stash[ASKED]
    amount = seeds(asked.seeds) if asked.seeds else tuple(range(AMOUNTS[asked.level].seeds))
    policies = dict.fromkeys(
        [*resolve.policy_classes(), *pick([asked.policy] if asked.policy else ["all"], resolve.policy_classes)]
    )
    for scenario in pick([asked.scenario] if asked.scenario else judged_scenarios(), resolve.scenario_names):
        for policy in policies:
            plan = Plan(
                (scenario,), (choice("Policy", policy),), (subject_of(config),), seeds=amount,
                view_budgets=BUDGETS[asked.level], horizon=HORIZON,
            )  # fmt: skip
            yield Cell(scenario, policy, plan.specs())
        plain = Plan((scenario,), orchestrators=(NO_MODEL,), seeds=amount, horizon=HORIZON).specs()
        if plain:
            yield Cell(scenario, "no_model", plain)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each scenario and policy."""
    if "cell" in metafunc.fixturenames:
        metafunc.parametrize("cell", list(cells(metafunc.config)), ids=str)


@lru_cache(maxsize=256)
def judged(spec: Spec) -> tuple[Run, Judgement]:
    """A run and its judgement, done once in this process."""
    return tried(spec)


def test_a_policy_is_ranked_on_valid_runs(cell: Cell) -> None:
    for spec in cell.planned:
        run, judgement = judged(spec)
        if judgement.outcome == "invalid" or run.ending in ("stuck", "watchdog"):
            raise Broken(story(run, judgement))


def completed(policy: str, scenario: str = "rename_api") -> list[bool]:
    """Whether the runs of a policy at the reference completed, seed by seed; no rows of the leaderboard, which has its own."""
    return [run_of(_spec(scenario, policy, seed)).completed for seed in range(3)]


def price(policy: str, scenario: str = "rename_api") -> float:
    """What a policy costs at the reference, seed 0, without a cache; in uncached input tokens."""
    return cost(judged(_spec(scenario, policy, 0))[0], BOOKS[0])


def _spec(scenario: str, policy: str, seed: int) -> Spec:
    if policy == "no_model":
        return Spec(scenario, HORIZON, orchestrator=NO_MODEL, seed=seed)
    return Spec(scenario, HORIZON, policy=Choice("Policy", policy), seed=seed)


@pytest.mark.usefixtures("reference_only")
class TestRenameApi:
    """The rule is stated once, in the first tool result; who forgets it cannot finish, who keeps all pays for it."""

    def test_dropping_everything_fails(self) -> None:
        assert not any(completed("drop_all"))

    def test_keeping_everything_passes(self) -> None:
        assert all(completed("keep_all"))

    @pytest.mark.parametrize("policy", ["summarize", "mask_observations", "truncate_tool_output", "pipeline"])
    def test_a_policy_that_keeps_the_rule_passes_for_less_than_keeping_everything(self, policy: str) -> None:
        assert all(completed(policy))
        assert price(policy) < 0.9 * price("keep_all")

    def test_a_window_that_slides_past_the_rule_fails(self) -> None:
        assert not any(completed("sliding_window"))

    def test_a_plain_program_does_the_work_for_nothing(self) -> None:
        assert all(completed("no_model"))
        assert price("no_model") == 0


@pytest.mark.usefixtures("reference_only")
@pytest.mark.parametrize("scenario", ["pay_invoices", "rename_api"])
def test_pairs_that_the_control_cuts_are_caught_before_the_model_sees_them(scenario: str) -> None:
    run, judgement = judged(_spec(scenario, "summarize_last_four", 0))
    compacted = list(reading_of(run).lines_of("Compacted"))
    assert compacted
    if scenario == "pay_invoices":
        assert any(line.entry.get("repaired", 0) for line in compacted), "it never cut a call from its result"
    assert judgement["transcript_well_formed"].outcome == "pass"
