"""A copy with changes is private, and a change that does not fit is refused."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from harness.checks import judge
from harness.errors import HarnessError, UsageError
from harness.mutants import Change, Mutant, mutant
from harness.mutants.copies import copy_of
from harness.mutants.grounds import SHELL, paying
from harness.mutants.trying import failing_plan, tried
from harness.orchestrators import reference
from harness.run import Run, execute
from harness.spec import Orchestrator, Spec

FLUSH = "            self.host.flush()\n"


def planted(*changes: Change) -> Mutant:
    return Mutant("planted", "a bug of this test", changes, "write_ahead", ())


def on(spec: Spec, **options: str) -> Run:
    return execute(replace(spec, orchestrator=Orchestrator("mutant", **options)))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            Change(SHELL, "nowhere to be found", ""),
            "its right text is 0 times in harness.orchestrators.reference.shell",
        ),
        (Change(SHELL, "self.flush()", ""), "not once; say there which lines to break now: 'self.flush()'"),
        (Change(SHELL, FLUSH, FLUSH), "mutant 'planted' changes nothing"),
        (Change("harness.host", "x", "y"), "mutant 'planted' changes harness.host; a copy holds"),
    ],
)
def test_a_change_that_does_not_fit_is_refused_by_name(change: Change, says: str) -> None:
    with pytest.raises(HarnessError, match="mutant 'planted'") as refused:
        copy_of(planted(change))
    assert says in str(refused.value)


def test_a_module_that_is_not_there_is_refused_too() -> None:
    with pytest.raises(HarnessError, match="no source of harness"):
        copy_of(planted(Change("harness.orchestrators.reference.gone", "x", "y")))


def test_an_unknown_mutant_is_a_users_mistake_with_near_matches() -> None:
    with pytest.raises(UsageError, match="did you mean no_flush"):
        on(paying(), name="no_flsh")
    with pytest.raises(UsageError, match="missing 1 required positional argument: 'name'"):
        on(paying())


def test_a_copy_without_a_difference_does_just_what_the_reference_does() -> None:
    same = copy_of(planted(Change(SHELL, FLUSH, f"{FLUSH}            pass\n")))
    assert same is not reference.run
    assert same.__globals__ is not reference.run.__globals__
    clean, mutated = execute(paying()), on(paying(), name="late_flush")
    assert mutated.digest != clean.digest
    assert execute(paying()).digest == clean.digest


def test_a_copy_shares_no_module_of_the_reference_and_takes_no_name_from_it() -> None:
    before = {name: module for name, module in sys.modules.items() if name.startswith("harness.") and "@" not in name}
    copy_of(planted(Change(SHELL, FLUSH, "            pass\n")))
    assert {name: sys.modules[name] for name in before} == before
    assert "harness.orchestrators.reference.rules.doubt@planted" in sys.modules


def test_a_mutant_that_survives_is_told_apart_from_one_that_is_killed() -> None:
    harmless = replace(mutant("late_flush"), killed_by="transcript_well_formed")
    trial = tried(harmless)
    assert (trial.plan, trial.passed, trial.specs) == (None, False, 1)
    with pytest.raises(
        HarnessError, match="'late_flush' survives: transcript_well_formed fails on none of its grounds"
    ):
        failing_plan(harmless)


def test_a_mutant_named_for_a_check_that_is_not_there_is_refused() -> None:
    with pytest.raises(HarnessError, match="'late_flush' is to be killed by 'wishful', and there is no such check"):
        tried(replace(mutant("late_flush"), killed_by="wishful"))


def test_a_mutant_runs_in_the_child_of_the_process_setting_too() -> None:
    spec = replace(failing_plan(mutant("late_flush")), setting="process")
    assert "write_ahead" in [verdict.name for verdict in judge(execute(spec)).failed]
