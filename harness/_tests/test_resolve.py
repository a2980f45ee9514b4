"""From a name to the thing, or to an error that says what there is instead."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness import resolve
from harness._tests.small import HERE, PAYING, KeepAll, small
from harness.errors import UsageError
from harness.faults import Hang
from harness.run import build
from harness.spec import Fault, Orchestrator, Policy

SMALL = HERE / "small.py"
SETUP = build(PAYING, small())


def test_a_strangers_scenario_policy_and_fault_are_found_by_file_and_name() -> None:
    assert resolve.scenario(f"{SMALL}:PAYING") is PAYING
    assert resolve.policy(Policy(f"{SMALL}:KeepAll")) == KeepAll()
    assert resolve.fault(Fault(f"{HERE.parent / 'faults' / 'connection.py'}:Slow", ms=7)).ms == 7
    assert resolve.fault(Hang()) == Hang()


def test_the_path_of_a_file_is_relative_to_the_current_directory(tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "mine.py").write_text("def policy(view, budget):\n    return view\n")
    monkeypatch.chdir(tmp_path)
    assert callable(resolve.policy(Policy("mine.py:policy")))


def test_a_file_is_loaded_once(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("class Own:\n    def __call__(self, view, budget):\n        return view\n")
    first = resolve.policy(Policy(f"{tmp_path}/mine.py:Own"))
    assert type(resolve.policy(Policy(f"{tmp_path}/mine.py:Own"))) is type(first)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("nave", "did you mean naive"),
        ("Reference", "did you mean reference"),
        ("zzz", "there are mutant, naive, no_model, program, reference"),
    ],
)
def test_an_unknown_orchestrator_is_answered_with_near_matches_and_all_there_are(name: str, near: str) -> None:
    with pytest.raises(UsageError, match=f"unknown orchestrator '{name}'; .*{near}.*your own is path/to/file.py:Name"):
        resolve.orchestrator(Orchestrator(name), SETUP)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (f"{SMALL}:PAYIN", "unknown scenario in .*small.py 'PAYIN'; did you mean PAYING"),
        (f"{SMALL}:KeepAll", "scenario '.*small.py:KeepAll' is a type; it must be a harness.types.Scenario"),
        (
            "no/such/file.py:SCENARIO",
            "no file 'no/such/file.py' for the scenario; write path/to/file.py:Name, relative to /",
        ),
        (":SCENARIO", "no file '' for the scenario"),
        (f"{HERE}:SCENARIO", "no file '.*' for the scenario"),
    ],
)
def test_a_wrong_file_or_name_is_answered_with_what_to_write(name: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        resolve.scenario(name)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("import no_such_module_at_all\n", "mine.py cannot be imported: ModuleNotFoundError: No module named 'no_such"),
        ("def broken(:\n", "mine.py cannot be imported: SyntaxError"),
        ("raise SystemExit(3)\n", "mine.py cannot be imported: SystemExit: 3"),
        ("1 / 0\n", "mine.py cannot be imported: ZeroDivisionError: division by zero"),
    ],
)
def test_a_file_that_cannot_be_imported_is_a_users_mistake(tmp_path: Path, source: str, message: str) -> None:
    (tmp_path / "mine.py").write_text(source)
    for _ in range(2):
        with pytest.raises(UsageError, match=message):
            resolve.policy(Policy(f"{tmp_path}/mine.py:Own"))


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        (
            Policy(f"{SMALL}:KeepAll", keep=3),
            r"Policy\('.*small.py:KeepAll', keep=3\): .*unexpected keyword argument 'keep'",
        ),
        (Policy(f"{SMALL}:goal_only", text="x"), "goal_only is not a class, so it takes no options"),
        (Policy(f"{SMALL}:WIDTH"), "is 2; a policy is called with a view and a budget"),
    ],
)
def test_a_policy_that_cannot_be_built_is_a_users_mistake(choice: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        resolve.policy(choice)


def test_an_orchestrator_that_cannot_be_called_is_a_users_mistake() -> None:
    with pytest.raises(
        UsageError, match=r"orchestrator '.*small.py:WIDTH' is 2; it must be a coroutine function of the host"
    ):
        resolve.orchestrator(Orchestrator(f"{SMALL}:WIDTH"), SETUP)


def test_a_scenario_without_a_program_has_no_row_without_a_model() -> None:
    with pytest.raises(UsageError, match="this scenario has no plain program; orchestrator no_model needs one"):
        resolve.orchestrator(Orchestrator("no_model"), SETUP)
