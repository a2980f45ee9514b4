"""The edges of a turn: keys of its calls, and when it counts as one more round of a circle."""

from __future__ import annotations

from dataclasses import replace as changed
from typing import Any

import pytest
from msgspec.structs import replace

from harness.orchestrators._tests.test_edges import CALL, INTENT, config, ended, started
from harness.orchestrators.reference.commands import AskHuman
from harness.orchestrators.reference.entries import Compacting
from harness.orchestrators.reference.loops import Loop
from harness.orchestrators.reference.rules.calls import begin_calls, key_of
from harness.orchestrators.reference.rules.circles import break_circles
from harness.orchestrators.reference.rules.crashes import park_crash_loop
from harness.orchestrators.reference.state import Open, State
from harness.types import Reply


def test_a_key_is_made_of_session_turn_place_and_payload() -> None:
    other = replace(CALL, id="b")
    state = replace(started(), turn=3, reply=Reply("", (CALL, other), "calls"))
    assert (key_of(state, CALL), key_of(state, other)) == ("s-3-0-2a0d9373", "s-3-1-2a0d9373")
    assert key_of(State(), CALL) == "-0-0-2a0d9373"


@pytest.mark.parametrize(
    ("laps", "decided"), [(2, ""), (3, "Nudged"), (4, ""), (5, ""), (6, "Finished"), (7, "Finished")]
)
def test_a_circle_is_told_of_once_and_ended_later(laps: int, decided: str) -> None:
    turn = (("pay", "{}", "no"),)
    state = replace(started(), reply=Reply("", (CALL,), "calls"), loop=Loop(before=turn, last=turn, same=laps))
    command: Any = break_circles(state, config())
    assert (type(command.entries[0]).__name__ if command else "") == decided
    assert command is None or command.flush is (decided == "Finished")
    for quiet in (replace(state, reply=Reply("x")), replace(state, reply=None), replace(state, open=(Open(INTENT),))):
        assert break_circles(quiet, config()) is None


def crashed(**fields: Any) -> Any:
    """What is decided after five deaths in the calls of one tool, with another life's call open."""
    state = replace(
        started(), deadly=(("pay", 5), ("the other", 3)), lives=9, open=(Open(INTENT, "doubt", doubtful=True),)
    )
    return park_crash_loop(replace(state, **fields), config("queryable"))


def test_a_tool_that_kills_every_life_parks_the_session_by_its_name() -> None:
    end = ended(crashed())
    assert (end.outcome, end.facts) == ("parked", {"stalled": 0, "deaths": 5})
    assert end.reason == (
        '5 lives in a row died in calls of pay, and none of these calls came back: pay {"invoice": 1} (call a)'
    )
    assert ended(crashed(stalled=5)).reason.startswith(
        "5 lives in a row died at the same step, without an outcome: pay"
    )
    assert ended(crashed(stalled=6)).facts == {"stalled": 6, "deaths": 5}
    assert crashed(deadly=(("pay", 4),)) is None
    assert crashed(deadly=(), stalled=4) is None
    assert crashed(deadly=()) is None


@pytest.mark.parametrize(("lives", "most"), [(16, 5), (4, 3), (2, 1), (1, 1)])
def test_few_lives_make_a_crash_loop_short(lives: int, most: int) -> None:
    fields = {"started": started(lives=lives).started, "deadly": ()}
    assert crashed(stalled=most, **fields) is not None
    assert most == 1 or crashed(stalled=most - 1, **fields) is None


def test_a_person_is_asked_before_a_crash_loop_parks_unless_the_question_kills() -> None:
    asking = Open(INTENT, "asking", doubtful=True)
    question = crashed(open=(Open(INTENT), Open(INTENT, "again"), asking))
    assert isinstance(question, AskHuman) and question.why == "a question was left open"
    assert isinstance(crashed(open=(asking,), stalled=5), AskHuman)
    assert ended(crashed(open=(asking,), stalled=6)).outcome == "parked"
    assert ended(crashed(open=(replace(asking, unheard=3),))).outcome == "parked"


@pytest.mark.parametrize(
    ("fields", "step"),
    [
        ({"open": (), "pending": (CALL,)}, 'pay {"invoice": 1} (call a)'),
        ({"open": (), "compacting": Compacting(tokens=1, budget=1)}, "request 0 of the compaction in turn 7"),
        ({"open": ()}, "the request of turn 7"),
    ],
)
def test_the_step_that_kills_is_said_in_words(fields: Any, step: str) -> None:
    assert ended(crashed(stalled=5, turn=7, **fields)).reason.endswith(f"without an outcome: {step}")


@pytest.mark.parametrize(
    ("effect", "careful", "flush"), [("read", False, False), ("read", True, True), ("write", False, True)]
)
def test_calls_that_change_nothing_are_not_flushed_first(effect: Any, careful: bool, flush: bool) -> None:
    around = config()
    around = changed(around, tools=(changed(around.tools[0], effect=effect),))
    state = replace(started(), careful=careful, pending=(CALL,), reply=Reply("", (CALL,), "calls"))
    command: Any = begin_calls(state, around)
    assert (command.flush, command.rule, len(command.intents)) == (flush, "calls", 1)
    assert begin_calls(replace(state, pending=()), around) is None


def test_nobody_is_asked_about_a_call_that_is_still_under_way() -> None:
    state = replace(started(), stalled=5, lives=9, open=(Open(INTENT, "running"),))
    assert ended(park_crash_loop(state, config("blind"))).outcome == "parked"
    asked = park_crash_loop(replace(state, open=(Open(INTENT, "doubt"),)), config("blind"))
    assert isinstance(asked, AskHuman)
