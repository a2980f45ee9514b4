"""The pure core: `evolve` is total, `decide` is a function, and every prefix of a journal is a place to go on from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import DoorError, RateLimited, ServerFailed
from harness.faults import FailAfter, RateLimit, Strike
from harness.journal import VERSION, JournalError, decode, frame
from harness.orchestrators._tests.worlds import invoices, run_reference
from harness.orchestrators.reference.commands import Ask, CallAll, Note, Query
from harness.orchestrators.reference.config import Config, make_config
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
    decode_entries,
    encode,
)  # fmt: skip
from harness.orchestrators.reference.rules import RULES, decide
from harness.orchestrators.reference.rules.failures import failed
from harness.orchestrators.reference.state import State, fold
from harness.policies.keep_all import KeepAll
from harness.run import Run
from harness.types import Limits, Message, Reply, Result, ToolCall

CALL = ToolCall("a", "pay", '{"invoice": 1}')
OTHER = ToolCall("b", "pay", '{"invoice": 2}')
STARTED = Started(session="s", version=VERSION, goal="pay", limits=Limits(), policy="KeepAll()", budget=1_000)

ENTRIES = st.sampled_from(
    [
        STARTED, Resumed(life=1), Asked(tokens=10), Replied(reply=Reply("done")),
        Replied(reply=Reply("", (CALL, OTHER), "calls")),
        Replied(reply=Reply()), Failed(what="model", error="RateLimited", message="", not_before=5),
        Failed(what="a", error="TimedOut", message=""), Failed(what="policy", error="TimedOut", message="", remedy="none"),
        Called(intents=(Intent(CALL, "k"), Intent(OTHER, "l"))), Returned(id="a", result=Result("ok")),
        Returned(id="b", result=Result("ok")), Returned(id="unknown", result=Result()), Waiting(id="a", question="?"),
        Answered(id="a", happened=False, text="no"), Answered(id="a", happened=True, text="yes", result=Result("ok")),
        Compacting(tokens=10, budget=5), Condensed(nth=0, digest="d", reply=Reply("s")),
        Compacted(view=((0, 1), Message("user", "s")), dropped=1, tokens_before=9, tokens_after=3, reason="r"),
        Compacted(view=((5, 90),), dropped=1, tokens_before=9, tokens_after=3, reason="r"),
        Warned(cap="turns", used=8, limit=10), Nudged(text="go on"), Finished(outcome="completed"),
    ]
)  # fmt: skip


def config() -> Config:
    return make_config(invoices().tools, KeepAll(), budget=10_000, window=100_000)


def entries_of(run: Run) -> list[Entry]:
    return decode_entries(decode(run.journal).records, "")


@given(st.lists(ENTRIES, max_size=12))
def test_every_entry_is_legal_in_every_state_and_every_state_has_a_next_command(entries: list[Entry]):
    state = fold(entries)
    command = decide(state, config())
    assert (command is None) == (state.finished is not None)
    assert command == decide(state, config())


@given(st.lists(ENTRIES, max_size=12), st.integers(0, 12))
def test_folding_in_two_parts_is_folding_at_once(entries: list[Entry], cut: int):
    assert fold(entries[cut:], fold(entries[:cut])) == fold(entries)


@pytest.mark.parametrize("width", [1, 3])
def test_every_prefix_of_a_journal_has_a_next_command(width: int):
    strikes = (Strike("model", 2, RateLimit()), Strike("tool:pay", 2, FailAfter()))
    entries = entries_of(run_reference(invoices(6, "queryable", width), strikes=strikes))
    for length in range(len(entries)):
        resumed = [*entries[:length], Resumed(life=1)] if length else []
        assert decide(fold(resumed), config()) is not None


def test_a_mutating_call_is_never_begun_without_a_barrier():
    entries = entries_of(run_reference(invoices(6)))
    commands = [decide(fold(entries[:length]), config()) for length in range(1, len(entries))]
    calls = [command for command in commands if isinstance(command, CallAll)]
    assert calls
    assert all(command.flush for command in calls)


def state_with_call(*more: Entry) -> State:
    asked = (STARTED, Asked(tokens=5), Replied(reply=Reply("", (CALL,), "calls")), Called(intents=(Intent(CALL, "k"),)))
    return fold([*asked, *more])


def test_a_call_in_doubt_keeps_its_key():
    command = decide(state_with_call(Resumed(life=1)), config())
    assert isinstance(command, CallAll)
    assert command.intents == (Intent(CALL, "k"),)


def test_a_queryable_call_in_doubt_is_looked_up_first():
    queryable = make_config(invoices(kind="queryable").tools, KeepAll(), budget=10_000, window=100_000)
    assert isinstance(decide(state_with_call(Resumed(life=1)), queryable), Query)


def test_a_partial_answer_is_not_acted_on():
    state = fold([STARTED, Replied(reply=Reply("", (CALL,), "length"))])
    command = decide(state, config())
    assert isinstance(command, Note)
    assert "nothing of it was executed" in command.entries[0].result.error


def test_a_call_with_a_used_id_is_refused():
    state = fold([STARTED, Replied(reply=Reply("", (CALL,), "calls"), reused=("a",))])
    assert "used the id of an earlier one" in decide(state, config()).entries[0].result.error


def test_the_wait_after_a_failure_is_part_of_the_command():
    state = fold([STARTED, Asked(tokens=5), Failed(what="model", error="RateLimited", message="", not_before=900)])
    command = decide(state, config())
    assert isinstance(command, Ask)
    assert command.not_before == 900


@pytest.mark.parametrize("error", [RateLimited, ServerFailed])
def test_a_wait_that_the_vendor_asks_for_is_kept_to_whatever_the_status(error: type[DoorError]):
    entry = failed("model", error("busy", 503, "overloaded_error", 20_000), 0, 100)
    assert 20_100 <= entry.not_before <= 22_100


def test_the_tuple_of_rules_tells_the_order():
    assert [rule.__name__ for rule in RULES] == [
        "park_crash_loop", "resolve_doubt", "reject_calls", "begin_calls", "complete", "break_circles", "give_up",
        "offer", "budgets", "compact", "ask",
    ]  # fmt: skip


def records(*entries: Entry) -> bytes:
    return b"".join(frame(encode(entry), 0) for entry in entries)


@pytest.mark.parametrize(
    ("journal", "session", "says"),
    [
        (records(STARTED), "other", "belongs to session 's', not to 'other'"),
        (records(Started(session="s", version=9, goal="", limits=Limits(), policy="", budget=1)), "s", "version 9"),
        (records(Asked(tokens=1)), "s", "begins with 'Asked'"),
        (records(STARTED) + frame(b'{"type":"Danced"}', 0), "s", "unknown entry at byte"),
    ],
)
def test_a_journal_that_is_not_ours_is_refused_with_the_reason(journal: bytes, session: str, says: str):
    with pytest.raises(JournalError, match=says):
        decode_entries(decode(journal).records, session)
