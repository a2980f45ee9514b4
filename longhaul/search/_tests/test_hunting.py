"""A hunt counts what its plans came to, and shrinks the first plan of each invariant that breaks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.checks import Verdict
from harness.checks.fold import Check
from harness.errors import HarnessError
from harness.run import Run
from harness.spec import Orchestrator, Spec
from longhaul.search.failing import broken_by, judged
from longhaul.search.hunting import hunt, planned

BASE = Spec("pay_invoices", horizon=6, kind="blind")
NAIVE = replace(BASE, orchestrator=Orchestrator("naive"))


def fails_always(run: Run) -> Verdict:
    """A demand that nobody meets."""
    return Verdict("fails_always", "fail", 1, "nobody can")


def raises_always(run: Run) -> Verdict:
    """A check that is broken itself."""
    raise KeyError("nothing there")


def owing(check: Check) -> object:
    return lambda spec: (check,)


def test_the_reference_is_hunted_in_vain() -> None:
    seen: list[int] = []
    came = hunt(BASE, range(25), seen.append)
    assert (came.planned, came.failed, came.found, came.alarms) == (26, 0, [], [])
    assert came.valid >= 24
    assert seen == list(range(1, 27))


def test_a_control_is_caught_once_for_each_invariant() -> None:
    came = hunt(NAIVE, range(25))
    assert came.failed >= len(came.found) >= 1
    assert len({found.check for found in came.found}) == len(came.found)
    for found in came.found:
        assert found.check in [verdict.name for verdict in judged(found.small).failed]
        assert len(found.small.strikes) <= len(found.plan.strikes)
        assert found.witness


def test_a_demand_that_the_reference_fails_too_is_an_alarm_and_no_find() -> None:
    came = hunt(NAIVE, range(3), owed=owing(fails_always))  # type: ignore[arg-type]
    assert (came.failed, came.found) == (0, [])
    assert came.alarms[0] == NAIVE
    assert broken_by(owed=owing(fails_always))(BASE)  # type: ignore[arg-type]


def test_a_check_that_raises_is_no_verdict_on_anybody() -> None:
    with pytest.raises(HarnessError, match="check raises_always on Spec"):
        hunt(BASE, range(1), owed=owing(raises_always))  # type: ignore[arg-type]


def test_plans_follow_from_base_and_seed_and_are_healed() -> None:
    first, again = list(planned(BASE, range(5))), list(planned(BASE, range(5)))
    assert first == again
    assert all(plan.heal and plan.strikes for plan in first)
    assert list(planned(BASE, [3])) == first[3:4]
