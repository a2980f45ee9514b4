"""A plan that breaks a mutant, found by the swarm or drawn, is shrunk until a person can read it: at most three strikes."""

from __future__ import annotations

import pytest

from evals.shrunk_mutants import Shrunk, shrunk_mutant, table
from harness.mutants import MUTANTS, mutant
from longhaul.tiers import Tier

SHARE = 0.95
QUICK = ("torn_tail_kept", "flush_error_swallowed", "doubt_forgotten", "outcomes_forgotten")
"""Mutants for the tiers that have no time for all of them."""


@pytest.mark.usefixtures("reference_only")
def test_failing_plans_of_the_mutants_are_shrunk_to_few_strikes(tier: Tier) -> None:
    every = tier in ("nightly", "release")
    rows = [shrunk_mutant(one) for one in (MUTANTS if every else map(mutant, QUICK))]
    print(table(rows))
    assert sum(row.few for row in rows) >= SHARE * len(rows), table(rows)


def test_a_mutant_for_which_nothing_is_found_counts_against_the_share() -> None:
    nothing = Shrunk(MUTANTS[0], None, "", 600)
    assert not nothing.few
    assert table([nothing]).splitlines()[-1] == "0 of 1 plans shrunk to at most 3 strikes (0.0%)"
