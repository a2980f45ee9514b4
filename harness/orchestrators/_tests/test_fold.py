"""Every entry changes just these fields of a state in which every field holds something."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import asdict, replace

from harness.errors import (
    AuthenticationFailed,
    ContextTooLong,
    DoorError,
    InvalidRequest,
    RateLimited,
    ServerFailed,
    TimedOut,
)
from harness.journal import VERSION
from harness.orchestrators.reference.answers import DONE
from harness.orchestrators.reference.config import BACKOFF_MAX_MS, BACKOFF_MS
from harness.orchestrators.reference.entries import (
    Answered,
    Asked,
    Called,
    Compacted,
    Compacting,
    Condensed,
    Entry,
    Failed,
    Finished,
    Intent,
    Nudged,
    Replied,
    Resumed,
    Returned,
    Started,
    Waiting,
    Warned,
)
from harness.orchestrators.reference.loops import Loop
from harness.orchestrators.reference.rules.failures import failed, remedy_for, wait_after
from harness.orchestrators.reference.state import Open, State, evolve
from harness.tokens import message_tokens
from harness.types import Limits, Message, Reply, Result, ToolCall, Usage
from harness.vector import Vector

A, B, C = (ToolCall(name, "pay", f'{{"invoice": "{name}"}}') for name in "abc")
IA, IB, IC = (Intent(call, f"key-{call.id}") for call in (A, B, C))
FAILURE = Failed(at=40, what="model", error="ServerFailed", message="m", not_before=90)
SHRINK = Failed(at=41, what="model", error="ContextTooLong", message="l", remedy="shrink")
LONGER = replace(SHRINK, at=60)
GOAL = Message("user", "the goal", pinned=True)
SAID = Message("assistant", "", (A, B, C))
BUSY = State(
    started=Started(session="s", version=VERSION, goal="the goal", limits=Limits(max_output=100), policy="p", budget=9),
    at=50, lives=2, turn=3, view=Vector((GOAL, SAID), message_tokens), reply=Reply("", (A, B, C), "calls"), reused=("a",),
    pending=(C,), open=(Open(IB), Open(IC, "doubt", doubtful=True, failures=1)), returned=(("a", "done a"),),
    failure=FAILURE, failures=2, tokens=1_000, cost=2_000, asked=40, wasted=1, idle_ms=7, waiting_since=30,
    warned=("turns",), unusable=1, loop=Loop(same=1), stalled=2, careful=True, overflow=SHRINK,
    compacting=Compacting(tokens=5, budget=6), condensed=(Condensed(nth=0, digest="d", reply=Reply("s")),),
    compacted_turn=1, shrunk_turn=2, deadly=(("look", 2), ("pay", 1)),
)  # fmt: skip
QUIET = {"stalled": 0, "careful": False}
BACK = {**QUIET, "deadly": (("look", 2),)}
"""A call of `pay` that was under way came back."""
SUMMARY = Condensed(at=60, nth=1, digest="e", reply=Reply("short", (), "end", Usage(30, 10, 8)))
OWN = message_tokens(Message("assistant", "short"))
CALLING = message_tokens(Message("assistant", "short", (A,)))


def spoken(text: str, *calls: ToolCall) -> Message:
    return Message("assistant", text, calls)


ROWS: list[tuple[Entry, dict[str, Any]]] = [
    (Asked(at=60, tokens=5), {"tokens": 1_005, "cost": 2_005, "asked": 5}),
    (
        Replied(at=60, reply=Reply("on", (A,), "calls", Usage(30, 10, 50)), reused=("x",)),
        {"turn": 4, "reply": Reply("on", (A,), "calls", Usage(30, 10, 50)), "reused": ("x",), "pending": (A,), "open": (),
         "returned": (), "view": (GOAL, SAID, spoken("on", A)), "tokens": 1_050, "cost": 2_000 + 250 - 9, "failure": None,
         "failures": 0, "overflow": None, "stalled": 0, "unusable": 0},
    ),
    (
        Replied(at=60, reply=Reply("on", (), "length", Usage(30, 99, 500)), told="o"),
        {"turn": 4, "reply": Reply("on", (), "length", Usage(30, 99, 500)), "reused": (), "pending": (), "open": (),
         "returned": (), "view": (GOAL, SAID, spoken("o")), "tokens": 1_100, "cost": 2_000 + 500 - 36, "failure": None,
         "failures": 0, "overflow": None, "stalled": 0, "unusable": 2},
    ),
    (
        Failed(at=60, what="model", error="E", message="m", tokens=3, answered=True),
        {"failure": Failed(at=60, what="model", error="E", message="m", tokens=3, answered=True), "failures": 3,
         "tokens": 1_003, "cost": 2_015, "stalled": 0, "wasted": 2},
    ),
    (LONGER, {"failure": LONGER, "failures": 3, "stalled": 0, "overflow": LONGER}),
    (
        Failed(at=60, what="policy", error="E", message="m", tokens=3),
        {"failure": Failed(at=60, what="policy", error="E", message="m", tokens=3), "failures": 3, "tokens": 1_003,
         "cost": 2_015, "stalled": 0},
    ),
    (
        Failed(at=60, what="policy", error="E", message="m", remedy="none"),
        {"failure": Failed(at=60, what="policy", error="E", message="m", remedy="none"), "failures": 0, "stalled": 0,
         "compacting": None, "condensed": (), "compacted_turn": 3},
    ),
    (
        Failed(at=60, what="b", error="TimedOut", message="m", not_before=70),
        {**BACK, "open": (Open(IB, "doubt", True, False, 1, 0, 70, "TimedOut: m"), BUSY.open[1])},
    ),
    (
        Failed(at=60, what="b", error="RateLimited", message="m", not_before=70),
        {**BACK, "open": (Open(IB, "again", False, False, 1, 0, 70, "RateLimited: m"), BUSY.open[1])},
    ),
    (
        Failed(at=60, what="c", error="AuthenticationFailed", message="m", remedy="person"),
        {**QUIET, "open": (BUSY.open[0], Open(IC, "doubt", True, True, 2, 0, 0, "AuthenticationFailed: m"))},
    ),
    (Called(at=60, intents=(IC,)), {"pending": (), "open": (BUSY.open[0], replace(BUSY.open[1], standing="running"))}),
    (Called(at=60, intents=(IA,)), {"open": (*BUSY.open, Open(IA))}),
    (
        Returned(at=60, id="b", result=Result("done b")),
        {**BACK, "open": (BUSY.open[1],), "returned": (("a", "done a"), ("b", "done b"))},
    ),
    (
        Returned(at=60, id="c", result=Result("done c"), told="told c"),
        {**QUIET, "open": (BUSY.open[0],), "pending": (), "returned": (("a", "done a"), ("c", "told c"))},
    ),
    (Returned(at=60, id="a", result=Result("again")), {}),
    (Returned(at=60, id="nobody", result=Result("?")), {}),
    (Waiting(at=60, id="c", question="?"), {"open": (BUSY.open[0], replace(BUSY.open[1], standing="asking"))}),
    (
        Answered(at=60, id="c", happened=True, text="yes"),
        {**QUIET, "waiting_since": None, "idle_ms": 37, "open": (BUSY.open[0],), "pending": (),
         "returned": (("a", "done a"), ("c", DONE))},
    ),
    (
        Answered(at=60, id="c", happened=True, text="yes", result=Result("it gave 5")),
        {**QUIET, "waiting_since": None, "idle_ms": 37, "open": (BUSY.open[0],), "pending": (),
         "returned": (("a", "done a"), ("c", "it gave 5"))},
    ),
    (
        Answered(at=60, id="c", happened=False, text="no"),
        {"waiting_since": None, "idle_ms": 37, "open": (BUSY.open[0], Open(IC, "again", failures=1))},
    ),
    (
        Answered(at=60, id="c", happened=None, text="?"),
        {"waiting_since": None, "idle_ms": 37, "open": (BUSY.open[0], Open(IC, "unknown", failures=1))},
    ),
    (Compacting(at=60, tokens=8, budget=9), {"compacting": Compacting(at=60, tokens=8, budget=9), "condensed": ()}),
    (
        SUMMARY,
        {"condensed": (*BUSY.condensed, SUMMARY), "tokens": 1_008, "cost": 2_000 + 40 - 9, "failure": None, "failures": 0,
         "stalled": 0},
    ),
    (
        replace(SUMMARY, reply=Reply("short", (), "end")),
        {"condensed": (*BUSY.condensed, replace(SUMMARY, reply=Reply("short", (), "end"))), "tokens": 1_000 + OWN,
         "cost": 2_000 + 5 * OWN, "failure": None, "failures": 0, "stalled": 0},
    ),
    (
        replace(SUMMARY, reply=Reply("short", (A,), "calls")),
        {"condensed": (*BUSY.condensed, replace(SUMMARY, reply=Reply("short", (A,), "calls"))), "tokens": 1_000 + CALLING,
         "cost": 2_000 + 5 * CALLING, "failure": None, "failures": 0, "stalled": 0},
    ),
    (
        Compacted(at=60, view=((0, 1), Message("user", "s"), (1, 2)), dropped=0, tokens_before=9, tokens_after=3, reason="r"),
        {"view": (GOAL, Message("user", "s"), SAID), "compacting": None, "condensed": (), "compacted_turn": 3,
         "shrunk_turn": 3, "overflow": None, "failure": None, "failures": 0, "loop": Loop(), "stalled": 0},
    ),
    (Warned(at=60, cap="cost", used=1, limit=2), {"warned": ("turns", "cost")}),
    (Nudged(at=60, text="go on"), {"reply": None, "view": (GOAL, SAID, Message("user", "go on"))}),
    (Finished(at=60, outcome="failed"), {"finished": Finished(at=60, outcome="failed")}),
]  # fmt: skip


def shown(state: State) -> dict[str, Any]:
    return {**asdict(state), "view": tuple(state.view)}


@pytest.mark.parametrize(("entry", "fields"), ROWS, ids=lambda value: type(value).__name__)
def test_an_entry_changes_just_these_fields(entry: Entry, fields: dict[str, Any]) -> None:
    assert shown(evolve(BUSY, entry)) == {**shown(BUSY), "at": 60, **fields}


def test_a_view_that_was_not_too_long_was_not_made_to_fit() -> None:
    entry = Compacted(view=((0, 2),), dropped=0, tokens_before=9, tokens_after=3, reason="r")
    assert evolve(replace(BUSY, overflow=None), entry).shrunk_turn == 2


def test_the_last_outcome_of_a_turn_shows_all_of_them_in_the_order_of_the_calls() -> None:
    state = replace(BUSY, returned=(("c", "done c"), ("a", "done a")), pending=(), open=(Open(IB),))
    state = evolve(state, Returned(id="b", result=Result("done b")))
    assert tuple(state.view)[2:] == tuple(Message("tool", f"done {name}", call_id=name) for name in "abc")
    assert state.loop.last == tuple(("pay", call.arguments, f"done {call.id}") for call in (A, B, C))


@pytest.mark.parametrize(("cached", "taken"), [(-9, 0), (0, 0), (39, 39), (40, 40), (41, 40)])
def test_what_was_read_from_the_cache_is_at_most_what_was_asked(cached: int, taken: int) -> None:
    usage = Usage(40, cached, 20)
    assert evolve(BUSY, Replied(reply=Reply("on", (A,), "calls", usage))).cost == 2_100 - taken * 9 // 10


def test_a_question_is_waited_for_from_when_it_was_first_asked() -> None:
    assert evolve(replace(BUSY, waiting_since=None), Waiting(at=60, id="c", question="?")).waiting_since == 60
    assert evolve(replace(BUSY, waiting_since=None), Answered(at=60, id="c", happened=False, text="no")).idle_ms == 7


def test_a_question_without_answer_leaves_a_call_as_it_was() -> None:
    state = replace(BUSY, open=(Open(IC, "asking", True, failures=1),))
    (call,) = evolve(state, Failed(at=60, what="c", error="TimedOut", message="m", not_before=70)).open
    assert call == Open(IC, "asking", True, False, 1, 1, 70, "TimedOut: m")


def test_an_answer_of_a_person_settles_the_question_and_its_waits() -> None:
    state = replace(BUSY, open=(Open(IC, "asking", True, failures=1, unheard=2, not_before=99, error="E"),))
    (call,) = evolve(state, Answered(at=60, id="c", happened=False, text="no")).open
    assert call == Open(IC, "again", failures=1, error="E")


def test_a_death_counts_once_for_every_tool_that_was_being_called() -> None:
    look = Intent(replace(A, name="look"), "key-l")
    state = replace(BUSY, deadly=(("pay", 1),), open=(Open(IB), Open(IC), Open(look), Open(IA, "again")))
    resumed = evolve(state, Resumed(at=60, life=2))
    assert (resumed.deadly, resumed.stalled) == ((("pay", 2), ("look", 1)), 3)
    assert evolve(replace(state, open=(Open(IA, "again"),)), Resumed(at=60, life=2)).deadly == (("pay", 1),)


def test_the_goal_begins_the_view_and_is_pinned() -> None:
    state = evolve(State(), replace(BUSY.started or Started, at=5))  # type: ignore[type-var]
    assert (tuple(state.view), state.at, state.started) == ((GOAL,), 5, replace(BUSY.started or Started, at=5))  # type: ignore[type-var]


@pytest.mark.parametrize(
    ("failures", "step"), [(0, BACKOFF_MS), (1, 2 * BACKOFF_MS), (3, 8 * BACKOFF_MS), (9, BACKOFF_MAX_MS)]
)
@pytest.mark.parametrize("asked", [None, -1])
def test_backoff_doubles_up_to_its_cap_with_up_to_half_of_it_as_jitter(
    failures: int, step: int, asked: int | None
) -> None:
    waits = {wait_after("model", failures, now, asked) for now in range(3_000)}
    assert step <= min(waits) < step + step // 50
    assert step + step * 48 // 100 < max(waits) == step + step * 999 // 2_000


@pytest.mark.parametrize("asked", [0, 1_000, 60_000])
def test_a_wait_that_was_asked_for_gets_a_tenth_of_jitter_at_most(asked: int) -> None:
    waits = {wait_after("model", 1, now, asked) for now in range(3_000)}
    assert min(waits) == asked
    assert max(waits) == asked + asked * 999 // 10_000


def test_jitter_is_a_hash_of_what_failed_how_often_and_when() -> None:
    assert wait_after("model", 1, 5) == wait_after("model", 1, 5) == 1_312
    others = {wait_after("policy", 1, 5), wait_after("model", 1, 6), wait_after("model", 0, 5) * 2}
    assert wait_after("model", 1, 5) not in others


ERRORS: list[tuple[DoorError, str]] = [
    (RateLimited("m", 429, "rate_limit_error", 1_000), "again"),
    (RateLimited("m", 429, "insufficient_quota"), "person"),
    (RateLimited("m", 429, "insufficient_quota", 1_000), "again"),
    (RateLimited("m", 429, "request_too_large"), "shrink"),
    (ContextTooLong("m", 400), "shrink"),
    (InvalidRequest("m", 400), "none"),
    (InvalidRequest("m", 404), "person"),
    (AuthenticationFailed("m", 401), "person"),
    (ServerFailed("m", 503, "insufficient_quota"), "again"),
    (TimedOut("m"), "again"),
]


@pytest.mark.parametrize(("error", "remedy"), ERRORS, ids=lambda value: str(value))
def test_a_failure_says_all_about_itself(error: DoorError, remedy: str) -> None:
    assert remedy_for(error) == remedy
    wait = wait_after("a", 2, 77, error.retry_after_ms)
    assert failed("a", error, 2, 77) == Failed(
        rule="failures", what="a", error=type(error).__name__, message="m", remedy=remedy,
        not_before=77 + wait if remedy == "again" else 0,
        facts={"attempt": 3, "status": error.status, "asked_ms": error.retry_after_ms, "wait_ms": wait},
    )  # fmt: skip
