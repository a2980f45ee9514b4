"""The wire script refuses what the vendor refuses, answers in its shapes, and agrees with our client."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.providers.openai_chat import TOOLS_MAX, answer, read_request
from harness.clients.openai import body_of, error_of, reply_of
from harness.errors import (
    AuthenticationFailed,
    ConnectionLost,
    ContextTooLong,
    DoorError,
    InvalidRequest,
    RateLimited,
    ServerFailed,
    TimedOut,
)  # fmt: skip
from harness.types import Message, Reply, Request, Tool, ToolCall, Usage

ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "go"}]}
FUNCTION: dict[str, Any] = {"name": "pay", "description": "Pay.", "parameters": {"type": "object"}}
CALL: dict[str, Any] = {"id": "c1", "type": "function", "function": {"name": "pay", "arguments": "{"}}


def read(**changes: Any) -> Request:
    """Read a small body with changes."""
    return read_request(json.dumps({**ASKED, **changes}).encode())


def message(**fields: Any) -> dict[str, Any]:
    """Changes that replace the messages by one."""
    return {"messages": [fields]}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"model": None}, "you must provide a model parameter"),
        ({"messages": []}, "Invalid 'messages': empty array"),
        ({"messages": "go"}, "Invalid type for 'messages': expected an array, but got a string instead"),
        ({"messages": ["go"]}, "Invalid type for 'messages[0]': expected an object, but got a string"),
        ({"tools": []}, "Invalid 'tools': empty array"),
        (
            {"tools": [{"type": "function", "function": FUNCTION}] * (TOOLS_MAX + 1)},
            "maximum length 128, but got an array",
        ),
        ({"tools": [{"function": FUNCTION}]}, "Missing required parameter: 'tools[0].type'"),
        (
            {"tools": [{"type": "function", "function": {**FUNCTION, "name": "pay bill"}}]},
            "does not match pattern",
        ),
        (
            {"tools": [{"type": "function", "function": {**FUNCTION, "name": "x" * 65}}]},
            "does not match pattern",
        ),
        ({"tool_servers": 1}, "Unrecognized request argument supplied: tool_servers"),
        ({"stream": True}, "stream and n are not supported"),
        ({"n": 2}, "stream and n are not supported"),
        ({"max_completion_tokens": 0}, "Invalid 'max_completion_tokens'"),
        ({"max_completion_tokens": "9"}, "Invalid 'max_completion_tokens'"),
        (message(role="robot", content="x"), "Invalid value: 'robot'. Supported values are: 'system'"),
        (message(content="x"), r"Invalid type for 'messages[0].role': expected a string, but got null"),
        (message(role="user"), "Invalid type for 'messages[0].content'"),
        (message(role="user", content=None), "Invalid type for 'messages[0].content'"),
        (
            message(role="user", content="x", tool_calls=[CALL]),
            "Unknown parameter: 'messages[0].tool_calls'.",
        ),
        (message(role="user", content=[{"type": "image"}]), "Invalid type for 'messages[0].content[0].text'"),
        (message(role="tool", content="x"), "Invalid type for 'messages[0].tool_call_id'"),
        (message(role="assistant"), "Invalid type for 'messages[0].content'"),
        (message(role="assistant", tool_calls=[]), "Invalid 'messages[0].tool_calls': empty array"),
        (
            message(role="assistant", tool_calls=[{"id": "c1"}]),
            "Missing required parameter: 'messages[0].tool_calls[0].type'",
        ),
        (
            message(role="assistant", tool_calls=[{**CALL, "function": {"name": "pay"}}]),
            "function.arguments': expected a string",
        ),
    ],
)
def test_what_the_vendor_refuses_is_refused_with_its_place(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        read(**changes)
    assert reason in str(caught.value)
    assert (caught.value.status, caught.value.error_type) == (400, "invalid_request_error")


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[1]", b"null"])
def test_a_body_that_is_no_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidRequest, match=r"We could not parse the JSON body|expected an object"):
        read_request(body)


def test_parts_of_text_and_the_newer_role_are_understood() -> None:
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    assert read(**message(role="developer", content=parts)).messages == (Message("system", "ab"),)


def test_known_tools_come_back_as_themselves_and_others_as_they_were_sent() -> None:
    known = (Tool("pay", "Pay.", {"type": "object"}, "irreversible"), Tool("look", "Look.", {}))
    all_of_them = body_of(Request((Message("user", "go"),), known), "m")
    assert read_request(all_of_them, known).tools is known
    other = Tool("pay", "Pay twice.", {"type": "object"})
    offered = read_request(body_of(Request((Message("user", "go"),), (other, known[1])), "m"), known).tools
    assert offered == (other, known[1])
    assert offered[1] is known[1]


# what the vendor answers


def test_an_error_has_the_vendors_body_and_both_headers_for_the_wait() -> None:
    sent = answer(RateLimited("Rate limit reached", 429, "rate_limit_error", 1_500), "m", 0)
    assert sent.status == 429
    assert json.loads(sent.body) == {
        "error": {
            "message": "Rate limit reached",
            "type": "requests",
            "param": None,
            "code": "rate_limit_exceeded",
        }
    }
    headers = dict(sent.headers)
    assert (headers["retry-after-ms"], headers["retry-after"]) == ("1500", "2")
    assert headers["content-length"] == str(len(sent.body))


def test_no_wait_means_no_header() -> None:
    headers = dict(answer(RateLimited("no", 429), "m", 0).headers)
    assert "retry-after" not in headers
    assert "retry-after-ms" not in headers


def test_a_lost_connection_and_silence_are_ends_and_not_answers() -> None:
    assert answer(ConnectionLost("reset"), "m", 0).ends == "reset"
    assert answer(TimedOut("late"), "m", 0).ends == "silent"


def test_a_completion_has_the_vendors_shape() -> None:
    sent = answer(Reply("", (ToolCall("c1", "pay", "{}"),), "calls", Usage(2_000, 1_024, 3)), "m", 5_500)
    body = json.loads(sent.body)
    assert body.pop("id").startswith("chatcmpl-")
    assert body == {
        "object": "chat.completion",
        "created": 1_790_000_005,
        "model": "m",
        "choices": [
            {
                "index": 0,
                "message": {
                    "role": "assistant",
                    "content": None,
                    "refusal": None,
                    "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "pay", "arguments": "{}"}}],
                },
                "logprobs": None,
                "finish_reason": "tool_calls",
            }
        ],
        "usage": {
            "prompt_tokens": 2_000,
            "completion_tokens": 3,
            "total_tokens": 2_003,
            "prompt_tokens_details": {"cached_tokens": 1_024, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
        },
        "service_tier": "default",
    }


def test_equal_outcomes_give_equal_bytes() -> None:
    assert answer(Reply("hi"), "m", 7) == answer(Reply("hi"), "m", 7)


# script and client, both ways

texts = st.text(max_size=20)
names = st.from_regex(r"\A[a-zA-Z0-9_-]{1,64}\Z")
calls = st.lists(st.builds(ToolCall, texts, names, texts), max_size=3).map(tuple)
messages = st.one_of(
    st.builds(Message, st.sampled_from(["system", "user"]), texts),
    st.builds(Message, st.just("assistant"), texts, calls),
    st.builds(Message, st.just("tool"), texts, call_id=texts),
)


@given(st.lists(messages, min_size=1, max_size=5).map(tuple), st.integers(1, 9_999))
def test_every_request_arrives_as_it_was_sent(view: tuple[Message, ...], output: int) -> None:
    assert read_request(body_of(Request(view, (), output), "m")) == Request(view, (), output)


usages = st.none() | st.builds(Usage, st.integers(0, 9**9), st.integers(0, 9**9), st.integers(0, 9**9))
stops = st.sampled_from(["end", "calls", "length", "content_filter", "a word of tomorrow"])


@given(st.builds(Reply, texts, calls, stops, usages))
def test_every_reply_arrives_as_it_was_given(reply: Reply) -> None:
    sent = answer(reply, "m", 0)
    assert sent.status == 200
    assert reply_of(sent.body) == reply


@pytest.mark.parametrize("wait", [None, 0, 1, 999, 1_000, 20_000, -5_000, 10**13])
def test_a_rate_limit_arrives_with_the_wait_that_was_meant(wait: int | None) -> None:
    sent = answer(RateLimited("Rate limit reached", 429, "rate_limit_error", wait), "m", 0)
    error = error_of(sent.status, dict(sent.headers), sent.body)
    assert (type(error), error.message, error.status, error.retry_after_ms) == (
        RateLimited, "Rate limit reached", 429, wait,
    )  # fmt: skip


@pytest.mark.parametrize(
    "error",
    [
        ServerFailed("Internal server error", 500, "server_error"),
        ServerFailed("overloaded", 503, "server_error", 700),
        InvalidRequest("messages.0: unexpected", 400, "invalid_request_error"),
        InvalidRequest("no such model", 404, "not_found_error"),
        ContextTooLong("input length exceeds", 400, "context_length_exceeded"),
        RateLimited("the quota is used up", 429, "insufficient_quota"),
        RateLimited("Request too large for a minute's limit", 429, "request_too_large"),
        AuthenticationFailed("the key is not accepted", 401, "authentication_error"),
        AuthenticationFailed("the key may not do this", 403, "permission_error"),
    ],
)
def test_every_other_error_arrives_as_itself(error: DoorError) -> None:
    sent = answer(error, "m", 0)
    arrived = error_of(sent.status, dict(sent.headers), sent.body)
    assert (type(arrived), vars(arrived)) == (type(error), vars(error))


def test_text_that_is_no_unicode_is_mended_before_it_is_sent() -> None:
    sent = answer(Reply("half a pair: \ud83d"), "m", 0)
    assert reply_of(sent.body).text == "half a pair: " + "\ufffd" * 3
