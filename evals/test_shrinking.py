"""A plan that breaks a mutant, found by search or planted and padded, is shrunk until a person can read it: three strikes."""

from __future__ import annotations

import pytest

from evals.shrunk_mutants import PLANTED, STRIKES_FEW, Shrunk, planted, shrunk_mutant, table
from harness.checks import CHECKS
from harness.mutants import MUTANTS, mutant
from longhaul.search.failing import broken_by
from longhaul.tiers import Tier

SHARE = 0.95
SEARCHED = 0.9
"""The share of the mutants for which search finds a plan: what it reaches, so that it does not fall unnoticed."""

QUICK = ("torn_tail_kept", "flush_error_swallowed", "doubt_forgotten", "outcomes_forgotten")
"""Mutants for the tiers that have no time for all of them."""

UNSEARCHED = ("unknown_stop_ignored", "overflow_is_the_end")
"""Mutants that no search breaks: two faults of one answer, and what a plan with a loss in it does not owe."""

NOTHING = Shrunk(MUTANTS[0], None, "", 600)


@pytest.mark.usefixtures("reference_only")
def test_failing_plans_of_the_mutants_are_shrunk_to_few_strikes(tier: Tier) -> None:
    every = tier in ("nightly", "release")
    rows = [shrunk_mutant(one) for one in (MUTANTS if every else map(mutant, QUICK))]
    print(table(rows))
    assert sum(row.few for row in rows) >= SHARE * len(rows), table(rows)
    assert sum(row.searched for row in rows) >= SEARCHED * len(rows), table(rows)


@pytest.mark.usefixtures("reference_only")
@pytest.mark.parametrize("name", UNSEARCHED)
def test_a_planted_plan_is_padded_before_it_is_shrunk(name: str) -> None:
    row = planted(mutant(name))
    assert row.found is not None
    assert row.by == PLANTED
    assert broken_by(mutant(name).killed_by, lambda spec: CHECKS)(row.found.plan)
    assert len(row.found.plan.strikes) > STRIKES_FEW
    assert len(row.found.small.strikes) < len(row.found.plan.strikes)
    assert row.found.check == mutant(name).killed_by
    assert row.few


def test_a_planted_plan_counts_as_shrunk_and_not_as_found_by_search() -> None:
    row = planted(mutant(UNSEARCHED[0]))
    assert table([row, NOTHING]).splitlines()[-2:] == [
        "0 of 2 found by search (0.0%)",
        "1 of 2 plans shrunk to at most 3 strikes (50.0%)",
    ]


def test_a_mutant_for_which_nothing_is_found_counts_against_both_shares() -> None:
    assert not NOTHING.few
    assert not NOTHING.searched
    assert table([NOTHING]).splitlines()[-2:] == [
        "0 of 1 found by search (0.0%)",
        "0 of 1 plans shrunk to at most 3 strikes (0.0%)",
    ]


def test_a_mutant_whose_own_plan_bears_no_padding_counts_as_nothing_found() -> None:
    row = planted(mutant("no_flush"), seeds=range(0), tried=600)
    assert (row.found, row.by, row.tried) == (None, "", 600)
    assert not row.few
