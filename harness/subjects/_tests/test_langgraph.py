"""LangGraph at the pinned version: the package is the real one, and does what the table says when it is killed."""

import pytest

from harness.faults import CrashAfter, CrashBefore, Strike
from harness.subjects._tests.trial import needs, payments, run_of

needs("langgraph")

from harness.subjects.langgraph.versions import installed, missing, untested  # noqa: E402

MODULE = "harness.subjects.langgraph"
AFTER = Strike("tool:pay_invoice", 3, CrashAfter())


def test_the_package_is_the_real_one_at_the_tested_version():
    import langgraph.pregel

    assert langgraph.pregel.Pregel
    assert (missing(), untested()) == ("", "")
    assert installed()["langgraph"] == "1.2.22"


@pytest.mark.parametrize("api", ["graph", "functional", "chain"])
def test_not_killed_it_pays_everything_once(api: str):
    run = run_of(f"{MODULE} --api {api}")
    assert (run.reason, run.wrong, payments(run)) == ("", "", [1, 1, 1, 1, 1])


@pytest.mark.parametrize("durability", ["sync", "async", "exit"])
def test_killed_after_an_effect_and_before_its_result_it_does_it_twice(durability: str):
    run = run_of(f"{MODULE} --api chain --durability {durability}", AFTER)
    assert (run.ending, run.lives) == ("returned", 2)
    assert payments(run)[2] == 2


def test_in_exit_the_whole_graph_is_done_again():
    run = run_of(f"{MODULE} --api chain --durability exit", Strike("tool:pay_invoice", 3, CrashBefore()))
    assert payments(run) == [2, 2, 1, 1, 1]


def test_in_sync_the_step_before_is_not_done_again():
    run = run_of(f"{MODULE} --api chain --durability sync", Strike("tool:pay_invoice", 3, CrashBefore()))
    assert payments(run) == [1, 1, 1, 1, 1]


def test_a_step_of_two_calls_is_done_again_whole_or_not_at_all():
    run = run_of(f"{MODULE} --durability sync", Strike("tool:pay_invoice", 2, CrashAfter()))
    assert payments(run) == [2, 2, 1, 1, 1]


def test_with_the_id_of_the_call_as_its_key_a_deduplicating_tool_knows_it_again():
    run = run_of(f"{MODULE} --durability sync --key call-id", AFTER)
    assert (run.wrong, run.lives) == ("", 2)


def test_a_thread_that_is_done_gives_its_answer_again_and_does_nothing_more():
    run = run_of(f"{MODULE} --durability sync", heal=True)
    answers = [event.detail["answer"] for event in run.events if event.kind == "returned"]
    assert (payments(run), answers) == ([1, 1, 1, 1, 1], ["All 5 invoices are paid."] * 2)
