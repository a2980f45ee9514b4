"""Seeds of the swarm: under fire nothing forbidden happens, and when all faults have healed the run must converge.

A seed draws its own mix of crashes and faults. A plan of which a strike never came about says nothing; how many those were
is told at the end of the session, with what the tier left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import pytest

from evals.cases import subject_of
from evals.left_out import CRASHES, PLANS, VALID, Record, recorded
from evals.left_out import told as told_left
from evals.swarm_cases import BASES, Chunk, chunks
from harness.checks import Judgement
from harness.run import Run
from harness.spec import Orchestrator, Spec
from harness.swarm import demands, worsened
from longhaul.lines import wrapped
from longhaul.names import short_name
from longhaul.plugin import ASKED
from longhaul.search.hunting import found_at, planned
from longhaul.tiers import AMOUNTS, Tier
from longhaul.trial import Broken, repro, story, tried

INVALID_MOST = 0.05
"""The share of plans that may say nothing about the reference."""

WORSENED_INVALID_MOST = 0.2
"""The same share of worsened plans: the wait in which somebody dies may never come."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each base and chunk of seeds."""
    if "chunk" in metafunc.fixturenames:
        found = chunks(subject_of(metafunc.config), metafunc.config.stash[ASKED].level)
        metafunc.parametrize("chunk", found, ids=str)


@dataclass
class Outcome:
    """What plans came to: how many, how many of them say something, and which failed."""

    planned: int = 0
    valid: int = 0
    failed: list[tuple[Run, Judgement]] = field(default_factory=list)


def outcome_of(plans: Iterable[Spec]) -> Outcome:
    """Run and judge every plan by what it owes."""
    came = Outcome()
    for plan in plans:
        run, judgement = tried(plan, demands(plan))
        came.planned += 1
        came.valid += judgement.outcome != "invalid"
        assert not any(verdict.harness_error for verdict in judgement.verdicts), story(run, judgement)
        if judgement.outcome == "fail":
            came.failed.append((run, judgement))
    return came


def told(came: Outcome) -> str:
    """The first failing plan whole and shrunk, and the others by their specs."""
    (run, judgement), *others = came.failed
    found = found_at(run.spec, judgement.failed[0])
    return "\n".join([
        f"{len(came.failed)} of {came.planned} plans broke; the first:",
        story(run, judgement),
        f"shrunk from {len(found.plan.strikes)} strikes to {len(found.small.strikes)}:",
        wrapped(f"{found.check}: {found.witness}"),
        repro(found.small),
        *(["the next ones:"] if others else []),
        *(f"{run.spec!r}: {said.violated}" for run, said in others[:4]),
    ])  # fmt: skip


def test_nothing_forbidden_happens_under_fire_and_all_converges_when_it_heals(
    chunk: Chunk, record_property: Record
) -> None:
    came = outcome_of(planned(chunk.base, chunk.seeds))
    record_property(PLANS, came.planned)
    record_property(VALID, came.valid)
    if came.failed:
        raise Broken(told(came))


@pytest.mark.usefixtures("reference_only")
@pytest.mark.parametrize("base", BASES, ids=short_name)
def test_nearly_every_plan_says_something(base: Spec) -> None:
    came = outcome_of(planned(base, range(60)))
    assert came.valid >= came.planned * (1 - INVALID_MOST), f"{came.valid} of {came.planned} plans are valid"


@pytest.mark.usefixtures("reference_only")
@pytest.mark.parametrize("base", BASES, ids=short_name)
def test_the_reference_withstands_plans_that_were_worsened(base: Spec) -> None:
    plans = (
        replace(plan, strikes=strikes)
        for seed, plan in enumerate(planned(base, range(AMOUNTS["pr"].swarm)))
        for strikes in worsened(seed, plan.strikes)
    )
    came = outcome_of(plans)
    assert not came.failed, told(came)
    assert came.valid >= came.planned * (1 - WORSENED_INVALID_MOST), f"{came.valid} of {came.planned} plans are valid"


@pytest.mark.parametrize("name", ["naive", "replay"])
def test_a_control_fails_and_its_plan_is_told_shrunk(name: str) -> None:
    base = replace(BASES[-1], orchestrator=Orchestrator(name))
    came = outcome_of(planned(base, range(30)))
    assert came.failed
    text = told(came)
    assert "shrunk from" in text
    assert text.count("longhaul repro") >= 2


def test_a_bigger_tier_runs_all_that_a_smaller_one_runs(tier: Tier) -> None:
    assert AMOUNTS["smoke"].swarm < AMOUNTS["pr"].swarm < AMOUNTS["nightly"].swarm < AMOUNTS["release"].swarm
    run = [(chunk.base, seed) for chunk in chunks(Orchestrator("reference"), tier) for seed in chunk.seeds]
    assert run == [(base, seed) for base in BASES for seed in range(AMOUNTS[tier].swarm)]


def test_what_a_tier_left_out_is_told() -> None:
    class Report:
        when = "call"
        user_properties = ((PLANS, 750), (VALID, 740), ("other", "thing"))

    line = told_left("pr", recorded([Report(), object()]), Orchestrator("reference"))
    assert line == (
        "longhaul: pr tier ran 750 of 200,000 swarm plans (740 valid and 10 invalid); not run: swarm seeds 150..39999"
    )
    assert "5,000 of" in (crashes := told_left("smoke", {CRASHES: 5_000}, Orchestrator("reference")))
    assert "not run: 95% of the crash points; crashes that leave half, all_but_last_byte, all" in crashes
    assert told_left("pr", {}, Orchestrator("reference")) == ""
