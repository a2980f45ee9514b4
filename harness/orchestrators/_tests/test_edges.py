"""The exact edges of rules and fold: at a cap and one beyond it, and every field that a resumed session begins anew."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace as changed
from typing import Any

import pytest
from msgspec.structs import replace

from harness.journal import VERSION
from harness.orchestrators._tests.worlds import invoices
from harness.orchestrators.reference.commands import CallAll, Condense, Note, Query
from harness.orchestrators.reference.config import POLICY_OUTPUT, POLICY_OUTPUT_LEAST, Config, make_config
from harness.orchestrators.reference.entries import (  # fmt: skip
    Called,
    Compacted,
    Compacting,
    Condensed,
    Failed,
    Finished,
    Intent,
    Replied,
    Resumed,
    Started,
    Waiting,
)
from harness.orchestrators.reference.loops import Loop
from harness.orchestrators.reference.rules import decide
from harness.orchestrators.reference.rules.budgets import budgets
from harness.orchestrators.reference.rules.compaction import compact
from harness.orchestrators.reference.rules.crashes import park_crash_loop
from harness.orchestrators.reference.rules.doubt import resolve_doubt
from harness.orchestrators.reference.rules.failures import give_up
from harness.orchestrators.reference.state import Open, State, evolve, fold
from harness.policies.drive import view_digest
from harness.policies.keep_all import KeepAll
from harness.tokens import message_tokens, view_tokens
from harness.types import Limits, Message, Reply, ToolCall, View
from harness.vector import Vector

CALL = ToolCall("a", "pay", '{"invoice": 1}')
INTENT = Intent(CALL, "k")
CAP = 600_000
LIMITS = Limits(turns=10, tokens=10_000, cost=20_000, compute_ms=30_000, retry_wait_ms=CAP, tries=3)


def started(**limits: Any) -> State:
    entry = Started(
        session="s", version=VERSION, goal="pay", limits=replace(LIMITS, **limits), policy="p", budget=1_000
    )
    return fold([entry])


def config(kind: Any = "deduplicating", **fields: Any) -> Config:
    return changed(make_config(invoices(kind=kind).tools, KeepAll(), 100_000, 1_000_000), **fields)


def ended(command: Any) -> Finished:
    assert isinstance(command, Note) and command.flush
    (end,) = command.entries
    assert isinstance(end, Finished) and end.rule == command.rule
    return end


def failure(**fields: Any) -> Failed:
    return replace(Failed(at=1_000, what="model", error="RateLimited", message="m", not_before=2_000), **fields)


REQUEST = started().view.weight + config().tools_tokens


@pytest.mark.parametrize(
    ("cap", "most"),
    [
        ("turns", {"turn": 9}),
        ("tokens", {"tokens": 10_000 - REQUEST - 1_024}),
        ("cost", {"cost": 20_000 - REQUEST - 5 * 1_024}),
        ("compute_ms", {"at": 30_000}),
    ],
)
def test_a_cap_holds_exactly(cap: str, most: dict[str, int]) -> None:
    state = replace(started(), warned=("turns", "tokens", "cost", "compute_ms"), **most)
    assert budgets(state, config()) is None
    ((field, used),) = most.items()
    end = ended(budgets(replace(state, **{field: used + 1}), config()))
    limit = getattr(LIMITS, cap)
    reserve = (end.facts or {})["reserve"]
    assert end == Finished(
        rule="budgets", facts={"used": used + 1, "reserve": reserve, "limit": limit}, outcome="failed",
        reason=f"budget of {cap}: {used + 1} used, the next request may need {reserve}, the cap is {limit}",
    )  # fmt: skip
    assert used + 1 + reserve == limit + 1


@pytest.mark.parametrize(
    ("cap", "field", "used"), [("turns", "turn", 8), ("tokens", "tokens", 8_000), ("compute_ms", "at", 24_000)]
)
def test_eight_tenths_of_a_cap_are_warned_of_once(cap: str, field: str, used: int) -> None:
    state = replace(started(), **{field: used})
    note = budgets(state, config())
    assert isinstance(note, Note) and (note.rule, note.flush) == ("budgets", False)
    assert [(entry.cap, entry.used, entry.limit) for entry in note.entries] == [(cap, used, getattr(LIMITS, cap))]
    assert budgets(replace(state, warned=(cap,)), config()) is None
    assert budgets(replace(state, **{field: used - 1}), config()) is None


def test_no_cap_is_no_cap() -> None:
    free = started(turns=0, tokens=0, cost=0, compute_ms=0)
    assert budgets(replace(free, turn=10**6, tokens=10**9, cost=10**9, at=10**12), config()) is None


def test_a_parked_session_that_is_taken_up_again_begins_every_count_anew() -> None:
    parked = replace(
        started(), finished=Finished(outcome="parked"), at=5_000, turn=4, failure=failure(remedy="person"), failures=3,
        overflow=failure(remedy="shrink"), compacted_turn=4, shrunk_turn=4, unusable=3, loop=Loop(same=6), stalled=5,
        tokens=70, cost=80, idle_ms=9, lives=3,
        open=(
            Open(INTENT, "unknown", barred=True, failures=3, unheard=3, not_before=5_500 + CAP, error="e"),
            Open(Intent(CALL, "l"), "again", failures=2, not_before=6_000 + CAP + 1),
        ),
    )  # fmt: skip
    resumed = evolve(parked, Resumed(at=6_000, life=3))
    assert resumed == replace(
        parked, finished=None, at=6_000, failure=failure(remedy="again"), failures=0, overflow=None, compacted_turn=-1,
        shrunk_turn=-1, unusable=0, loop=Loop(), stalled=0, idle_ms=1_009, lives=4, careful=True,
        open=(
            Open(INTENT, "doubt", doubtful=True, not_before=5_500 + CAP, error="e"),
            Open(Intent(CALL, "l"), "again", not_before=0),
        ),
    )  # fmt: skip


@pytest.mark.parametrize(("wait", "kept"), [(CAP, True), (CAP + 1, False)])
def test_a_wait_that_binds_outlives_the_parking_and_an_absurd_one_does_not(wait: int, kept: bool) -> None:
    due = 1_000 + wait
    parked = replace(started(), finished=Finished(outcome="parked"), failure=failure(not_before=due))
    resumed = evolve(parked, Resumed(at=2_000, life=1))
    assert resumed.failure == failure(not_before=due if kept else 0)


@pytest.mark.parametrize(("wait", "kept"), [(CAP, True), (CAP + 1, False)])
def test_a_wait_of_a_call_binds_as_long_as_it_is_within_the_cap(wait: int, kept: bool) -> None:
    parked = replace(
        started(), finished=Finished(outcome="parked"), open=(Open(INTENT, "again", not_before=2_000 + wait),)
    )
    (call,) = evolve(parked, Resumed(at=2_000, life=1)).open
    assert call.not_before == (2_000 + wait if kept else 0)


@pytest.mark.parametrize(("silence", "idle"), [(120_000, 0), (120_001, 1), (0, 0)])
def test_between_lives_one_request_may_have_been_in_flight(silence: int, idle: int) -> None:
    state = replace(started(), at=1_000)
    assert evolve(state, Resumed(at=1_000 + silence, life=1)).idle_ms == idle
    assert evolve(replace(state, waiting_since=500), Resumed(at=1_000 + silence, life=1)).idle_ms == 0


def test_only_what_ran_is_in_doubt_after_a_crash() -> None:
    calls = [Intent(replace(CALL, id=name), name) for name in "abc"]
    state = replace(started(), open=(Open(calls[0]), Open(calls[1], "again"), Open(calls[2], "asking")))
    assert evolve(state, Resumed(at=5, life=1)).open == (
        Open(calls[0], "doubt", doubtful=True), Open(calls[1], "again"), Open(calls[2], "asking"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "state", "outcome", "reason"),
    [
        ({"remedy": "none"}, {}, "failed", "RateLimited: m"),
        ({"remedy": "person"}, {}, "parked", "no retry mends this, a person can: RateLimited: m"),
        ({"not_before": 1_001 + CAP}, {}, "parked", f"asked to wait {CAP + 1} ms, the cap is {CAP}: RateLimited"),
        ({}, {"failures": 3}, "parked", "3 tries failed, the last with RateLimited"),
        ({"remedy": "shrink"}, {"overflow": failure(error="ContextTooLong"), "shrunk_turn": 0}, "failed",
         "the request does not fit the window, even after it was made shorter: m"),
        ({"remedy": "shrink"}, {"overflow": failure(error="RateLimited"), "shrunk_turn": 0}, "parked",
         "the request does not fit the window, even after it was made shorter: m"),
    ],
)  # fmt: skip
def test_a_failure_ends_the_session(fields: dict[str, Any], state: dict[str, Any], outcome: str, reason: str) -> None:
    end = ended(give_up(replace(started(), failure=failure(**fields), **state), config()))
    assert end == Finished(rule="failures", outcome=outcome, reason=reason)


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"not_before": 1_000 + CAP}, {"failures": 2}),
        ({"what": "policy", "remedy": "none"}, {}),
        ({"remedy": "shrink"}, {"failures": 9}),
        ({"remedy": "shrink"}, {"overflow": failure(), "shrunk_turn": 1}),
        ({"remedy": "again"}, {"shrunk_turn": 0}),
    ],
)
def test_a_failure_that_may_pass_ends_nothing(fields: dict[str, Any], state: dict[str, Any]) -> None:
    assert give_up(replace(started(), failure=failure(**fields), **state), config()) is None


def test_a_view_of_pins_that_does_not_fit_is_the_end_with_the_sizes() -> None:
    pins = Vector([Message("user", "word " * 400, pinned=True)], message_tokens)
    state, tight = replace(started(), view=pins), config(window=1_500)
    room = 1_500 - tight.tools_tokens - 1_024
    told = "the request does not fit the window, and there is nothing left to drop: "
    sizes = f"{pins.weight} tokens, there is room for {room}"
    assert ended(compact(state, tight)) == Finished(rule="compaction", outcome="failed", reason=told + sizes)
    refused = replace(state, overflow=failure(error="ContextTooLong", message="too long", remedy="shrink"))
    assert ended(compact(refused, tight)).reason == told + "too long"
    assert ended(compact(refused, config())).reason == told + "too long"
    beside = replace(state, view=Vector([*pins, Message("assistant", "x" * 900)], message_tokens))
    assert ended(compact(beside, tight)).reason.startswith(told)


@pytest.mark.parametrize(
    ("call", "kind", "why"),
    [
        (Open(INTENT, "asking"), "blind", "a question was left open"),
        (Open(INTENT, "doubt", doubtful=True), "blind", "the tool can neither be asked nor recognise a repeated key"),
        (Open(INTENT, "doubt", barred=True, error="E"), "queryable", "the tool refuses: E"),
        (Open(INTENT, "doubt", failures=3, error="E"), "queryable", "no outcome after 3 tries, the last E"),
        (Open(Intent(replace(CALL, name="gone"), "k"), "doubt"), "queryable", "there is no tool 'gone' any more"),
    ],
)
def test_a_person_is_asked_with_the_reason(call: Open, kind: Any, why: str) -> None:
    command: Any = resolve_doubt(replace(started(), open=(call,)), config(kind))
    assert (type(command).__name__, command.rule, command.why, command.not_before) == ("AskHuman", "doubt", why, 0)
    assert command.intent == call.intent
    again: Any = resolve_doubt(replace(started(), open=(replace(call, unheard=1, not_before=55),)), config(kind))
    assert again == replace(command, not_before=55)


@pytest.mark.parametrize(("kind", "flush"), [("deduplicating", True), ("queryable", True)])
def test_what_surely_did_not_happen_is_repeated_after_its_wait(kind: Any, flush: bool) -> None:
    state = replace(started(), open=(Open(INTENT, "again", failures=2, not_before=77),))
    facts = {"call": "a", "key": "k", "failures": 2}
    assert resolve_doubt(state, config(kind)) == CallAll(
        rule="doubt", facts=facts, intents=(INTENT,), flush=flush, not_before=77
    )
    given_up = resolve_doubt(replace(state, open=(Open(INTENT, "again", failures=3, error="E"),)), config(kind))
    assert isinstance(given_up, Note) and (given_up.rule, given_up.flush) == ("doubt", False)
    (entry,) = given_up.entries
    assert (entry.rule, entry.facts) == ("doubt", {**facts, "failures": 3})
    assert (entry.id, entry.result.status) == ("a", "error")  # type: ignore[union-attr]
    assert entry.result.error == "given up, it did not happen: no outcome after 3 tries, the last E"  # type: ignore[union-attr]


def test_a_wait_at_the_cap_is_waited_for() -> None:
    state = replace(started(), open=(Open(INTENT, "doubt", doubtful=True, failures=1, not_before=CAP),))
    facts = {"call": "a", "key": "k", "failures": 1}
    assert resolve_doubt(state, config("queryable")) == Query(rule="doubt", facts=facts, intent=INTENT, not_before=CAP)


@pytest.mark.parametrize("careful", [False, True])
def test_a_read_in_doubt_is_repeated_and_durable_first_only_after_a_crash(careful: bool) -> None:
    around = config()
    reading = changed(around, tools=(changed(around.tools[0], effect="read"),))
    command = resolve_doubt(replace(started(), careful=careful, open=(Open(INTENT, "doubt"),)), reading)
    assert isinstance(command, CallAll) and command.flush is careful


def test_a_call_that_no_longer_fits_its_tool_goes_to_a_person() -> None:
    misfit = Intent(replace(CALL, arguments='{"invoice": "one"}'), "k")
    command: Any = resolve_doubt(replace(started(), open=(Open(misfit, "doubt"),)), config())
    assert command.why.startswith("the tool is another one now: the arguments break the schema at invoice: ")


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (Open(INTENT, "unknown", error="E"), "may or may not have happened, and no person can tell"),
        (Open(INTENT, "asking", unheard=3, error="E"), "may or may not have happened, and no person can tell"),
        (Open(INTENT, "doubt", not_before=CAP + 1, error="E"), f"asked to wait {CAP + 1} ms, the cap is {CAP}"),
    ],
)
def test_a_doubt_that_nobody_can_settle_parks_once_nothing_else_is_left(call: Open, why: str) -> None:
    other = Open(Intent(replace(CALL, id="b"), "l"), "again")
    assert isinstance(resolve_doubt(replace(started(), open=(call, other)), config()), CallAll)
    running = replace(other, standing="running")
    end = ended(resolve_doubt(replace(started(), open=(running, call)), config()))
    assert (end.rule, end.outcome, end.facts) == ("doubt", "parked", {"call": "a", "key": "k", "failures": 0})
    assert end.reason == f'pay {why}: call a, {{"invoice": 1}}, E'


def test_every_entry_stamps_the_state() -> None:
    state = replace(started(), reply=Reply("", (CALL,), "calls"), pending=(CALL,))
    for entry in (
        Called(at=7, intents=(INTENT,)), Failed(at=7, what="a", error="E", message="m"), Waiting(at=7, id="a", question="?"),
        Replied(at=7, reply=Reply("x")), Finished(at=7, outcome="failed"), Resumed(at=7, life=1), failure(at=7),
    ):  # fmt: skip
        assert evolve(state, entry).at == 7, entry
    assert decide(replace(state, finished=Finished(outcome="completed")), config()) is None


@dataclass(frozen=True)
class Asking:
    """A policy that asks the model once, and then shows what it saw before."""

    tokens: int = 50

    def __call__(self, view: View, budget: int) -> Any:
        yield (Message("user", "w" * (self.tokens * 3)),)
        return view


def compacting(policy: Any = Asking(), **fields: Any) -> tuple[State, Config]:
    """A session in the middle of a compaction, with room for everything."""
    state = replace(started(), compacting=Compacting(tokens=90, budget=80))
    return state, config(policy=policy, budget=100, **fields)


def test_a_policys_request_is_sent_with_the_facts_behind_it() -> None:
    state, around = compacting()
    command: Any = compact(state, around)
    view = (Message("user", "w" * 150),)
    assert command == Condense(
        rule="compaction", facts={"tokens": state.view.weight, "budget": 100, "policy": repr(around.policy)}, nth=0,
        digest=view_digest(view), view=view, tokens=view_tokens(view), max_output=POLICY_OUTPUT, not_before=0,
    )  # fmt: skip
    delayed = replace(state, failure=failure(what="policy", at=0, not_before=CAP))
    assert compact(delayed, around) == replace(command, not_before=CAP)


@pytest.mark.parametrize(("spare", "sent"), [(POLICY_OUTPUT_LEAST, True), (POLICY_OUTPUT_LEAST - 1, False)])
def test_a_policys_request_that_leaves_no_room_for_an_answer_is_not_sent(spare: int, sent: bool) -> None:
    asked = view_tokens([Message("user", "w" * 150)])
    state, around = compacting(window=asked + spare)
    said = [Message("user", f"{number} " * 40) for number in range(9)]
    state = replace(
        state, view=Vector([*state.view, *said], message_tokens), started=replace(started(max_output=1).started, at=0)
    )
    command = compact(state, changed(around, tools_tokens=0))
    assert isinstance(command, Condense if sent else Note)
    if isinstance(command, Condense):
        assert command.max_output == POLICY_OUTPUT_LEAST
    else:
        (entry,) = command.entries
        assert isinstance(entry, Compacted) and entry.tokens_after < entry.tokens_before
        assert (command.rule, command.flush) == ("compaction", False)
        assert entry.reason == "the request did not fit the window, and the policy did not help"


@pytest.mark.parametrize(
    ("fields", "failures", "why", "due"),
    [
        ({"not_before": 1_001 + CAP}, 1, f"asked to wait {CAP + 1} ms, the cap is {CAP}: RateLimited", 0),
        ({"remedy": "person"}, 1, "RateLimited: m", 0),
        ({}, 3, "3 tries failed", 2_000),
    ],
)
def test_a_session_goes_on_without_a_policy_that_got_no_answer(fields: Any, failures: int, why: str, due: int) -> None:
    state, around = compacting()
    state = replace(state, failure=failure(what="policy", **fields), failures=failures)
    assert compact(state, around) == abandoned(why, due)


@pytest.mark.parametrize(("fields", "failures"), [({"not_before": 1_000 + CAP}, 2), ({"what": "model"}, 9)])
def test_a_policys_request_is_sent_again_within_the_caps(fields: Any, failures: int) -> None:
    state, around = compacting()
    assert isinstance(
        compact(replace(state, failure=failure(**{"what": "policy", **fields}), failures=failures), around), Condense
    )


def abandoned(why: str, not_before: int = 0) -> Note:
    entry = Failed(
        rule="compaction", what="policy", error="Abandoned", message=why, not_before=not_before, remedy="none"
    )
    return Note(rule="compaction", entries=(entry,))


def test_a_policy_that_asked_and_changed_nothing_is_named() -> None:
    state, around = compacting()
    digest = view_digest((Message("user", "w" * 150),))
    answered = replace(state, condensed=(Condensed(nth=0, digest=digest, reply=Reply("s")),))
    assert compact(answered, around) == abandoned("the policy asked the model and changed nothing")
    assert compact(replace(state, compacting=None), config(budget=1)) is None


def test_the_calls_of_a_crash_loop_are_all_named() -> None:
    state = replace(started(), stalled=5, lives=6, pending=(CALL, replace(CALL, id="b")))
    steps = 'pay {"invoice": 1} (call a); pay {"invoice": 1} (call b)'
    end = ended(park_crash_loop(state, config()))
    assert end.reason == f"5 lives in a row died at the same step, without an outcome: {steps}"
    assert end.facts == {"stalled": 5, "deaths": 0}
    assert park_crash_loop(replace(state, stalled=4), config()) is None
