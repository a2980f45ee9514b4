"""Every mutant is killed by the check that was named beforehand; in the very same specs the clean reference fails none."""

from __future__ import annotations

import pytest

from harness.checks import CHECKS
from harness.mutants import MUTANTS, Mutant
from harness.mutants.trying import failing_plan, tried
from harness.spec import parse

LEAST = 25
PHRASE = 51
"""Characters that a line of the table has for it."""


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_is_killed_by_its_check_and_the_clean_reference_by_none(mutant: Mutant) -> None:
    trial = tried(mutant)
    assert trial.alarms == (), f"the clean reference fails in a spec of {mutant.name}"
    assert trial.plan is not None, f"{mutant.name} survives {trial.specs} specs: {mutant.killed_by} fails in none"
    assert trial.witness


def test_there_are_enough_mutants_and_each_has_a_name_of_its_own() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= LEAST


def test_what_a_mutant_breaks_is_said_in_one_short_phrase() -> None:
    assert [mutant.name for mutant in MUTANTS if not 0 < len(mutant.why) <= PHRASE or mutant.why.endswith(".")] == []


def test_the_plan_that_kills_a_mutant_is_a_spec_to_paste() -> None:
    plan = failing_plan(MUTANTS[0])
    assert parse(repr(plan)) == plan


NOT_REACHED = {
    "no_silent_overwrite": "the tool refuses a write to what it has not shown; harness/_tests/broken/insists.py forces one"
}
"""Checks that no mutant of the reference is killed by, and what fails them instead."""


def test_every_check_kills_a_mutant_or_it_is_said_what_fails_it() -> None:
    killers = {mutant.killed_by for mutant in MUTANTS}
    assert {check.__name__ for check in CHECKS} - killers == set(NOT_REACHED)
