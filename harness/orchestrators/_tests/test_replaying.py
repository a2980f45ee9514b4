"""The replay gate: a journal replays under the code that wrote it, and every changed decision is noticed where it is made."""

from __future__ import annotations

from dataclasses import replace as changed
from typing import Any

import pytest
from msgspec.structs import replace

from harness.faults import CrashBefore, MalformedArguments, Strike
from harness.orchestrators._tests.journals import CASES, case, deciding, of, with_tools, without
from harness.orchestrators._tests.worlds import invoices
from harness.orchestrators.reference.commands import Ask, AskHuman, CallAll, Condense, Note, Query
from harness.orchestrators.reference.digests import digests_at, digests_of, unlike
from harness.orchestrators.reference.entries import Asked, Called, Compacted, Condensed, Entry, Failed, Resumed
from harness.orchestrators.reference.replaying import SHOWN, replay
from harness.orchestrators.reference.rules import RULES, decide
from harness.orchestrators.reference.state import State, evolve, fold


@pytest.mark.parametrize("name", CASES)
def test_a_journal_replays_under_the_code_that_wrote_it(name: str):
    entries, config = case(name)
    found = replay(entries, config)
    assert found.differences == ()
    assert found.state == fold(entries)
    assert found.decisions > 5


def test_the_cases_hold_every_command():
    made = [deciding_of(name) for name in CASES]
    assert set().union(*made) == {Note, Ask, CallAll, Query, AskHuman, Condense, type(None)}


def deciding_of(name: str) -> set[type]:
    """The commands that today's code gives in a replay of a case."""
    seen = set()

    def watched(state: State, config: Any) -> Any:
        command = decide(state, config)
        seen.add(type(command))
        return command

    replay(*case(name), decide=watched)
    return seen


def test_decisions_are_counted_where_the_run_asked_and_facts_are_not():
    entries, config = of(invoices(2))
    # Started | Asked Replied | Called Returned | Asked Replied | Called Returned | Asked Replied | Finished | nothing
    assert (len(entries), replay(entries, config).decisions) == (12, 7)


def test_a_death_before_anything_was_written_is_no_decision_and_is_no_difference():
    entries, config = of(invoices(2), strikes=(Strike("model", 2, CrashBefore()), Strike("model", 3, CrashBefore())))
    twice = [*entries[:5], Resumed(life=1), Resumed(life=2), *entries[5:]]
    found, longer = replay(entries, config), replay(twice, config)
    assert (longer.differences, longer.decisions) == ((), found.decisions)


def test_a_note_of_which_only_the_beginning_was_durable_is_no_difference():
    entries, config = of(invoices(4, width=4), strikes=(Strike("model", 1, MalformedArguments()),))
    refused = [n for n, entry in enumerate(entries) if entry.rule == "calls" and not isinstance(entry, Called)]
    assert len(refused) == 4
    cut = [*entries[: refused[2]], Resumed(life=1), *entries[refused[2] :]]
    assert replay(cut, config).differences == ()
    assert replay(entries[: refused[2]], config).differences == ()


@pytest.mark.parametrize(
    ("name", "rule", "recorded", "decided"),
    [
        ("deduplicating", "resolve_doubt", "Called", "Asked"),
        ("parallel", "begin_calls", "Called", "Asked"),
        ("clean", "complete", "Finished", "Asked"),
        ("summaries", "compact", "Compacting", "Asked"),
        ("clean", "ask", "Asked", "nothing"),
    ],
)
def test_a_missing_rule_is_noticed_at_the_first_decision_that_was_its(name, rule, recorded, decided):
    entries, config = case(name)
    first = replay(entries, config, decide=without(rule)).differences[0]
    assert first.recorded.startswith(recorded)
    assert first.decided.startswith(decided)
    assert type(entries[first.after]).__name__ == recorded


def test_after_a_difference_the_rest_is_folded_as_recorded_and_compared():
    entries, config = case("deduplicating")
    found = replay(entries, config, decide=without("resolve_doubt"))
    assert len(found.differences) == 1
    assert found.state == fold(entries)


def other(entry: Entry, **changes: Any) -> Any:
    """A `decide` that says the same, but where it wrote such an entry, with changed fields."""

    def otherwise(state: State, config: Any) -> Any:
        command = decide(state, config)
        if isinstance(command, Note):
            return replace(command, entries=tuple(map(change, command.entries)))
        return change(command)

    def change(thing: Any) -> Any:
        return replace(thing, **changes) if isinstance(thing, entry) else thing

    return otherwise


@pytest.mark.parametrize(
    ("name", "what", "changes", "says"),
    [
        ("clean", Ask, {"tokens": 5}, "Asked(tokens=5)"),
        ("clean", CallAll, {"facts": {"why": "new"}}, "Called(facts={'why': 'new'})"),
        ("blind", AskHuman, {"why": "nobody knows"}, "question='nobody knows'"),
        ("blind", AskHuman, {"facts": None}, "Waiting(facts=None)"),
        ("queryable", Query, {"not_before": 10**9}, "not before 1000000000 ms"),
        ("rate limit", Ask, {"not_before": 9_000}, "not before 9000 ms"),
        ("rate limit", CallAll, {"not_before": 10**7}, "not before 10000000 ms"),
        ("summaries", Condense, {"digest": "other"}, "digest other"),
        ("summaries", Condense, {"nth": 7}, "its request 7"),
        ("summaries", Condense, {"tokens": 7}, "Asked(tokens=7)"),
        ("summaries", Compacted, {"reason": "why not"}, "Compacted(reason='why not')"),
    ],
)
def test_whatever_a_command_says_otherwise_is_noticed_and_only_that_is_shown(name, what, changes, says):
    found = replay(*case(name), decide=other(what, **changes)).differences
    assert found
    assert says in found[0].decided


def test_a_person_asked_instead_of_the_tool_is_noticed_and_the_other_way_round():
    for name, kind, says in (("queryable", "blind", "Waiting"), ("blind", "queryable", "Returned")):
        entries, config = case(name)
        assert replay(entries, with_tools(config, kind=kind)).differences[0].decided.startswith(says)


def test_a_model_asked_for_the_policy_is_noticed():
    entries, config = case("summaries")
    mixed = [replace(entry, rule="model") if isinstance(entry, Asked) else entry for entry in entries]
    assert "rule='policy'" in replay(mixed, config).differences[0].decided


def test_a_journal_that_goes_on_after_its_end_is_noticed():
    entries, config = case("clean")
    longer = [*entries, Asked(tokens=5)]
    assert replay(longer, config).differences[0].decided == "nothing, the session is over"


def test_code_that_goes_on_after_the_end_is_noticed():
    entries, config = case("clean")
    found = replay(
        entries, config, decide=lambda state, c: Ask(rule="ask", tokens=1) if state.finished else decide(state, c)
    )
    assert found.differences[-1].after == len(entries)
    assert found.differences[-1].decided.startswith("Ask(")


def test_a_difference_is_told_in_few_words():
    entries, config = case("parallel")
    found = replay(entries, changed(config, tools_tokens=7), decide=other(CallAll, intents=()))
    assert all(len(text) <= SHOWN for item in found.differences for text in (item.recorded, item.decided))


def test_an_evolve_that_counts_otherwise_changes_the_digest_and_the_field_is_named():
    entries, _ = case("summaries")

    def dearer(state: State, entry: Entry) -> State:
        after = evolve(state, entry)
        return replace(after, cost=after.cost + 1) if isinstance(entry, Condensed) else after

    condensed = next(n for n, entry in enumerate(entries, 1) if isinstance(entry, Condensed))
    marks = (condensed - 1, condensed, len(entries))
    then, now = digests_at(entries, marks), digests_at(entries, marks, dearer)
    assert [unlike(then[mark], now[mark]) for mark in marks] == [(), ("cost",), ("cost",)]


def test_a_field_at_its_default_is_in_no_digest_and_a_view_is_digested_by_what_it_shows():
    assert digests_of(State()) == {}
    entries, _ = case("clean")
    whole, shorter = fold(entries), fold(entries[:-4])
    assert "compacting" not in digests_of(whole)
    assert "view" in unlike(digests_of(whole), digests_of(shorter))
    copied = replace(whole, view=type(whole.view)(list(whole.view)))
    assert unlike(digests_of(whole), digests_of(copied)) == ()


def test_a_failure_that_nobody_waits_for_is_a_decision_of_a_rule():
    entries, config = case("summaries")
    given_up = Failed(rule="compaction", what="policy", error="Abandoned", message="")
    assert replay([*entries[:3], given_up], config).differences[0].recorded.startswith("Failed(")


def test_the_rules_are_the_ones_that_the_gate_asks():
    entries, config = case("clean")
    assert replay(entries, config, decide=deciding(*RULES)) == replay(entries, config)
