"""Calls in doubt whose helpers fail too: the query, the person, the wait. Nothing is guessed, and nothing waits for ever."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from harness.checks import SAFETY, judge
from harness.faults import CrashAfter, FailAfter, FailBefore, Hang, RateLimit, ServerError, Slow, Strike
from harness.orchestrators._tests.worlds import invoices, run_reference
from harness.run import Run
from harness.types import Answer, Reply, Setup, ToolCall

LOST = Strike("tool:pay", 2, CrashAfter())
ABSURD = RateLimit(10**12)


def finished(run: Run) -> tuple[str, str]:
    last = json.loads(run.journal.splitlines()[-1].split(b" ", 3)[3])
    return last["outcome"], last.get("reason", "")


def paid_once(run: Run) -> bool:
    return run.completed and len(run.world.effects) == len(run.setup.expected)


@pytest.mark.parametrize("fault", [RateLimit(), ServerError(), FailBefore(), FailAfter(), Hang(), Slow(10**9)])
@pytest.mark.parametrize("times", [1, 2])
def test_a_query_that_fails_says_nothing_about_the_call(fault: Any, times: int) -> None:
    run = run_reference(invoices(kind="queryable"), strikes=(LOST, Strike("query:pay", 1, fault, times)))
    assert paid_once(run)
    assert run.ended_ms < 10 * 60_000


@pytest.mark.parametrize("fault", [RateLimit(), ServerError(), FailBefore(), FailAfter()])
def test_a_person_who_could_not_be_reached_is_asked_again(fault: Any) -> None:
    run = run_reference(invoices(kind="blind"), strikes=(LOST, Strike("human", 1, fault)))
    assert paid_once(run)
    assert run.passages["human"] == 2


def test_a_person_who_can_never_be_reached_parks_the_session_by_the_name_of_the_call() -> None:
    run = run_reference(invoices(kind="blind"), strikes=(LOST, Strike("human", 1, FailBefore(), None)))
    assert finished(run)[0] == "parked"
    assert (
        'pay may or may not have happened, and no person can tell: call call-3-0-2, {"invoice": 2}' in finished(run)[1]
    )
    assert run.passages["human"] == run.limits.tries
    assert judge(run, SAFETY).outcome == "pass"


def test_a_person_who_cannot_tell_is_not_taken_for_a_no() -> None:
    setup = dataclasses.replace(invoices(kind="blind"), human=lambda world, question: Answer("I do not know."))
    run = run_reference(setup, strikes=(LOST,))
    assert finished(run)[0] == "parked"
    assert len(run.world.effects) == 2


@pytest.mark.parametrize("kind", ["deduplicating", "queryable", "blind"])
def test_a_call_that_was_only_ever_refused_did_not_happen_and_nobody_is_asked(kind: Any) -> None:
    run = run_reference(invoices(kind=kind), strikes=(Strike("tool:pay", 2, RateLimit(), 3),))
    assert paid_once(run)
    assert "human" not in run.passages


def test_a_refusal_after_a_lost_answer_does_not_settle_the_doubt() -> None:
    strikes = (Strike("tool:pay", 2, FailAfter()), Strike("tool:pay", 3, RateLimit(), 2))
    run = run_reference(invoices(), strikes=strikes)
    assert paid_once(run)
    assert run.passages["human"] == 1


def test_other_calls_in_doubt_are_settled_before_one_that_cannot_be_parks_the_session() -> None:
    strikes = (Strike("tool:pay", 2, CrashAfter()), Strike("human", 1, ABSURD))
    run = run_reference(invoices(kind="blind", width=2), strikes=strikes)
    assert finished(run)[0] == "parked"
    assert run.passages["human"] == 2


def reading() -> Setup:
    """Invoices behind a tool that only reads."""
    setup = invoices()
    return dataclasses.replace(setup, tools=(dataclasses.replace(setup.tools[0], effect="read"),))


def test_an_absurd_wait_of_a_tool_that_only_reads_is_not_waited_for() -> None:
    run = run_reference(reading(), strikes=(Strike("tool:pay", 2, ABSURD),))
    assert finished(run)[0] == "parked"
    assert run.ended_ms < 10_000


@pytest.mark.parametrize("arguments", ["[" * 100_000, '{"invoice": ' + "[" * 100_000, '{"invoice": NaN}'])
def test_arguments_that_no_parser_reads_are_answered_with_the_reason(arguments: str) -> None:
    replies = [Reply("", (ToolCall("call-1", "pay", arguments),), "calls"), Reply("I give up.")]
    setup = dataclasses.replace(invoices(), model=lambda _: lambda request, nth: replies[len(request.messages) > 1])
    run = run_reference(setup)
    assert run.ending == "returned"
    assert b"the arguments are not JSON" in run.journal


@pytest.mark.parametrize("name", ["model", "policy"])
def test_a_call_may_not_be_named_like_a_request(name: str) -> None:
    replies = [Reply("", (ToolCall(name, "pay", '{"invoice": 1}'),), "calls"), Reply("done")]
    setup = dataclasses.replace(invoices(), model=lambda _: lambda request, nth: replies[len(request.messages) > 1])
    run = run_reference(setup, strikes=())
    assert judge(run, SAFETY).outcome != "fail"
    assert not run.world.effects
