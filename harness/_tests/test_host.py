"""The doors of a life: faults once, n times and for ever; deadlines; keys; people; and a limit on everything."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from harness._tests.small import HERE, small
from harness.errors import HarnessError, UsageError
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
    NoSpace,
    RateLimit,
    ServerError,
    Slow,
    Strike,
    TornAppend,
    WrongType,
    forever,
)  # fmt: skip
from harness.history import Event
from harness.run import Run, execute
from harness.spec import Fault
from harness.types import Limits

DOORS = HERE / "doors.py"


def said(run: Run) -> list[str]:
    """What the orchestrator noted of each answer."""
    return run.journal.decode().splitlines()


def of(run: Run, site: str, kind: str) -> list[Event]:
    return [event for event in run.events if event.site == site and event.kind == kind]


@pytest.mark.parametrize(
    ("nth", "times", "struck"),
    [(1, 1, [1]), (2, 1, [2]), (2, 2, [2, 3]), (4, 1, [4]), (3, 5, [3, 4]), (1, None, [1, 2, 3, 4]), (3, None, [3, 4])],
)
def test_a_strike_hits_once_n_times_or_for_ever(nth: int, times: int | None, struck: list[int]) -> None:
    run = execute(small("doors.py:asks_four_times", strikes=(Strike("model", nth, ServerError(), times),)))
    assert [event.nth for event in of(run, "model", "struck")] == struck
    assert [event.nth for event in of(run, "model", "error")] == struck
    assert run.fired == (len(struck),)
    assert run.valid


def test_for_ever_is_a_strike_without_a_number_of_times() -> None:
    assert forever(Strike("model", 3, Hang())) == Strike("model", 3, Hang(), None)


def test_a_strike_that_never_fires_makes_the_run_invalid() -> None:
    run = execute(small("doors.py:asks_four_times", strikes=(Strike("model", 5, ServerError()),)))
    assert (run.fired, run.valid) == ((0,), False)


def test_a_passage_is_counted_over_all_lives() -> None:
    strikes = (Strike("model", 2, CrashBefore()), Strike("model", 4, RateLimit(7)))
    run = execute(small("doors.py:asks_four_times", strikes=strikes))
    assert [(event.life, event.nth) for event in of(run, "model", "request")] == [
        (0, 1), (0, 2), (1, 3), (1, 4), (1, 5), (1, 6)
    ]  # fmt: skip
    assert run.valid


def test_two_strikes_on_one_passage_both_act_the_first_outermost() -> None:
    strikes = (Strike("model", 1, Slow(3_000)), Strike("model", 1, RateLimit(9)))
    run = execute(small("doors.py:asks_four_times", strikes=strikes))
    assert said(run)[0] == "3000 RateLimited 429 9 Rate limit reached"
    assert run.fired == (1, 1)


@pytest.mark.parametrize(
    ("fault", "answer"),
    [
        (RateLimit(20_000), "0 RateLimited 429 20000 Rate limit reached"),
        (RateLimit(None), "0 RateLimited 429 None Rate limit reached"),
        (RateLimit(-5), "0 RateLimited 429 -5 Rate limit reached"),
        (ServerError(529), "0 ServerFailed 529 None Overloaded"),
        (FailBefore(), "0 ConnectionLost 0 None connection reset by peer"),
        (FailAfter(), "1000 ConnectionLost 0 None connection reset by peer"),
        (Hang(), "5000 TimedOut 0 None no answer within 5000 ms"),
        (HangAfter(), "5000 TimedOut 0 None no answer within 5000 ms"),
        (Slow(3_999), "4999 Reply"),
        (Slow(20_000), "5000 TimedOut 0 None no answer within 5000 ms"),
    ],
)
def test_a_fault_reaches_the_caller_as_the_vendor_would_show_it(fault: Any, answer: str) -> None:
    run = execute(small("doors.py:asks_four_times", strikes=(Strike("model", 1, fault),)))
    assert said(run)[0] == answer


@pytest.mark.parametrize(
    ("fault", "calls"),
    [
        (EmptyAnswer(), []),
        (HallucinatedTool(), [("delete_everything", "{}")]),
        (MalformedArguments(), [("look", "{")]),
        (WrongType(), [("look", '{"unexpected":[true]}')]),
    ],
)
def test_a_fault_may_change_what_the_model_answered(fault: Any, calls: list[tuple[str, str]]) -> None:
    run = execute(small("doors.py:asks_four_times", strikes=(Strike("model", 1, fault),)))
    reply = of(run, "model", "reply")[0].detail
    assert [(call["name"], call["arguments"]) for call in reply["calls"]] == calls


@pytest.mark.parametrize(
    ("fault", "effects"),
    [(FailBefore(), 2), (FailAfter(), 3), (Hang(), 2), (HangAfter(), 3), (Slow(1), 3), (RateLimit(), 2)],
)
def test_a_lost_answer_does_not_say_whether_the_effect_happened(fault: Any, effects: int) -> None:
    run = execute(small("doors.py:calls_three_at_once", horizon=4, strikes=(Strike("tool:pay", 2, fault),)))
    assert len(run.world.effects) == effects
    assert len(of(run, "tool:pay", "effect")) == effects


def test_fail_before_and_fail_after_look_the_same_to_the_caller() -> None:
    seen = []
    for fault in (FailBefore(), FailAfter()):
        run = execute(small("doors.py:calls_twice", strikes=(Strike("tool:pay", 1, fault),)))
        seen.append(said(run)[0].split(" ", 1)[1])
    assert seen[0] == seen[1]


def test_passages_of_parallel_calls_are_numbered_in_the_order_of_the_calls() -> None:
    run = execute(small("doors.py:calls_three_at_once", horizon=4, strikes=(Strike("tool:pay", 1, Slow(500)),)))
    assert [(event.nth, event.detail["id"]) for event in of(run, "tool:pay", "call")] == [
        (1, "call-1"), (2, "call-2"), (3, "call-3")
    ]  # fmt: skip
    assert [event.nth for event in of(run, "tool:pay", "result")] == [2, 3, 1]


def test_a_crash_strikes_with_others_in_flight() -> None:
    run = execute(small("doors.py:calls_three_at_once", horizon=4, strikes=(Strike("tool:pay", 2, CrashAfter()),)))
    assert [event.nth for event in of(run, "tool:pay", "effect") if event.life == 0] == [1, 2]
    assert [event.nth for event in of(run, "tool:pay", "result") if event.life == 0] == [1]


@pytest.mark.parametrize(
    ("kind", "effects", "answers"),
    [
        (
            "deduplicating",
            1,
            ["Result ok paid INV-001", "Result ok paid INV-001", "InvalidRequest 404", "InvalidRequest 404"],
        ),
        ("queryable", 2, ["Result ok paid INV-001", "Result ok paid INV-001", "Result ok paid INV-001", "NoneType"]),
        ("blind", 2, ["Result ok paid INV-001", "Result ok paid INV-001", "InvalidRequest 404", "InvalidRequest 404"]),
    ],
)
def test_the_three_kinds_of_tool_differ_in_what_a_key_is_good_for(kind: Any, effects: int, answers: list[str]) -> None:
    run = execute(small("doors.py:calls_twice", kind=kind))
    assert len(run.world.effects) == effects
    lines = [line.split(" ", 1)[1] for line in said(run)]
    assert [line[: len(answer)] for line, answer in zip(lines, answers, strict=True)] == answers


def test_another_payload_under_a_known_key_is_a_conflict() -> None:
    run = execute(small("doors.py:calls_with_a_conflict"))
    assert said(run)[1] == "200 InvalidRequest 409 None key 'key-1' was used before with other arguments"
    assert len(run.world.effects) == 1


def test_nonsense_calls_are_answered_without_any_effect() -> None:
    run = execute(small("doors.py:calls_nonsense"))
    lines = said(run)
    assert lines[0] == "0 InvalidRequest 404 None no tool 'fly'; there are look, note, pay"
    assert "Result error arguments are not JSON" in lines[1]
    assert "Result error arguments must be a JSON object, got '[1]'" in lines[2]
    assert "Result error pay cannot use {}: KeyError('invoice')" in lines[3]
    assert "Result error no invoice 'INV-999'" in lines[4]
    assert len(run.world.effects) == 0


def test_a_person_answers_truthfully_after_two_hours() -> None:
    run = execute(small("doors.py:asks_a_person", kind="blind"))
    assert said(run)[1:] == ["7200100 True paid INV-001", "14400100 False "]


def test_waiting_for_a_person_for_ever_is_waiting() -> None:
    run = execute(small("doors.py:waits_for_a_person", strikes=(Strike("human", 1, Hang()),)))
    assert run.ending == "waiting"


def test_whoever_stopped_waiting_for_a_person_is_stuck() -> None:
    run = execute(small("doors.py:loses_patience_with_a_person"))
    assert run.ending == "stuck"


def test_a_hang_without_deadline_is_stuck() -> None:
    run = execute(small("doors.py:asks_without_deadline", strikes=(Strike("model", 1, Hang()),)))
    assert run.ending == "stuck"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("reads_for_ever", "more than 1300 passages of disk:read"),
        ("sleeps_for_ever", "more than 1300 passages of sleep"),
        ("asks_for_ever", "more than 130 model requests"),
        ("writes_much", "the journal grew beyond 5000000 bytes"),
    ],
)
def test_whoever_never_ends_is_ended_with_a_reason(name: str, reason: str) -> None:
    run = execute(small(f"doors.py:{name}", limits=Limits(turns=3, output_bytes=5_000_000)))
    assert (run.ending, run.reason) == ("limit", reason)


def test_a_run_without_a_cap_on_turns_is_not_ended_early() -> None:
    run = execute(small("naive", horizon=200, limits=Limits(turns=0, tokens=0)))
    assert run.completed


def test_a_full_disk_keeps_nothing_of_the_write_and_says_so() -> None:
    run = execute(small("doors.py:asks_four_times", strikes=(Strike("disk:append", 2, NoSpace()),)))
    assert (run.ending, run.reason) == ("raised", "DiskFailed: no space left on device")
    assert len(said(run)) == 1
    assert of(run, "disk:append", "error")[0].detail["type"] == "ENOSPC"


def test_a_torn_append_keeps_the_pending_bytes_before_it_and_a_part_of_itself() -> None:
    run = execute(small("doors.py:asks_four_times", strikes=(Strike("disk:append", 3, TornAppend(0.25)),)))
    died = of(run, "life", "died")[0].detail
    third = of(run, "disk:append", "done")[2].detail
    assert died["durable"] == 0
    assert died["kept"] == third["offset"] + third["bytes"] // 4
    assert run.journal.startswith(run.tape[: died["kept"]])


def test_a_fault_that_never_answers_at_the_disk_is_refused() -> None:
    run = execute(small("doors.py:asks_four_times", strikes=(Strike("disk:append", 1, Fault(f"{DOORS}:Waits")),)))
    assert run.reason.startswith("Refused: a fault at disk:append waits; a write cannot wait")


def test_two_faults_may_change_one_answer() -> None:
    strikes = tuple(Strike("model", 1, fault) for fault in (WrongType(), MalformedArguments()))
    run = execute(small("doors.py:asks_four_times", strikes=strikes))
    assert of(run, "model", "reply")[0].detail["calls"][0]["arguments"] == '{"unexpected":[true]}'


def test_a_fault_that_does_not_fit_its_site_is_never_put_down_to_the_orchestrator() -> None:
    for site in ("disk:append", "tool:pay"):
        with pytest.raises(HarnessError, match=f"{site} #1 broke: AttributeError"):
            execute(small(strikes=(Strike(site, 1, Fault(f"{DOORS}:TakesItForAReply")),), orchestrator="replay"))


def test_a_slow_disk_holds_up_everybody() -> None:
    run = execute(small("doors.py:calls_three_at_once", horizon=4, strikes=(Strike("disk:append", 1, Slow(5_000)),)))
    assert [line.split()[0] for line in said(run)] == ["100", "5100", "5100"]
    assert [event.at_ms for event in of(run, "tool:pay", "result")] == [100, 5_100, 5_100]


def test_malformed_views_get_the_vendors_sentences() -> None:
    run = execute(small("doors.py:asks_malformed"))
    unanswered = "`tool_use` ids were found without `tool_result` blocks immediately after"
    orphan = "unexpected `tool_use_id` found in `tool_result` blocks"
    assert [line.split(" ", 4)[-1] for line in said(run)] == [
        "messages: at least one message is required",
        f"messages.1: {unanswered}: call-1",
        f"messages.1: {unanswered}: call-1",
        f"messages.1: {orphan}: call-1",
        f"messages.3: {orphan}: call-1",
        "messages.3: `tool_use` ids must be unique: call-1",
        "messages.2: `tool_result` for call-2 is out of order; call-1 is next",
        "messages.1: role user cannot call tools",
        "input length and `max_tokens` exceed context limit: 125080 + 1024 > 100000",
    ]
    assert [event.detail["type"] for event in of(run, "model", "error")] == ["invalid_request_error"] * 8 + [
        "context_length_exceeded"
    ]


def test_a_view_of_something_else_than_messages_is_refused_by_name() -> None:
    run = execute(small("misbehaving.py:asks_with_nonsense"))
    assert run.reason == "InvalidRequest: a view holds Message values, not 'hello'"


def test_a_fresh_list_and_a_growing_vector_are_the_same_to_the_harness() -> None:
    runs = [execute(small(f"doors.py:{name}")) for name in ("grows_a_vector", "grows_a_list")]
    first, second = ([event for event in run.events if event.site != "run"] for run in runs)
    assert first == second
    assert runs[0].trace == runs[1].trace
    assert [event.detail["shared"] for event in of(runs[0], "model", "request")] == [0, 1, 2, 3, 4]


def test_the_prompt_cache_grows_with_the_view_and_survives_a_crash() -> None:
    grown = execute(small("doors.py:grows_a_list"))
    cached = [event.detail["usage"]["cached"] for event in of(grown, "model", "reply")]
    assert cached[:2] == [0, 0]
    assert cached == sorted(cached)
    assert cached[-1] > 1_024
    run = execute(small("doors.py:asks_much_then_again", strikes=(Strike("model", 2, CrashBefore()),)))
    replies = of(run, "model", "reply")
    assert [(event.life, event.detail["usage"]["cached"] > 3_000) for event in replies] == [
        (0, False),
        (1, True),
        (1, True),
    ]


def test_an_answered_request_is_answered_in_other_words_the_next_time() -> None:
    run = execute(small("doors.py:asks_four_times", strikes=(Strike("model", 2, ServerError()),)))
    assert [event.detail["answered"] for event in of(run, "model", "request")] == [0, 1, 1, 2]
    ids = [event.detail["calls"][0]["id"] for event in of(run, "model", "reply")]
    assert len(set(ids)) == 3


def test_an_orchestrator_may_be_a_class_with_options() -> None:
    from harness.spec import Orchestrator

    path = small("doors.py:Counting").orchestrator.name
    run = execute(small(Orchestrator(path, times=3)))
    assert Counter(event.site for event in run.events)["sleep"] == 3
    assert run.ended_ms == 3_000


def test_an_orchestrator_that_is_no_coroutine_function_is_a_users_mistake() -> None:
    with pytest.raises(
        UsageError, match=r"Orchestrator\('.*doors.py:no_coroutine'\) gave 'done'; it must be a coroutine"
    ):
        execute(small("doors.py:no_coroutine"))


def test_a_strangers_fault_is_found_by_its_file(tmp_path: Any) -> None:
    file = tmp_path / "mine.py"
    file.write_text(
        "from dataclasses import dataclass\n"
        "@dataclass(frozen=True)\n"
        "class Twice:\n"
        "    ms: int\n"
        "    async def __call__(self, passage, proceed):\n"
        "        await proceed()\n"
        "        await passage.sleep(self.ms)\n"
        "        return await proceed()\n"
    )
    strike = Strike("tool:pay", 1, Fault(f"{file}:Twice", ms=7))
    run = execute(small("doors.py:calls_three_at_once", horizon=4, kind="blind", strikes=(strike,)))
    assert of(run, "tool:pay", "struck")[0].detail["fault"] == "Twice(ms=7)"
    assert len(run.world.effects) == 4
