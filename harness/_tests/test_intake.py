"""Requests taken in: equal requests are equal, in whatever shape they come, and what was shared is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.cache import cached_tokens
from harness.errors import InvalidRequest
from harness.intake import Intake, common_prefix
from harness.tokens import message_tokens, tools_tokens, view_tokens
from harness.types import Message, Request, Tool
from harness.vector import Vector

TOOLS = (Tool("look", "List.", {"type": "object"}),)
_views = st.lists(st.lists(st.sampled_from("abcd"), max_size=6), max_size=8)


def messages(letters: list[str]) -> list[Message]:
    return [Message("user", letter * 10) for letter in letters]


@given(_views)
def test_a_list_a_tuple_and_a_vector_are_taken_in_alike(views: list[list[str]]) -> None:
    lists, vectors = Intake(), Intake()
    for letters in views:
        view = messages(letters)
        one = lists.take(Request(view, TOOLS))
        other = vectors.take(Request(Vector(view, message_tokens), TOOLS))
        assert (one.digest, one.shared, one.tokens, one.problem) == (
            other.digest,
            other.shared,
            other.tokens,
            other.problem,
        )
        assert tuple(one.view) == tuple(other.view) == tuple(view)


@given(_views)
def test_what_is_shared_is_the_common_prefix_with_the_request_before(views: list[list[str]]) -> None:
    intake = Intake()
    before: list[Message] = []
    for letters in views:
        view = messages(letters)
        taken = intake.take(Request(view, ()))
        expected = next(
            (i for i, (a, b) in enumerate(zip(before, view, strict=False)) if a != b), min(len(before), len(view))
        )
        assert taken.shared == expected == common_prefix(before, view)
        assert taken.tokens == view_tokens(view)
        before = view


@given(_views)
def test_equal_requests_have_equal_digests_and_others_have_others(views: list[list[str]]) -> None:
    intake = Intake()
    digests: dict[str, tuple[str, ...]] = {}
    for letters in views:
        digest = intake.take(Request(messages(letters), ())).digest
        assert digests.setdefault(digest, tuple(letters)) == tuple(letters)
    assert len(digests) == len({tuple(letters) for letters in views})


def test_the_tools_are_part_of_the_request() -> None:
    intake, view = Intake(), messages(["a"])
    with_tools, without = intake.take(Request(view, TOOLS)), intake.take(Request(view, ()))
    assert with_tools.digest != without.digest
    assert with_tools.tokens == without.tokens + tools_tokens(TOOLS)


def test_a_definition_that_is_not_the_tools_own_makes_another_request_and_its_size_is_told() -> None:
    view, stub = messages(["a"]), (Tool("look", "", {}),)
    whole, same, other = (Intake().take(Request(view, tools), TOOLS) for tools in (TOOLS, (*TOOLS,), stub))
    assert whole.digest == same.digest == Intake().take(Request(view, TOOLS)).digest
    assert other.digest != whole.digest
    assert (whole.altered, other.altered) == ({}, {"offered": {"look": len("look") + len("{}")}})


def test_a_tool_that_is_left_out_is_told_and_a_request_for_text_offers_none() -> None:
    view, more = messages(["a"]), (*TOOLS, Tool("paint", "", {}))
    assert Intake().take(Request(view, TOOLS), more).altered.keys() == {"offered"}
    assert Intake().take(Request(view, ()), more).altered == {}


@pytest.mark.parametrize("change", [{"pinned": True}, {"role": "assistant"}, {"content": "aaaaaaaaab"}])
def test_every_field_of_a_message_is_part_of_the_request(change: dict[str, object]) -> None:
    fields = {"role": "user", "content": "aaaaaaaaaa", **change}
    first, second = Intake().take(Request(messages(["a"]))), Intake().take(Request([Message(**fields)]))  # type: ignore[arg-type]
    assert first.digest != second.digest


def test_answers_are_counted_by_request() -> None:
    intake = Intake()
    first, second = intake.take(Request(messages(["a"]))).digest, intake.take(Request(messages(["b"]))).digest
    intake.answer(first)
    intake.answer(first)
    assert (intake.answered(first), intake.answered(second)) == (2, 0)


def test_a_view_of_dictionaries_is_refused() -> None:
    with pytest.raises(InvalidRequest, match=r"a view holds Message values, not \{'role': 'user'\}"):
        Intake().take(Request([{"role": "user"}]))  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("common", "idle_ms", "cached"),
    [
        (1_023, 0, 0), (1_024, 0, 1_024), (1_151, 0, 1_024), (1_152, 0, 1_152), (100_000, 0, 99_968),
        (2_048, 300_000, 2_048), (2_048, 300_001, 0), (0, 0, 0),
    ],
)  # fmt: skip
def test_a_long_enough_prefix_is_cached_in_steps_for_five_minutes(common: int, idle_ms: int, cached: int) -> None:
    assert cached_tokens(common, idle_ms) == cached
