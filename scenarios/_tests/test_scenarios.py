"""The scenarios: solvable, sized by their horizon, and apart: what a policy loses, a scenario shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.faults import CrashAfter, CrashBefore, Strike
from harness.run import Run, execute
from harness.spec import Policy, Spec

WORKING = ("rename_api", "pay_invoices")


def tokens(run: Run) -> int:
    return sum(event.detail["tokens"] for event in run.events if event.site == "model" and event.kind == "request")


def asked(run: Run) -> list[int]:
    return [event.detail["tokens"] for event in run.events if event.site == "model" and event.kind == "request"]


@pytest.mark.parametrize("name", WORKING)
@pytest.mark.parametrize("horizon", [1, 2, 3, 10, 40, 400])
def test_a_fault_free_run_takes_about_as_many_turns_as_the_horizon(name: str, horizon: int):
    run = execute(Spec(name, horizon=horizon))
    assert run.completed, run.wrong
    assert abs(run.passages["model"] - horizon) <= max(3, horizon // 50)


@pytest.mark.parametrize("name", WORKING)
def test_the_longest_horizon_runs_to_its_end(name: str):
    run = execute(Spec(name, horizon=4_000, policy=Policy("summarize"), view_budget=20_000))
    assert run.completed, (run.ending, run.reason, run.wrong)


@pytest.mark.parametrize("name", WORKING)
@pytest.mark.parametrize("horizon", [40, 400])
def test_the_working_set_is_what_a_view_that_keeps_everything_comes_to(name: str, horizon: int):
    run = execute(Spec(name, horizon=horizon))
    assert 0.85 < run.setup.working_set / asked(run)[-1] < 1.15


@pytest.mark.parametrize("name", WORKING)
def test_seeds_give_other_worlds(name: str):
    assert execute(Spec(name, seed=1)).digest != execute(Spec(name, seed=2)).digest


def completed(name: str, policy: str) -> Run:
    return execute(Spec(name, policy=Policy(policy), view_budget=0.5))


def test_rename_api_separates_the_policies():
    runs = {name: completed("rename_api", name) for name in ("keep_all", "drop_all", "sliding_window", "summarize")}
    assert [name for name, run in runs.items() if run.completed] == ["keep_all", "summarize"]
    assert "does not use" in runs["sliding_window"].wrong
    assert tokens(runs["summarize"]) < 0.6 * tokens(runs["keep_all"])


def test_pay_invoices_separates_the_policies():
    runs = {name: completed("pay_invoices", name) for name in ("keep_all", "mask_observations", "summarize_last_four")}
    assert [name for name, run in runs.items() if run.completed] == ["keep_all", "mask_observations"]
    assert "was paid 2 times" in runs["summarize_last_four"].wrong


@pytest.mark.parametrize("name", WORKING)
def test_the_plain_program_does_the_work_without_a_model(name: str):
    run = execute(Spec(name, orchestrator="no_model"))
    assert run.completed
    assert "model" not in run.passages


def test_a_naive_loop_pays_twice_after_a_crash():
    run = execute(Spec("pay_invoices", orchestrator="naive", strikes=(Strike("model", 5, CrashBefore()),)))
    assert "was paid 2 times" in run.wrong


def test_a_naive_loop_does_its_work_again_after_a_crash():
    clean = execute(Spec("rename_api", orchestrator="naive"))
    run = execute(Spec("rename_api", orchestrator="naive", strikes=(Strike("model", 20, CrashAfter()),)))
    assert run.passages["tool:read_file"] > clean.passages["tool:read_file"]


def test_an_edit_of_a_file_that_was_not_read_as_it_is_is_refused():
    run = execute(Spec("rename_api", horizon=6))
    results = [e.detail for e in run.events if e.site == "tool:rename_in_file" and e.kind == "result"]
    assert all("renamed" in result["content"] for result in results)


def test_a_package_of_the_standard_library_is_renamed_as_well():
    run = execute(Spec("rename_api", input="stdlib:json", horizon=12))
    assert run.completed, run.wrong
    assert len(run.setup.input_digest) == 16


def test_any_folder_is_an_input_and_its_digest_is_part_of_the_spec(tmp_path: Path):
    (tmp_path / "one.py").write_text("def compute_total():\n    return 1\n")
    (tmp_path / "two.py").write_text("from one import compute_total\n")
    (tmp_path / "binary.py").write_bytes(b"\xff\xfe")
    (tmp_path / "link.py").symlink_to(tmp_path / "one.py")
    run = execute(Spec("rename_api", input=str(tmp_path), horizon=10))
    assert run.completed
    assert set(run.world.get("files")) == {"one.py", "two.py"}
    with pytest.raises(UsageError, match="the spec was made for 'other'"):
        execute(Spec("rename_api", input=str(tmp_path), input_digest="other"))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("nowhere", "no folder 'nowhere'"),
        ("stdlib:nothing", "no package 'nothing'"),
        ("stdlib:../x", "no package '../x'"),
    ],
)
def test_an_input_that_is_not_there_is_refused(given: str, says: str):
    with pytest.raises(UsageError, match=says):
        execute(Spec("rename_api", input=given))


def test_a_folder_without_sources_is_refused(tmp_path: Path):
    with pytest.raises(UsageError, match="holds no Python files"):
        execute(Spec("rename_api", input=str(tmp_path)))
