"""Every prefix of a journal is judged as a place of death; whatever forgets, guesses or asks too early is caught there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from harness.faults import CrashAfter, RateLimit, Strike
from harness.orchestrators._tests.journals import CASES, case, of, resuming, with_tools, without
from harness.orchestrators._tests.worlds import invoices
from harness.orchestrators.reference.commands import Ask, AskHuman, CallAll, Command, Note, Query
from harness.orchestrators.reference.entries import (
    Called,
    Entry,
    Failed,
    Finished,
    Intent,
    Nudged,
    Replied,
    Resumed,
    Returned,
)  # fmt: skip
from harness.orchestrators.reference.prefixes import prefix_checks
from harness.orchestrators.reference.rules import decide
from harness.orchestrators.reference.state import State, evolve
from harness.types import Limits, Reply, Result, ToolCall


@pytest.mark.parametrize("name", CASES)
def test_every_prefix_of_a_journal_of_the_reference_may_be_the_last(name: str):
    entries, config = case(name)
    report = prefix_checks(entries, config)
    assert (report.prefixes, report.violations, report.witness) == (len(entries), (), "")


def test_a_journal_of_many_lives_may_end_anywhere():
    strikes = (*(Strike("tool:pay", nth, CrashAfter()) for nth in (1, 3, 7)), Strike("model", 3, RateLimit()))
    for kind in ("deduplicating", "queryable", "blind"):
        entries, config = of(invoices(6, kind, width=2), strikes=strikes)
        assert sum(isinstance(entry, Resumed) for entry in entries) == 3
        assert prefix_checks(entries, config).witness == ""


Deciding = Callable[[State, Any, Command | None], Command | None]


def decided(change: Deciding) -> Any:
    """Today's `decide`, with its command changed."""
    return lambda state, config: change(state, config, decide(state, config))


def with_another_key(state: State, config: Any, command: Command | None) -> Any:
    if not isinstance(command, CallAll):
        return command
    fresh = tuple(Intent(intent.call, f"{intent.key}-{state.lives}") for intent in command.intents)
    return replace(command, intents=fresh)


def with_one_key(state: State, config: Any, command: Command | None) -> Any:
    if not isinstance(command, CallAll) or not state.pending:
        return command
    return replace(command, intents=tuple(Intent(intent.call, "pay") for intent in command.intents))


def that_repeats(state: State, config: Any, command: Command | None) -> Any:
    if not isinstance(command, Query | AskHuman):
        return command
    return CallAll(rule="doubt", intents=(command.intent,), flush=True)


def that_guesses(state: State, config: Any, command: Command | None) -> Any:
    if not state.open:
        return command
    lost = Returned(id=state.open[0].intent.call.id, result=Result(status="error", error="lost"))
    return Note(rule="doubt", entries=(lost,))


def that_asks_at_once(state: State, config: Any, command: Command | None) -> Any:
    return Ask(rule="ask", tokens=1) if state.open or state.pending else command


def that_ends_at_once(state: State, config: Any, command: Command | None) -> Any:
    end = Finished(outcome="completed", answer="done")
    return Note(rule="completion", entries=(end,)) if state.open else command


def that_nudges(state: State, config: Any, command: Command | None) -> Any:
    return Note(rule="completion", entries=(Nudged(text="go on"),)) if state.open else command


def that_stops(state: State, config: Any, command: Command | None) -> Any:
    return None if state.turn == 2 else command


def that_never_ends(state: State, config: Any, command: Command | None) -> Any:
    return command or Ask(rule="ask", tokens=1)


def that_looks_at_the_lives(state: State, config: Any, command: Command | None) -> Any:
    return replace(command, tokens=0) if isinstance(command, Ask) and state.failures > 1 else command


def that_pays_again(state: State, config: Any, command: Command | None) -> Any:
    if state.turn < 2 or state.open or not isinstance(command, Ask):
        return command
    return CallAll(rule="calls", intents=(Intent(state.reply.calls[0], "again"),), flush=True)


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        ("deduplicating", with_another_key, "is taken up under"),
        ("parallel", with_one_key, "share a key"),
        ("queryable", that_repeats, "where it must ask the tool"),
        ("blind", that_repeats, "where it must ask a person"),
        ("blind", that_guesses, "given up by a guess"),
        ("clean", that_asks_at_once, "asks the model while calls have no result"),
        ("clean", that_ends_at_once, "ends as completed while calls have no result"),
        ("clean", that_nudges, "nudged while calls have no result"),
        ("clean", that_stops, "decides nothing, and the session is not over"),
        ("clean", that_never_ends, "the session is over, and it decides Ask"),
        ("clean", that_pays_again, "begun under the key"),
    ],
)
def test_a_decide_that_may_not_do_so_is_caught_with_a_witness(name: str, change: Deciding, says: str):
    report = prefix_checks(*case(name), decide=decided(change))
    assert any(says in violation.what for violation in report.violations), report.witness
    assert report.witness.startswith("after entry ")


@pytest.mark.parametrize(
    ("name", "evolve", "says"),
    [
        ("deduplicating", resuming(open=()), "asks the model while calls have no result"),
        ("blind", resuming(open=(), pending=(), reply=None), "asks the model while calls have no result"),
        ("clean", resuming(tokens=0), "a budget was reset"),
        ("clean", resuming(turn=0), "a budget was reset"),
        ("clean", resuming(finished=None), "the session is over, and it decides"),
    ],
)
def test_an_evolve_whose_new_life_forgets_is_caught(name: str, evolve: Any, says: str):
    report = prefix_checks(*case(name), evolve=evolve)
    assert says in report.witness


def test_a_fold_that_does_not_count_what_was_asked_is_caught():
    def cheap(state: State, entry: Entry) -> State:
        return replace(evolve(state, entry), tokens=0)

    assert "a budget was reset" in prefix_checks(*case("clean"), evolve=cheap).witness


def test_a_new_life_that_begins_the_doubtful_call_anew_is_caught():
    def anew(state: State, entry: Entry) -> State:
        after = evolve(state, entry)
        if not isinstance(entry, Resumed):
            return after
        return replace(after, open=(), pending=(*after.pending, *(call.intent.call for call in after.open)))

    assert prefix_checks(*case("queryable"), evolve=anew).violations
    assert "ask a person" in prefix_checks(*case("blind"), evolve=anew).witness
    # a deduplicating tool recognises the key, which is the same
    assert prefix_checks(*case("deduplicating"), evolve=anew).violations == ()


def test_a_second_resume_that_decides_otherwise_than_the_first_is_caught():
    def impatient(state: State, entry: Entry) -> State:
        after = evolve(state, entry)
        return replace(after, failures=state.failures + 1) if isinstance(entry, Resumed) else after

    report = prefix_checks(*case("clean"), decide=decided(that_looks_at_the_lives), evolve=impatient)
    assert "resumed once it decides Ask(" in report.witness
    assert "resumed twice Ask(rule='ask', tokens=0)" in report.witness
    # it decides the same: a state may count its lives
    assert prefix_checks(*case("clean"), evolve=impatient).violations == ()


def test_a_request_beyond_the_caps_is_caught():
    limits = Limits(turns=4, tokens=4_000)
    entries, config = of(invoices(8), limits=limits)
    assert isinstance(entries[-1], Finished) and entries[-1].outcome == "failed"
    assert prefix_checks(entries, config).violations == ()
    report = prefix_checks(entries[:-1], config, decide=without("budgets"))
    assert "the cap is 4" in report.witness
    entries, config = of(invoices(8), limits=Limits(tokens=1_500))
    assert "the cap is 1500" in prefix_checks(entries[:-1], config, decide=without("budgets")).witness


def test_a_call_of_a_partial_answer_is_caught():
    entries, config = case("clean")
    partial = [
        replace(entry, reply=replace(entry.reply, stop="length")) if isinstance(entry, Replied) else entry
        for entry in entries[:3]
    ]
    assert prefix_checks(partial, config).violations == ()
    assert "is partial" in prefix_checks(partial, config, decide=without("reject_calls")).witness


def test_what_is_wrong_with_the_record_itself_is_caught():
    entries, config = case("clean")
    position = next(n for n, entry in enumerate(entries) if isinstance(entry, Called))
    call = entries[position].intents[0].call
    fresh = Called(intents=(Intent(call, "fresh"),))
    assert "and then under fresh" in prefix_checks([*entries[: position + 1], fresh], config).witness
    other = Called(intents=(Intent(ToolCall("b", "pay", "{}"), entries[position].intents[0].key),))
    assert "of call" in prefix_checks([*entries[: position + 1], other], config).witness
    answered = Replied(reply=Reply("done"))
    assert (
        "had answered while calls had no result" in prefix_checks([*entries[: position + 1], answered], config).witness
    )


def test_a_call_known_not_to_have_happened_may_be_repeated_and_one_that_was_read_may_be_given_up():
    entries, config = case("blind")
    position = next(n for n, entry in enumerate(entries) if isinstance(entry, Called))
    name = entries[position].intents[0].call.id
    refused = [*entries[: position + 1], Failed(what=name, error="RateLimited", message="")]
    assert prefix_checks(refused, config).violations == ()
    assert isinstance(decide(evolve_all(refused), config), CallAll)
    lost = [*entries[: position + 1], Failed(what=name, error="ConnectionLost", message="")]
    assert "ask a person" in prefix_checks(lost, config, decide=decided(that_repeats)).witness
    reading = with_tools(config, effect="read")
    assert prefix_checks(lost, reading, decide=decided(that_guesses)).violations == ()


def evolve_all(entries: list[Entry]) -> State:
    """The fold of some entries."""
    state = State()
    for entry in entries:
        state = evolve(state, entry)
    return state
