"""The canary: a loop that must fail. Where it passes, the alarm is broken, and no other result of this suite is worth much.

It is the reference with a planted bug, put on trial in processes of its own, by both ways in: pytest and the command.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.mutants import mutant
from harness.mutants.trying import failing_plan

ROOT = Path(__file__).parents[1]
CANARY = mutant("no_flush")
NAMED = f'mutant(name="{CANARY.name}")'
GRID = ("--scenario", "pay_invoices", "--kind", "deduplicating", "--horizon", "6", "--orchestrator", NAMED)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A command of ours in a process of its own, without the options of this session."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LONGHAUL_")}
    environment["PYTHONPATH"] = str(ROOT)
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)


def must_fail(done: subprocess.CompletedProcess[str]) -> None:
    """Exit code 1, as for any broken invariant. Zero is an alarm, and so is any other code."""
    assert done.returncode == 1, (
        f"ALARM: the canary exits {done.returncode} and must exit 1. It is the reference with {CANARY.why}, and "
        f"{CANARY.killed_by} must fail on it; while it does not, no green result of this suite can be believed.\n"
        f"{done.stdout[-2_000:]}{done.stderr[-2_000:]}"
    )


@pytest.fixture
def report(tmp_path: Path) -> str:
    return str(tmp_path / "report")


def test_pytest_fails_the_canary_and_names_the_invariant(report: str) -> None:
    done = run("pytest", "evals/test_resume.py", "-q", "-x", "-k", "nothing_crashes and pay_invoices", "--tier", "smoke",
               "--orchestrator", NAMED, "--report", report)  # fmt: skip
    must_fail(done)
    assert f"fail: {CANARY.killed_by}" in done.stdout


def test_the_command_fails_the_canary_and_shows_the_invariant(report: str) -> None:
    done = run("longhaul", "run", *GRID, "--check", "--out", report)
    must_fail(done)
    *_, first = done.stderr.split()
    assert f"fail, returned - {CANARY.killed_by}" in run("longhaul", "show", report, first).stdout


def test_repeating_the_spec_that_kills_the_canary_fails_too() -> None:
    done = run("longhaul", "repro", repr(failing_plan(CANARY)))
    must_fail(done)
    assert f"fail    {CANARY.killed_by}" in done.stdout


def test_a_canary_that_lives_is_an_alarm() -> None:
    with pytest.raises(AssertionError, match="ALARM: the canary exits 0 and must exit 1"):
        must_fail(subprocess.CompletedProcess([], 0, "1 passed", ""))
