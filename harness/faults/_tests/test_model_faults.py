"""What each fault of a model makes of an answer, seen in the history of a small run."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness._tests.small import small
from harness.faults import (
    ContextOverflow,
    CutAnswer,
    DuplicateCallIds,
    EarlyStop,
    EmptyAnswer,
    HallucinatedTool,
    HollowAnswer,
    MalformedArguments,
    MidstreamError,
    ModelGone,
    OddText,
    OneBadCall,
    QuotaExceeded,
    ReusedCallId,
    SameCallAgain,
    StopReason,
    Strike,
    TruncatedArguments,
    Unauthorized,
    WrongType,
    WrongUsage,
)
from harness.history import Event
from harness.run import Run, execute
from harness.types import ToolCall

FIRST, SECOND = '{"invoice": "INV-001"}', '{"invoice": "INV-002"}'
"""The arguments of the two payments that the second answer asks for."""


def struck(fault: Any, nth: int = 2) -> Run:
    """A small run of a sound loop; its second answer asks for two payments, its third for a note."""
    return execute(small("sound.py:LOOP", strikes=(Strike("model", nth, fault),)))


def answer(run: Run, nth: int = 2) -> Event:
    return next(
        event for event in run.events if event.site == "model" and event.nth == nth and event.kind in ("reply", "error")
    )


def reply(fault: Any, nth: int = 2) -> dict[str, Any]:
    """What the orchestrator got as its answer number `nth`."""
    run = struck(fault, nth)
    found = [event for event in run.events if (event.site, event.nth, event.kind) == ("model", nth, "reply")]
    return found[0].detail


def calls(fault: Any, nth: int = 2) -> list[tuple[str, str]]:
    return [(call["name"], call["arguments"]) for call in reply(fault, nth)["calls"]]


@pytest.mark.parametrize(
    ("fault", "text", "count", "stop"),
    [
        (EmptyAnswer(), "", 0, "end"),
        (HollowAnswer(), "", 0, None),
        (EarlyStop("Finished!"), "Finished!", 0, "end"),
        (StopReason(), "", 0, "refusal"),
        (StopReason("content_filter"), "", 0, "content_filter"),
        (StopReason("pause_turn"), "", 2, "pause_turn"),
        (CutAnswer(), "", 2, None),
        (TruncatedArguments(), "", 2, "length"),
        (TruncatedArguments(""), "", 2, None),
    ],
    ids=repr,
)
def test_an_answer_ends_as_the_fault_says(fault: Any, text: str, count: int, stop: str | None) -> None:
    found = reply(fault)
    assert (found["text"], len(found["calls"]), found["stop"] or None) == (text, count, stop)


def test_a_cut_answer_has_half_of_its_text_and_of_its_last_call() -> None:
    assert calls(CutAnswer()) == [("pay", FIRST), ("pay", SECOND[: len(SECOND) // 2])]
    assert reply(CutAnswer(), 4)["text"] == "everything is paid"[:9]


def test_truncated_arguments_still_parse_and_say_something_else() -> None:
    (_, whole), (_, cut) = calls(TruncatedArguments())
    assert whole == FIRST
    assert json.loads(cut) == {"invoice": "INV"}


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ('{"a": 1, "amount": 1000}', {"a": 1, "amount": 100}),
        ('{"a": 1, "amount": 7}', {"a": 1}),
        ('{"a": "x"}', {}),
        ('{"a": "name", "b": true}', {"a": "name"}),
        ("{}", {}),
    ],
)
def test_arguments_are_truncated_at_their_end(given: str, left: dict[str, Any]) -> None:
    from harness.faults.calls import _given, _shortened

    assert _shortened(_given(ToolCall("1", "t", given))) == left


@pytest.mark.parametrize(
    ("shape", "arguments"),
    [
        ("cut", FIRST[:11]),
        ("trailing_comma", '{"invoice":"INV-001",}'),
        ("single_quotes", "{'invoice':'INV-001'}"),
        ("nan", '{"invoice": NaN}'),
        ("duplicate_keys", '{"invoice":"INV-001", "invoice": "INV-0010"}'),
        ("trailing_text", '{"invoice":"INV-001"} Done.'),
        ("two_objects", '{"invoice":"INV-001"}{"invoice":"INV-001"}'),
    ],
)
def test_arguments_are_malformed_in_the_shapes_that_models_produce(shape: str, arguments: str) -> None:
    assert calls(MalformedArguments(shape))[0] == ("pay", arguments)


@pytest.mark.parametrize("shape", ["cut", "trailing_comma", "single_quotes", "trailing_text", "two_objects"])
def test_malformed_arguments_are_no_json_even_where_the_call_had_none(shape: str) -> None:
    ((_, arguments),) = calls(MalformedArguments(shape), 1)
    with pytest.raises(json.JSONDecodeError):
        json.loads(arguments)


def test_a_made_up_tool_is_far_off_or_near() -> None:
    assert [name for name, _ in calls(HallucinatedTool())] == ["delete_everything"] * 2
    assert [name for name, _ in calls(HallucinatedTool(near_miss=True))] == ["pays"] * 2


def test_one_bad_call_leaves_the_others_alone() -> None:
    assert calls(OneBadCall()) == [("pay", FIRST), ("pay", SECOND[:11])]
    assert calls(OneBadCall(1)) == [("pay", FIRST[:11]), ("pay", SECOND)]
    assert calls(OneBadCall(7)) == calls(OneBadCall())


def test_wrong_types_are_valid_json_off_the_schema() -> None:
    assert [json.loads(arguments) for _, arguments in calls(WrongType())] == [
        {"invoice": ["INV-001"]}, {"invoice": ["INV-002"]}
    ]  # fmt: skip


def test_call_ids_repeat_within_a_turn_and_over_turns() -> None:
    first = reply(WrongUsage(), 1)["calls"][0]["id"]
    same = [call["id"] for call in reply(DuplicateCallIds())["calls"]]
    assert len(same) == 2 and len(set(same)) == 1
    assert len(reply(DuplicateCallIds(), 1)["calls"]) == 2, "a single call is there twice"
    reused = [call["id"] for call in reply(ReusedCallId())["calls"]]
    assert reused[0] == first and reused[1] != first
    assert reply(ReusedCallId(), 1)["calls"][0]["id"] == first, "there is no earlier call in the first answer"


def test_the_last_read_is_asked_for_again_under_a_new_id() -> None:
    again = reply(SameCallAgain())["calls"]
    assert [(call["id"], call["name"], call["arguments"]) for call in again] == [("call_again_2", "look", "{}")]
    assert calls(SameCallAgain(), 1) == [("look", "{}")], "nothing was read before the first answer"


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (QuotaExceeded(), ("RateLimited", 429, "insufficient_quota", None)),
        (QuotaExceeded("request_too_large"), ("RateLimited", 429, "request_too_large", None)),
        (MidstreamError(), ("ServerFailed", 200, "overloaded_error", None)),
        (MidstreamError("server_error"), ("ServerFailed", 200, "server_error", None)),
        (ModelGone(), ("InvalidRequest", 404, "not_found_error", None)),
        (Unauthorized(), ("AuthenticationFailed", 401, "authentication_error", None)),
        (Unauthorized(403), ("AuthenticationFailed", 403, "permission_error", None)),
        (ContextOverflow(), ("ContextTooLong", 400, "context_length_exceeded", None)),
    ],
    ids=repr,
)
def test_a_refusal_carries_what_the_vendor_sends(fault: Any, error: tuple[Any, ...]) -> None:
    detail = answer(struck(fault)).detail
    assert (detail["error"], detail["status"], detail["type"], detail["retry_after_ms"]) == error


def test_a_midstream_error_costs_the_time_of_an_answer_and_a_refusal_does_not() -> None:
    late, early = struck(MidstreamError()), struck(ContextOverflow())
    assert answer(late).at_ms - answer(early).at_ms == 1_000


@pytest.mark.parametrize(
    ("kind", "odd"),
    [("nul", "\x00"), ("surrogate", "�"), ("ansi", "\x1b[31m"), ("long_line", "x" * 1_000_000)],
)
def test_odd_text_is_in_the_answer_and_the_history_stays_legible(kind: Any, odd: str) -> None:
    assert odd in reply(OddText(kind))["text"]


def test_odd_text_of_a_tool_is_in_its_result() -> None:
    run = execute(small("sound.py:LOOP", strikes=(Strike("tool:look", 1, OddText("ansi")),)))
    result = next(event for event in run.events if event.site == "tool:look" and event.kind == "result")
    assert result.detail["content"].endswith("\x1b[31mred\x1b[0m\x1b[2J")


@pytest.mark.parametrize("tokens", [None, 0, 10**9])
def test_wrong_usage_does_not_deceive_the_door(tokens: int | None) -> None:
    honest, wrong = reply(StopReason("pause_turn")), reply(WrongUsage(tokens))
    assert wrong["usage"] == honest["usage"] and wrong["usage"]["input"] > 0
    assert wrong["calls"] == honest["calls"]
