"""Hypothesis draws plans from the ground of a run, and what it finds is already small."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.faults import CrashBefore, Strike, check_strike
from harness.mutants import mutant
from harness.run import execute
from harness.spec import Orchestrator, Spec
from harness.swarm import ground_of
from longhaul.search.drawing import plans, smallest
from longhaul.search.failing import broken_by

ROOT = Path(__file__).parents[3]
BASE = Spec("pay_invoices", horizon=6, kind="queryable")
GROUND = ground_of(execute(BASE))


def broken(name: str) -> Spec:
    return replace(BASE, orchestrator=Orchestrator("mutant", name=name))


@pytest.mark.parametrize("name", ["torn_tail_kept", "doubt_forgotten"])
def test_a_planted_bug_is_found_and_shrunk_to_few_strikes(name: str) -> None:
    assert mutant(name)
    found = smallest(broken(name), broken_by(), examples=200)
    assert found is not None
    assert 1 <= len(found.strikes) <= 3
    assert broken_by()(found)


def test_the_same_arguments_find_the_same_plan() -> None:
    found = [smallest(broken("torn_tail_kept"), broken_by(), examples=200, seed=5) for _ in range(2)]
    assert found[0] is not None
    assert found[0] == found[1]


def test_nothing_is_found_where_nothing_is_broken() -> None:
    assert smallest(BASE, broken_by(), examples=60) is None


def test_shrinking_ends_at_the_first_passage_and_the_plainest_fault() -> None:
    found = smallest(BASE, lambda spec: any(strike.site == "tool:pay_invoice" for strike in spec.strikes))
    assert found is not None
    assert found.strikes == (Strike("tool:pay_invoice", 1, CrashBefore()),)


def test_plans_that_say_nothing_are_no_examples() -> None:
    seen: list[Spec] = []

    def failing(spec: Spec) -> bool | None:
        seen.append(spec)
        return None

    assert smallest(BASE, failing, examples=5) is None
    assert len(seen) > 5


@given(strikes=plans(GROUND), data=st.data())
@settings(max_examples=100, deadline=None, derandomize=True, database=None)
def test_every_strike_that_is_drawn_may_stand_in_a_spec(strikes: tuple[Strike, ...], data: st.DataObject) -> None:
    assert 1 <= len(strikes) <= 4
    assert len(set(strikes)) == len(strikes)
    check_strike(data.draw(st.sampled_from(strikes)))


def test_without_hypothesis_the_error_names_the_extra(tmp_path: Path) -> None:
    """A real absence: an interpreter without site-packages, and msgspec alone beside it."""
    import msgspec

    (tmp_path / "msgspec").symlink_to(Path(msgspec.__file__).parent)
    code = "from longhaul.search.drawing import imported\nimported()"
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, env=environment)
    assert "harness.errors.UsageError: drawing examples needs Hypothesis" in done.stderr
    assert "pip install 'longhaul[search]'" in done.stderr
