"""What a vendor accepts, message by message, and the same verdict whether a view grew or came afresh."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import ContextTooLong, InvalidRequest
from harness.folding import Folding
from harness.protocol import Transcript, check_request, problem_of, read_on
from harness.tokens import message_tokens
from harness.types import Message, ToolCall
from harness.vector import Vector

USER = Message("user", "go")
UNANSWERED = "`tool_use` ids were found without `tool_result` blocks immediately after"
ORPHAN = "unexpected `tool_use_id` found in `tool_result` blocks"


def calling(*ids: str) -> Message:
    return Message("assistant", "", tuple(ToolCall(name, "look", "{}") for name in ids))


def result(call_id: str) -> Message:
    return Message("tool", "seen", call_id=call_id)


def problem(*messages: Message) -> str:
    return problem_of(Folding(Transcript, read_on)(Vector(messages, message_tokens)))


@pytest.mark.parametrize(
    "messages",
    [
        (USER,),
        (Message("system", "be good"), USER),
        (USER, calling("a"), result("a")),
        (USER, calling("a", "b"), result("a"), result("b"), Message("assistant", "done")),
        (USER, calling("a"), result("a"), calling("b"), result("b"), USER),
    ],
)
def test_a_well_formed_view_has_no_problem(messages: tuple[Message, ...]) -> None:
    assert problem(*messages) == ""


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ((), "messages: at least one message is required"),
        ((USER, calling("a")), f"messages.1: {UNANSWERED}: a"),
        ((USER, calling("a", "b"), result("a")), f"messages.2: {UNANSWERED}: b"),
        ((USER, calling("a"), USER), f"messages.1: {UNANSWERED}: a"),
        ((USER, calling("a", "b"), result("a"), USER, result("b")), f"messages.2: {UNANSWERED}: b"),
        ((USER, result("a")), f"messages.1: {ORPHAN}: a"),
        ((result("a"),), f"messages.0: {ORPHAN}: a"),
        ((USER, calling("a"), result("b")), f"messages.2: {ORPHAN}: b"),
        ((USER, calling("a"), result("a"), result("a")), f"messages.3: {ORPHAN}: a"),
        ((USER, calling("a", "b"), result("b"), result("a")), "messages.2: `tool_result` for b is out of order; a is next"),
        ((USER, calling("a", "a"), result("a"), result("a")), "messages.1: `tool_use` ids must be unique: a"),
        ((USER, calling("a"), result("a"), calling("a"), result("a")), "messages.3: `tool_use` ids must be unique: a"),
        ((Message("user", "", (ToolCall("a", "look", "{}"),)), result("a")), "messages.0: role user cannot call tools"),
        ((USER, result("a"), calling("b")), f"messages.1: {ORPHAN}: a"),
    ],
)  # fmt: skip
def test_a_malformed_view_has_the_vendors_sentence(messages: tuple[Message, ...], expected: str) -> None:
    assert problem(*messages) == expected


_message = st.one_of(
    st.just(USER),
    st.lists(st.sampled_from("abc"), min_size=1, max_size=2).map(lambda ids: calling(*ids)),
    st.sampled_from("abc").map(result),
)


@given(st.lists(_message, max_size=12), st.lists(st.integers(0, 12), max_size=6))
def test_a_view_is_judged_alike_grown_step_by_step_cut_back_or_afresh(messages: list[Message], cuts: list[int]) -> None:
    remembering = Folding(Transcript, read_on)
    grown: Vector[Message] = Vector((), message_tokens)
    for message in messages:
        grown = grown.append(message)
        assert problem_of(remembering(grown)) == problem(*grown)
    for cut in cuts:
        assert problem_of(remembering(grown.first(cut))) == problem(*grown.first(cut))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("wrong", 10, 10, 100), InvalidRequest, "wrong"),
        (("", 91, 10, 100), ContextTooLong, "input length and `max_tokens` exceed context limit: 91 \\+ 10 > 100"),
        (("wrong", 91, 10, 100), InvalidRequest, "wrong"),
    ],
)
def test_a_refusal_is_an_error_with_status_400(arguments: Any, error: type[InvalidRequest], message: str) -> None:
    with pytest.raises(error, match=f"^{message}$") as caught:
        check_request(*arguments)
    assert caught.value.status == 400


def test_a_request_that_just_fits_is_accepted() -> None:
    check_request("", 90, 10, 100)
