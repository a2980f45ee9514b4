"""A summary may leave things out; it may not state what nobody ever stated."""

from __future__ import annotations

import pytest

from harness.policies.validate import NOTHING_LEFT, validated
from harness.types import Message, ToolCall

CALL = ToolCall("a", "look", "{}")
BEFORE = (
    Message("user", "Pay all.\nlimit = 500", pinned=True),
    Message("assistant", "Looking.", (CALL,)),
    Message("tool", "rule.tone = formal \nstate = open", call_id="a"),
    Message("user", "Remember: colour = red, and go on with it as long as there is anything left of it to be done."),
)


def summarised(text: str) -> tuple[str, tuple[str, ...]]:
    """What is left of a summary, and what was taken out."""
    checked = validated("Summarize()", BEFORE, (BEFORE[0], Message("user", text)), 1_000)
    return checked.view[1].content, checked.invented


def test_a_fact_that_nobody_stated_is_taken_out_and_named() -> None:
    assert summarised("rule.tone = formal\nrule.colour = blue\nGo on.") == (
        "rule.tone = formal\nGo on.",
        ("rule.colour = blue",),
    )


def test_a_fact_with_another_value_is_another_fact() -> None:
    assert summarised("limit = 5000\nstate = open") == ("state = open", ("limit = 5000",))


@pytest.mark.parametrize("line", ["rule.tone = formal", "- limit = 500", "* state = open", "colour = red"])
def test_a_fact_that_was_stated_stays_wherever_it_stood(line: str) -> None:
    assert summarised(line) == (line, ())


def test_what_is_done_is_said_in_words_of_its_own() -> None:
    assert summarised("done = all up to item-3") == ("done = all up to item-3", ())


def test_a_summary_of_inventions_only_says_that_nothing_is_left() -> None:
    assert summarised("limit = 9") == (NOTHING_LEFT, ("limit = 9",))


def test_prose_and_shortened_results_are_left_alone() -> None:
    cut = (BEFORE[0], BEFORE[1], Message("tool", "rule.tone = for", call_id="a"))
    assert validated("Truncate()", BEFORE, cut, 1_000).view == cut
    assert summarised("Nothing was decided.") == ("Nothing was decided.", ())


def test_a_view_without_messages_of_its_own_is_the_very_same() -> None:
    view = (BEFORE[0], BEFORE[3])
    assert all(a is b for a, b in zip(validated("Window()", BEFORE, view, 1_000).view, view, strict=True))
