"""The catalogue of invariants is whole, names every check, and shows each live one where it is violated or at stake."""

from __future__ import annotations

import pytest

from harness.catalogue.invariants import INVARIANTS, Invariant
from harness.checks import CHECKS, judge
from harness.run import execute
from harness.spec import parse

SHOWN = [invariant for invariant in INVARIANTS if invariant.example is not None]


def test_there_are_28_invariants_in_order() -> None:
    assert [invariant.id for invariant in INVARIANTS] == [
        *(f"I{n}" for n in range(1, 15)), "I14b", *(f"I{n}" for n in range(15, 28))
    ]  # fmt: skip


def test_pending_invariants_name_the_capability_that_they_need() -> None:
    assert {invariant.id: invariant.entry.pending for invariant in INVARIANTS if not invariant.live} == {
        "I10": "approvals", "I11": "approvals", "I17": "durable_timers", "I19": "pointers", "I20": "fencing",
        "I27": "stale_summaries",
    }  # fmt: skip


def test_every_check_judges_an_invariant_and_every_named_check_exists() -> None:
    named = [check for invariant in INVARIANTS for check in invariant.checks]
    assert sorted(named) == sorted(check.__name__ for check in CHECKS)


@pytest.mark.parametrize("invariant", INVARIANTS, ids=lambda invariant: invariant.id)
def test_every_invariant_is_told_in_words_and_judged_somewhere(invariant: Invariant) -> None:
    entry = invariant.entry
    assert all((entry.title, entry.cause, entry.fix, entry.source))
    assert bool(invariant.checks or invariant.elsewhere) == invariant.live
    assert bool(invariant.example) == bool(invariant.checks)


@pytest.mark.parametrize("invariant", SHOWN, ids=lambda invariant: invariant.id)
def test_the_smallest_spec_of_an_invariant_violates_it_or_puts_it_at_stake(invariant: Invariant) -> None:
    spec = invariant.example
    assert spec is not None and parse(repr(spec)) == spec
    judgement = judge(execute(spec))
    outcomes = {judgement[name].outcome for name in invariant.checks}
    assert judgement.outcome != "invalid"
    assert ("fail" if invariant.breaks else "pass") in outcomes
    assert invariant.breaks or "fail" not in outcomes
