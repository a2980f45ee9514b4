"""A seed means the same strikes everywhere, and what is demanded of a healed run is what it can owe."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.checks import CHECKS, SAFETY, converges, effect_once, judge
from harness.faults import ContextOverflow, CrashAfter, EmptyResult, Hang, RateLimit, Strike, ToolGone
from harness.run import execute
from harness.spec import Spec
from harness.swarm import demands, ground_of, swarm

PAY = Spec("pay_invoices", horizon=4, heal=True)
DIES = Strike("tool:list_invoices", 1, CrashAfter())
PAYING_GONE, LISTING_GONE = Strike("boot", 2, ToolGone()), Strike("boot", 2, ToolGone("list_invoices"))


def test_a_seed_is_strikes_that_differ_from_those_of_others() -> None:
    ground = ground_of(execute(PAY))
    drawn = [swarm(seed, ground) for seed in range(50)]
    assert drawn == [swarm(seed, ground) for seed in range(50)]
    assert len(set(drawn)) > 40
    assert {len(strikes) for strikes in drawn} >= {1, 2, 3, 4}


def test_what_happens_at_a_new_life_comes_with_the_death_of_an_old_one() -> None:
    ground = ground_of(execute(PAY))
    drawn = [swarm(seed, ground) for seed in range(200)]
    later = [strikes for strikes in drawn if any(one.recovery or one.site == "boot" for one in strikes)]
    assert later
    assert all(type(strikes[0].fault).__name__.startswith(("Crash", "Torn")) for strikes in later)


def test_a_healed_run_owes_everything_where_its_faults_pass_and_its_goal_where_they_stay() -> None:
    assert demands(replace(PAY, strikes=(Strike("model", 2, RateLimit()),))) == CHECKS
    assert demands(replace(PAY, strikes=(Strike("model", 2, Hang(), None),))) == (*SAFETY, converges)


def test_where_the_model_was_made_to_forget_only_safety_is_owed() -> None:
    forgot = Strike("model", 2, ContextOverflow())
    assert demands(replace(PAY, strikes=(forgot,))) == SAFETY
    wordless = demands(replace(PAY, strikes=(forgot, Strike("tool:pay_invoice", 1, EmptyResult()))))
    assert set(SAFETY) - set(wordless) == {effect_once}


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
