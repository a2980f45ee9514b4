"""The numbers of a recorded conversation, on conversations small enough to count by hand."""

from __future__ import annotations

from typing import Any

from harness.metrics.tokens import growth
from longhaul.traces.measure import GROWTH_CALLS, KINDS, Measured, measure
from longhaul.traces.shown import LINE_TOKENS, tokens_in
from scenarios.generated_recording import generated
from scenarios.importers import Trajectory

SIZE = 100


def said(role: str, text: str = "", **more: Any) -> dict[str, Any]:
    """A message of 100 tokens, that begins with a text."""
    return {"role": role, "content": text.ljust(SIZE * 32 // 10, "."), **more}


def call(name: str, **arguments: Any) -> dict[str, Any]:
    """A call that counts nothing but its arguments."""
    return {"role": "assistant", "content": "", "tool_calls": [{"id": name, "name": "t", "arguments": arguments}]}


def measured(*messages: dict[str, Any], events: tuple[dict[str, Any], ...] = ()) -> Measured:
    return measure(Trajectory("x", list(messages), events))


def test_the_input_of_a_call_is_everything_said_before_it():
    found = measured(said("user"), call("a"), said("tool", tool_call_id="a"), said("assistant"))
    small = tokens_in(call("a"))
    assert found.inputs == (SIZE, SIZE + small + SIZE)
    assert (found.calls, found.output, found.peak) == (2, small + SIZE, 2 * SIZE + small)


def test_answers_in_a_row_are_one_call():
    assert measured(said("user"), said("assistant"), call("a"), call("b")).inputs == (SIZE,)


def test_what_the_first_call_showed_is_static_from_the_second_on():
    found = measured(said("user"), said("assistant"), said("user"), said("assistant"), said("user"), said("assistant"))
    assert found.waste["static"] == 2 * SIZE
    assert found.input == SIZE + 3 * SIZE + 5 * SIZE


def test_a_result_is_dead_after_the_last_call_that_names_something_in_it():
    after = [message for name in "def" for message in (call(name), said("tool", name, tool_call_id=name))]
    found = measured(
        said("user"), call("a"), said("tool", "alpha_1", tool_call_id="a"), call("b", what="alpha_1"),
        said("tool", "beta_2", tool_call_id="b"), *after, said("assistant"),
    )  # fmt: skip
    steps = found.calls
    alpha = (steps - 1 - 1) * SIZE  # named by the second call, which showed it first
    beta = (steps - 1 - 2) * SIZE  # shown by the third call, never named
    others = sum((steps - 1 - first) * SIZE for first in (3, 4, 5))
    assert found.waste["dead"] == alpha + beta + others


def test_what_was_named_before_by_somebody_else_keeps_no_result_alive():
    used = measured(
        said("user"), call("a"), said("tool", "alpha_1", tool_call_id="a"), call("b"), call("c", what="alpha_1")
    )
    known = measured(
        said("user", "See alpha_1"), call("a"), said("tool", "alpha_1", tool_call_id="a"), said("user"), call("c")
    )
    assert used.waste["dead"] == known.waste["dead"] == 0
    long = [said("user"), call("b"), said("user"), call("d", what="alpha_1"), said("user"), call("e")]
    first = [call("a"), said("tool", "alpha_1", tool_call_id="a")]
    assert measured(said("user"), *first, *long).waste["dead"] == SIZE
    assert measured(said("user", "See alpha_1"), *first, *long).waste["dead"] == 2 * SIZE


def test_the_same_content_again_is_a_duplicate_and_not_dead_besides():
    twice = [said("tool", "same", tool_call_id="a"), call("b"), said("tool", "same", tool_call_id="b"), call("c")]
    found = measured(said("user"), call("a"), *twice)
    assert (found.waste["duplicate"], found.waste["dead"]) == (SIZE, SIZE)


def test_a_recorded_compaction_leaves_the_system_message_and_the_summary():
    summary = "s" * (10 * 32 // 10)
    found = measured(
        said("system"), said("user"), said("assistant"), said("user"), said("assistant"),
        events=({"at": 4, "kind": "compaction", "summary": summary},),
    )  # fmt: skip
    assert found.inputs == (2 * SIZE, SIZE + 10)
    assert (found.compactions, found.epochs, found.waste["overhead"]) == (1, 2, 10)


def test_what_a_recorded_compaction_kept_is_still_shown():
    event = {"at": 4, "kind": "compaction", "kept": [0, 3], "summary": ""}
    found = measured(
        said("system"), said("user"), said("assistant"), said("user"), said("assistant"), events=(event,)
    )  # fmt: skip
    assert found.inputs == (2 * SIZE, 2 * SIZE)


def test_a_microcompaction_leaves_a_line_for_each_result():
    event = {"at": 3, "kind": "microcompaction", "evicted_tool_call_ids": ["a", "unknown"]}
    found = measured(said("user"), call("a"), said("tool", tool_call_id="a"), said("assistant"), events=(event,))
    assert found.inputs[1] == SIZE + tokens_in(call("a")) + LINE_TOKENS
    assert found.microcompactions == 1


def test_every_token_is_of_one_kind():
    found = measure(Trajectory("x", generated(60, 1)))
    assert sum(found.waste.values()) == found.input == sum(found.inputs)
    assert all(found.waste[kind] >= 0 for kind in KINDS)
    assert (found.growth, found.epochs) == ("linear", 1)
    assert found.amplification and found.amplification > 10
    assert found.cached < found.input


def test_the_tokens_that_the_vendor_counted_are_told():
    usage = {"in": 5, "cache_read": 7, "cache_write": 1, "out": 100}
    assert measured(said("user"), said("assistant", usage=usage)).vendor_input == 13


def test_nothing_is_said_of_the_growth_of_a_short_chat():
    def chat(calls: int) -> Measured:
        turns = [
            message
            for number in range(calls)
            for message in (call("a"), {"role": "user", "content": "x" * 4 ** (number // 3)})
        ]
        return measured({"role": "user", "content": "x" * 9_600}, *turns)

    short = chat(15)
    # little is added to a long opening, more and more of it: the sum grows nearly as the calls do
    assert growth(short.inputs) == "exponential" and short.exponent and short.exponent < 1.4
    assert (short.growth, chat(GROWTH_CALLS - 1).growth) == (None, None)
    assert chat(GROWTH_CALLS).growth == "exponential"
