"""A seed means the same strikes everywhere, each seed its own mix of them, and nearly every strike comes about."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from harness.catalogue.faults import HAZARDS, hazard_of, touched
from harness.checks import CHECKS, SAFETY, converges, effect_once, judge
from harness.faults import (
    ContextOverflow,
    CrashAfter,
    CrashBefore,
    EmptyResult,
    Hang,
    QuotaExceeded,
    RateLimit,
    Strike,
    ToolGone,
    TornAppend,
    check_sites,
    check_strike,
)
from harness.run import execute
from harness.spec import Spec
from harness.swarm import STRIKES_MOST, Ground, Target, demands, ground_of, swarm, worsened
from harness.types import Setup

ROOT = Path(__file__).parents[2]
BASES = (
    Spec("rename_api", horizon=8),
    Spec("pay_invoices", horizon=8),
    Spec("pay_invoices", horizon=8, kind="queryable"),
    Spec("pay_invoices", horizon=8, kind="blind"),
)
SEEDS = range(400)
PAY = Spec("pay_invoices", horizon=4, heal=True)
DIES = Strike("tool:list_invoices", 1, CrashAfter())
PAYING_GONE, LISTING_GONE = Strike("boot", 2, ToolGone()), Strike("boot", 2, ToolGone("list_invoices"))
SHOWN = """
from harness.run import execute
from harness.spec import Spec
from harness.swarm import ground_of, swarm
ground = ground_of(execute(Spec("pay_invoices", horizon=8, kind="queryable")))
print([swarm(seed, ground) for seed in range(20)])
"""


@lru_cache
def setup(base: Spec) -> Setup:
    return execute(base).setup


@lru_cache
def ground(base: Spec) -> Ground:
    return ground_of(execute(base))


def plans(base: Spec) -> list[Spec]:
    return [replace(base, strikes=swarm(seed, ground(base)), heal=True) for seed in SEEDS]


def every_strike() -> list[tuple[Spec, Strike]]:
    return [(plan, strike) for base in BASES for plan in plans(base) for strike in plan.strikes]


def test_a_seed_means_the_same_strikes_in_another_process_with_other_hashes() -> None:
    environment = {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "7"}
    done = subprocess.run([sys.executable, "-c", SHOWN], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == repr([swarm(seed, ground(BASES[2])) for seed in range(20)])


def test_seeds_differ_and_each_leaves_most_kinds_of_faults_out() -> None:
    drawn = [swarm(seed, ground(BASES[0])) for seed in SEEDS]
    assert len(set(drawn)) > len(drawn) * 0.95
    kinds = {type(strike.fault) for strikes in drawn for strike in strikes}
    assert max(len({type(strike.fault) for strike in strikes}) for strikes in drawn) < len(kinds) / 4


@pytest.mark.parametrize("base", BASES, ids=lambda base: f"{base.scenario}-{base.kind}")
def test_every_strike_is_one_that_a_spec_may_hold(base: Spec) -> None:
    for plan in plans(base):
        assert plan.strikes
        assert len(set(plan.strikes)) == len(plan.strikes)
        check_sites(plan, setup(base))
        for strike in plan.strikes:
            check_strike(strike)


def test_most_bounds_the_strikes_but_for_the_trouble_that_they_need() -> None:
    alone = [swarm(seed, ground(BASES[0]), most=1) for seed in SEEDS]
    assert {len(strikes) for strikes in alone} == {1, 2}
    assert all(
        second.recovery or second.site in ("boot", "sleep")
        for _, second in (strikes for strikes in alone if len(strikes) == 2)
    )
    assert max(len(plan.strikes) for plan in plans(BASES[0])) <= 2 * STRIKES_MOST


def test_what_needs_a_death_comes_with_one() -> None:
    for base in BASES:
        for plan in plans(base):
            if any(strike.recovery or strike.site == "boot" for strike in plan.strikes):
                deaths = [one for one in plan.strikes if isinstance(one.fault, CrashBefore | CrashAfter | TornAppend)]
                assert any(not death.recovery for death in deaths), plan


def test_over_the_seeds_every_mode_and_every_fault_of_the_ground_occurs() -> None:
    struck = every_strike()
    assert {strike.times for _, strike in struck} == {1, 2, None}
    assert {strike.recovery for _, strike in struck} == {True, False}
    assert {"boot", "sleep", "human", "query:pay_invoice"} <= {strike.site for _, strike in struck}
    crashes = {(type(strike.fault), getattr(strike.fault, "survive", "")) for _, strike in struck}
    assert crashes >= {(CrashBefore, "none"), (TornAppend, ""), (CrashAfter, "reordered"), (CrashAfter, "bit_flip")}
    drawn = Counter(_hazard(plan, strike) for plan, strike in struck)
    wanted = {target.id for base in BASES for target in ground(base).targets} - {"crash"}
    assert wanted - set(drawn) == set()
    assert len(wanted) > 30


def _hazard(plan: Spec, strike: Strike) -> str:
    found = hazard_of(strike, plan.kind, touched(strike.site, setup(replace(plan, strikes=(), heal=False))))
    return found[0].id if found else "crash"


def test_what_no_healing_mends_and_what_is_out_of_contract_is_never_drawn() -> None:
    ids = {target.id for base in BASES for target in ground(base).targets}
    assert not ids & {"H04", "H09", "F18", "T15"}
    beyond = {hazard.id for hazard in HAZARDS if hazard.shapes and hazard.expected == "out_of_contract"}
    assert not ids & {id for id in beyond if all(shape.expected is None for shape in _shapes(id))}


def _shapes(id: str) -> Any:
    return next(hazard.shapes for hazard in HAZARDS if hazard.id == id)


def test_what_may_end_the_run_strikes_once_and_behind_everything_else() -> None:
    last = Target("F02", QuotaExceeded(), "model", 4, ends=True)
    death = Target("crash", CrashBefore(), "disk:append", 4)
    small = Ground((death, last), tuple((site, nth) for nth in range(1, 5) for site in ("disk:append", "model")))
    seen = 0
    for seed in SEEDS:
        strikes = swarm(seed, small)
        quotas = [strike for strike in strikes if strike.fault == last.fault and not strike.recovery]
        assert len(quotas) <= 1
        for quota in quotas:
            others = [strike for strike in strikes if strike is not quota and not strike.recovery]
            end = small.places["model", quota.nth]
            assert all(small.places[strike.site, strike.nth] < end for strike in others)
            seen += bool(others)
    assert seen > 20


@pytest.mark.parametrize("base", BASES, ids=lambda base: f"{base.scenario}-{base.kind}")
def test_at_most_one_plan_in_twenty_says_nothing(base: Spec) -> None:
    outcomes = [judge(execute(plan), demands(plan)).outcome for plan in plans(base)[:100]]
    assert outcomes.count("invalid") <= 5


WAITS = Strike("model", 2, RateLimit())
WORSE = Strike("model", 2, RateLimit(60_000))


@pytest.mark.parametrize(
    ("strikes", "worse"),
    [
        ((Strike("disk:append", 2, CrashBefore()),), ()),
        ((WAITS,), ((WORSE, Strike("sleep", 1, CrashBefore())),)),
        ((WAITS, Strike("sleep", 1, CrashAfter())), ((WORSE, Strike("sleep", 1, CrashBefore())),)),
        ((replace(WAITS, times=None),), ((replace(WORSE, times=None), Strike("sleep", 3, CrashBefore())),)),
        ((replace(WAITS, times=2),), ((replace(WORSE, times=2), Strike("sleep", 2, CrashBefore())),)),
        ((DIES, Strike("boot", 2, ToolGone())), ((replace(DIES, times=None),),)),
        ((replace(DIES, recovery=True),), ((replace(DIES, times=None),),)),
        ((WAITS, DIES), ((WORSE, DIES, Strike("sleep", 1, CrashBefore())), (replace(DIES, times=None),))),
    ],
    ids=["disk", "wait", "struck wait", "outage", "two waits", "death", "death in recovery", "both"],
)
def test_strikes_are_worsened_by_a_death_in_a_wait_or_a_death_each_time(
    strikes: tuple[Strike, ...], worse: tuple[tuple[Strike, ...], ...]
) -> None:
    assert worsened(5, strikes) == worse


def test_what_a_healed_run_owes_follows_from_its_strikes() -> None:
    base = BASES[1]
    assert demands(base) == CHECKS
    masked = replace(base, strikes=(Strike("model", 2, Hang()),))
    assert demands(masked) == CHECKS
    lasting = replace(base, strikes=(Strike("model", 2, RateLimit(), None),))
    assert demands(lasting) == (*SAFETY, converges)
    forgotten = replace(base, strikes=(Strike("model", 2, ContextOverflow()),))
    assert demands(forgotten) == SAFETY
    wordless = replace(base, strikes=(*forgotten.strikes, Strike("tool:pay_invoice", 1, EmptyResult())))
    assert demands(wordless) == tuple(check for check in SAFETY if check is not effect_once)


def test_a_tool_that_vanishes_is_one_of_the_scenario() -> None:
    gone = {target.fault.name for target in ground(BASES[0]).targets if isinstance(target.fault, ToolGone)}
    assert gone == {tool.name for tool in execute(BASES[0]).setup.tools}


@pytest.mark.parametrize("gone", [(PAYING_GONE,), (LISTING_GONE,)], ids=["paying", "listing"])
def test_a_session_that_lost_one_of_its_tools_finishes_once_it_is_back(gone: tuple[Strike, ...]) -> None:
    spec = replace(PAY, strikes=(DIES, *gone))
    assert converges in demands(spec)
    assert judge(execute(spec), demands(spec)).outcome == "pass"


def test_a_model_that_lost_all_of_its_tools_says_that_it_is_done() -> None:
    spec = replace(PAY, strikes=(DIES, PAYING_GONE, LISTING_GONE))
    run = execute(spec)
    assert judge(run, (converges,)).outcome == "fail"
    assert demands(spec) == SAFETY
    assert judge(run, SAFETY).outcome == "pass"
