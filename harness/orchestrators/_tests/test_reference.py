"""The reference orchestrator at the door: what it survives, what it refuses, what it says."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from fakes.models.script import Script
from harness.faults import (
    CrashAfter,
    CrashBefore,
    EmptyAnswer,
    FailAfter,
    FailBefore,
    HallucinatedTool,
    Hang,
    HangAfter,
    MalformedArguments,
    RateLimit,
    ServerError,
    Slow,
    Strike,
    TornAppend,
    WrongType,
)  # fmt: skip
from harness.orchestrators._tests.worlds import invoices, run_reference
from harness.run import Run
from harness.types import Limits, Reply, ToolCall

KINDS = ("deduplicating", "queryable", "blind")


def entries(run: Run, kind: str = "") -> list[dict]:
    lines = [json.loads(line.split(b" ", 3)[3]) for line in run.journal.splitlines()]
    return [line for line in lines if not kind or line["type"] == kind]


def paid_once(run: Run) -> bool:
    return run.completed and len(run.world.effects) == len(run.setup.expected)


def test_without_faults_it_pays_everything_once():
    run = run_reference(invoices())
    assert paid_once(run)
    assert entries(run)[-1]["outcome"] == "completed"


@pytest.mark.parametrize("width", [1, 3])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("survive", ["none", "half", "all_but_last_byte", "all"])
def test_a_crash_anywhere_repeats_nothing_and_loses_nothing(kind, survive, width):
    clean = run_reference(invoices(kind=kind, width=width))
    for site, count in clean.passages.items():
        for nth in range(1, count + 1):
            for fault in (
                CrashBefore(survive),
                CrashAfter(survive),
                *([TornAppend()] if site == "disk:append" else []),
            ):
                run = run_reference(invoices(kind=kind, width=width), strikes=(Strike(site, nth, fault),))
                assert paid_once(run), f"{run.spec}: {run.reason} {run.wrong}"
                assert run.lives == 2


def test_two_crashes_with_torn_tails_do_not_glue_records_together():
    for first in range(1, 8):
        for second in range(first + 1, 12):
            strikes = tuple(Strike("disk:append", nth, TornAppend(0.6)) for nth in (first, second))
            assert paid_once(run_reference(invoices(), strikes=strikes)), strikes


def test_a_blind_call_in_doubt_is_put_to_a_person_who_is_asked_once():
    run = run_reference(invoices(kind="blind"), strikes=(Strike("tool:pay", 2, CrashAfter()),))
    assert paid_once(run)
    assert run.passages["human"] == 1
    assert "indeterminate" in entries(run, "Waiting")[0]["question"]


@pytest.mark.parametrize("kind", ["deduplicating", "queryable"])
def test_other_tools_need_no_person(kind):
    run = run_reference(invoices(kind=kind), strikes=(Strike("tool:pay", 2, CrashAfter()),))
    assert paid_once(run)
    assert "human" not in run.passages


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fault", [FailBefore(), FailAfter(), Hang(), HangAfter(), ServerError(503), RateLimit(2_000)])
@pytest.mark.parametrize("times", [1, 2])
def test_a_tool_that_recovers_is_paid_through_exactly_once(kind, fault, times):
    assert paid_once(run_reference(invoices(kind=kind), strikes=(Strike("tool:pay", 2, fault, times),)))


@pytest.mark.parametrize("fault", [FailBefore(), Hang(), ServerError(), RateLimit()])
def test_a_tool_that_never_recovers_ends_with_a_reason_and_without_duplicates(fault):
    run = run_reference(invoices(), strikes=(Strike("tool:pay", 2, fault, None),))
    assert run.ending == "returned"
    assert not run.completed
    assert len({deed.intent for deed in run.world.effects}) == len(run.world.effects)


@pytest.mark.parametrize("fault", [RateLimit(20_000), ServerError(), Hang(), Slow(20_000), FailBefore(), FailAfter()])
@pytest.mark.parametrize("times", [1, 2])
def test_a_model_that_recovers_costs_time_only(fault, times):
    assert paid_once(run_reference(invoices(), strikes=(Strike("model", 2, fault, times),)))


@pytest.mark.parametrize("fault", [RateLimit(1_000), ServerError(), Hang(), FailBefore()])
def test_a_model_that_never_recovers_parks_the_session(fault):
    run = run_reference(invoices(), strikes=(Strike("model", 2, fault, None),))
    last = entries(run)[-1]
    assert (last["outcome"], run.ending) == ("parked", "returned")
    assert "3 tries failed" in last["reason"]


@pytest.mark.parametrize(
    ("asked", "least", "most"), [(20_000, 20_000, 22_000), (0, 0, 1), (None, 500, 750), (-5, 500, 750)]
)
def test_retry_after_is_kept_to_and_absent_or_negative_ones_give_way_to_backoff(asked, least, most):
    run = run_reference(invoices(), strikes=(Strike("model", 2, RateLimit(asked)),))
    failure = entries(run, "Failed")[0]
    assert least <= failure["not_before"] - failure["at"] <= most
    again = next(event for event in run.events if event.site == "model" and event.nth == 3)
    assert again.at_ms >= failure["not_before"]


def test_an_absurd_retry_after_parks_the_session_at_once():
    run = run_reference(invoices(), strikes=(Strike("model", 2, RateLimit(86_400_000)),))
    assert entries(run)[-1]["outcome"] == "parked"
    assert run.ended_ms < 10_000


def test_a_backoff_survives_a_crash_in_its_middle():
    strikes = (Strike("model", 2, RateLimit(60_000)), Strike("sleep", 1, CrashBefore()))
    run = run_reference(invoices(), strikes=strikes)
    failure = entries(run, "Failed")[0]
    again = next(event for event in run.events if event.site == "model" and event.nth == 3)
    assert paid_once(run)
    assert again.at_ms >= failure["not_before"]


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (HallucinatedTool(), "there is no tool 'delete_everything'; the tools are pay"),
        (MalformedArguments(), "the arguments are not JSON"),
        (WrongType(), "the arguments break the schema at invoice"),
    ],
)
def test_a_bad_call_is_answered_with_the_reason_and_not_executed(fault, says):
    run = run_reference(invoices(), strikes=(Strike("model", 2, fault),))
    answers = [entry["result"].get("error", "") for entry in entries(run, "Returned")]
    assert any(says in answer for answer in answers)
    assert paid_once(run)


def test_an_empty_answer_is_nudged_a_few_times_and_then_ends_the_session():
    assert paid_once(run_reference(invoices(), strikes=(Strike("model", 2, EmptyAnswer(), 2),)))
    run = run_reference(invoices(), strikes=(Strike("model", 2, EmptyAnswer(), None),))
    assert "empty or cut answers" in entries(run)[-1]["reason"]


def test_parallel_calls_are_answered_in_call_order_whatever_order_they_end_in():
    run = run_reference(invoices(width=3), strikes=(Strike("tool:pay", 1, Slow(5_000)),))
    second = [event for event in run.events if event.site == "model" and event.kind == "request"][1]
    assert [message["content"] for message in second.detail["new"][1:]] == ["paid 1.", "paid 2.", "paid 3."]
    first_result = next(event for event in run.events if event.kind == "result")
    assert first_result.nth == 2


@pytest.mark.parametrize(
    ("limits", "cap"),
    [
        (Limits(turns=5), "turns"),
        (Limits(tokens=1_200), "tokens"),
        (Limits(compute_ms=2_500), "compute_ms"),
        (Limits(cost=5_300), "cost"),
    ],
)
def test_a_budget_ends_the_session_before_it_is_exceeded(limits, cap):
    run = run_reference(invoices(8), limits=limits)
    last = entries(run)[-1]
    assert last["reason"].startswith(f"budget of {cap}:")
    assert entries(run, "Warned") or cap in ("tokens", "cost")


@pytest.mark.parametrize(("data", "failures"), [(False, 1), (True, 0)])
def test_a_tool_that_moves_much_data_has_a_longer_deadline(data, failures):
    setup = invoices()
    setup = replace(setup, tools=tuple(replace(tool, data=data) for tool in setup.tools))
    run = run_reference(setup, strikes=(Strike("tool:pay", 2, Slow(60_000)),))
    assert paid_once(run)
    assert len(entries(run, "Failed")) == failures


def test_a_budget_is_not_reset_by_a_crash():
    limits = Limits(turns=3)
    run = run_reference(invoices(8), limits=limits, strikes=(Strike("model", 2, CrashAfter()),))
    asked = [event for event in run.events if event.site == "model" and event.kind == "reply"]
    assert len(asked) <= 4
    assert entries(run)[-1]["reason"].startswith("budget of turns")


def test_a_request_that_a_crash_lost_is_on_the_books():
    crashes = tuple(Strike("model", nth, CrashBefore()) for nth in (2, 3))
    clean, crashed = run_reference(invoices()), run_reference(invoices(), strikes=crashes)
    assert len(entries(crashed, "Asked")) == len(entries(clean, "Asked")) + 2


def test_a_read_only_step_costs_one_flush_and_a_mutating_one_two():
    run = run_reference(invoices(4))
    requests = run.passages["model"]
    assert run.passages["disk:flush"] == requests + 4 + 1


def test_text_that_is_no_unicode_is_mended_and_not_fatal():
    setup = invoices(2)

    def lonely(profile: str) -> Script:
        call = ToolCall("a", "pay", '{"invoice": 1, "note": "\\ud800"}')
        return Script([Reply("half of a \ud83d", (call,), "calls"), Reply("done \udc00")])

    run = run_reference(replace(setup, model=lonely))
    assert run.ending == "returned"
    assert entries(run)[-1]["answer"] == "done \ufffd\ufffd\ufffd"
