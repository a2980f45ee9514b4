"""The world: values, a ledger out of reach, and three kinds of tool."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from harness._tests.small import tools
from harness.errors import InvalidRequest
from harness.types import Parameters, Question, Result, Tool
from harness.world import Visit, World, intent_of, look_up, perform, truthful

EMPTY = World().put("open", ("INV-001", "INV-002"))
PAY = '{"invoice": "INV-001"}'
OTHER = '{"invoice": "INV-002"}'


def tool(kind: Any, name: str = "pay") -> Tool:
    return next(tool for tool in tools(Parameters(kind=kind)) if tool.name == name)


def visit(key: str = "key-1") -> Visit:
    return Visit("call-1", key, 3, 500)


def test_putting_a_value_leaves_the_world_before_as_it_was() -> None:
    after = EMPTY.put("open", ()).put("new", 1)
    assert (EMPTY.get("open"), EMPTY.get("new", "nothing")) == (("INV-001", "INV-002"), "nothing")
    assert (after.get("open"), after.get("new")) == ((), 1)


def test_an_effect_goes_into_the_ledger_with_who_and_when() -> None:
    after, result = perform(EMPTY, tool("queryable"), PAY, visit())
    deed = after.effects[0]
    assert (deed.number, deed.tool, deed.intent, deed.key, deed.call_id) == (1, "pay", "INV-001", "key-1", "call-1")
    assert (deed.life, deed.at_ms, deed.effect) == (3, 500, "irreversible")
    assert result == Result(content="paid INV-001", fetched_at=500, version=1, duration_ms=100, bytes=12)
    assert (after.version, EMPTY.version, len(EMPTY.effects)) == (1, 0, 0)


@pytest.mark.parametrize(("kind", "effects"), [("deduplicating", 1), ("queryable", 2), ("blind", 2)])
def test_the_same_key_again_acts_once_only_where_the_tool_deduplicates(kind: Any, effects: int) -> None:
    once, first = perform(EMPTY, tool(kind), PAY, visit())
    twice, second = perform(once, tool(kind), PAY, Visit("call-9", "key-1", 4, 900))
    assert len(twice.effects) == effects
    assert (second == first) is (kind == "deduplicating")


def test_another_key_acts_again_whatever_the_tool() -> None:
    once, _ = perform(EMPTY, tool("deduplicating"), PAY, visit())
    twice, _ = perform(once, tool("deduplicating"), PAY, visit("key-2"))
    assert [deed.intent for deed in twice.effects] == ["INV-001", "INV-001"]


def test_a_known_key_with_another_payload_is_a_conflict_without_effect() -> None:
    once, _ = perform(EMPTY, tool("deduplicating"), PAY, visit())
    with pytest.raises(InvalidRequest, match="key 'key-1' was used before with other arguments") as caught:
        perform(once, tool("deduplicating"), OTHER, visit())
    assert (caught.value.status, caught.value.error_type) == (409, "IdempotencyKeyConflict")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ("{", "arguments are not JSON"),
        ("", "arguments are not JSON"),
        ('{"invoice": "\ud800"}', "arguments are not JSON"),
        ("[1]", "arguments must be a JSON object, got '[1]'"),
        ("null", "arguments must be a JSON object, got 'null'"),
        ("{}", "pay cannot use {}: KeyError('invoice')"),
        ('{"invoice": "INV-999"}', "no invoice 'INV-999'"),
    ],
)
def test_a_call_that_cannot_be_done_is_a_result_that_says_why_and_no_effect(arguments: str, error: str) -> None:
    after, result = perform(EMPTY, tool("deduplicating"), arguments, visit())
    assert after is EMPTY
    assert result.status == "error"
    assert result.error.startswith(error)


def test_a_refused_call_does_not_use_up_its_key() -> None:
    refused, _ = perform(EMPTY, tool("deduplicating"), '{"invoice": "INV-999"}', visit())
    after, result = perform(refused, tool("deduplicating"), PAY, visit())
    assert (len(after.effects), result.status) == (1, "ok")


def test_reading_leaves_no_trace() -> None:
    after, result = perform(EMPTY, tool("queryable", "look"), "{}", visit())
    assert (after.version, len(after.effects), look_up(after, "key-1")) == (0, 0, None)
    assert result.content == "open invoices: INV-001, INV-002"


def test_a_query_and_a_person_know_what_happened_under_a_key() -> None:
    after, result = perform(EMPTY, tool("blind"), PAY, visit())
    assert look_up(after, "key-1") == result
    assert look_up(after, "key-2") is None
    assert truthful(after, Question("?", "pay", "key-1")).happened is True
    assert truthful(after, Question("?", "pay", "key-2")).happened is False


def test_the_intent_is_the_named_arguments_or_all_of_them_in_order() -> None:
    named, unnamed = tool("blind"), tool("blind", "note")
    assert intent_of(named, {"memo": "x", "invoice": "INV-001"}) == "INV-001"
    assert intent_of(unnamed, {"text": "b", "at": 3}) == '[3,"b"]'


def test_two_deeds_whose_arguments_read_alike_side_by_side_are_two_deeds() -> None:
    unnamed = tool("blind", "note")
    assert intent_of(unnamed, {"a": "x y", "b": "z"}) != intent_of(unnamed, {"a": "x", "b": "y z"})


def test_a_mutating_tool_that_answers_with_an_error_has_done_nothing() -> None:
    refusing = replace(
        tool("blind"), run=lambda world, given, key: (world.put("paid", 1), Result(status="error", error="no"))
    )
    after, result = perform(EMPTY, refusing, PAY, visit())
    assert (result.status, len(after.effects), after.get("paid")) == ("error", 0, None)
