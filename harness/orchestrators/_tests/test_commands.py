"""What every command says of itself, in every state that journals of trouble pass through."""

from __future__ import annotations

from typing import TypeAlias

from evals.goldens import GOLDENS
from harness.mutants import MUTANTS
from harness.orchestrators._tests.journals import CASES, case, config_of, entries_of
from harness.orchestrators.reference.commands import Ask, AskHuman, CallAll, Command, Condense, Note, Query
from harness.orchestrators.reference.config import POLICY_OUTPUT, POLICY_OUTPUT_LEAST, Config
from harness.orchestrators.reference.entries import Entry, Finished
from harness.orchestrators.reference.rules import decide
from harness.orchestrators.reference.state import State, evolve
from harness.run import execute
from harness.tokens import view_tokens

NAMES = {
    Ask: {"ask"},
    Condense: {"compaction"},
    CallAll: {"calls", "doubt"},
    Query: {"doubt"},
    AskHuman: {"doubt"},
    Note: {"crashes", "doubt", "calls", "completion", "circles", "failures", "offer", "budgets", "compaction"},
}
"""The rules that may give a command of each type."""

SPECS = tuple(dict.fromkeys([*(ground.spec for mutant in MUTANTS for ground in mutant.grounds), *GOLDENS.values()]))
"""The grounds of the mutants and the golden journals: where things go wrong."""


Decided: TypeAlias = tuple[State, Config, Command]
Commands: TypeAlias = tuple[Decided, ...]


def decisions() -> tuple[Decided, ...]:
    """Every state with what is decided in it, once for each decision."""
    runs = [execute(spec) for spec in SPECS]
    journals = [*(case(name) for name in CASES), *((entries_of(run), config_of(run)) for run in runs)]
    found: dict[str, Decided] = {}
    for entries, config in journals:
        for state in states(entries):
            command = decide(state, config)
            if command is not None:
                found.setdefault(repr(command), (state, config, command))
    return tuple(found.values())


def states(entries: list[Entry]) -> list[State]:
    state, passed = State(), []
    for entry in entries:
        state = evolve(state, entry)
        passed.append(state)
    return passed


def every_command_names_its_rule_and_every_rule_gives_one(commands: Commands) -> None:
    given: dict[type, set[str]] = {}
    for _, _, command in commands:
        given.setdefault(type(command), set()).add(command.rule)
    assert given == NAMES


def every_entry_of_a_note_names_the_same_rule(commands: Commands) -> None:
    notes = [command for _, _, command in commands if isinstance(command, Note)]
    assert [note for note in notes if {entry.rule for entry in note.entries} != {note.rule} or not note.entries] == []


def a_note_is_flushed_exactly_where_it_ends_the_session(commands: Commands) -> None:
    notes = [command for _, _, command in commands if isinstance(command, Note)]
    ends = [isinstance(note.entries[-1], Finished) for note in notes]
    assert [note.flush for note in notes] == ends
    assert len(notes) > 50 and 10 < sum(ends) < len(ends)


def an_end_that_is_no_answer_has_a_reason(commands: Commands) -> None:
    ends = [entry for _, _, c in commands if isinstance(c, Note) for entry in c.entries if isinstance(entry, Finished)]
    assert {end.outcome for end in ends} == {"completed", "failed", "parked"}
    assert [
        end for end in ends if bool(end.answer) != (end.outcome == "completed") or bool(end.reason) == bool(end.answer)
    ] == []


def what_a_request_takes_is_counted_whole(commands: Commands) -> None:
    for state, config, command in commands:
        if isinstance(command, Ask):
            assert command.tokens == view_tokens(state.view) + config.offered_tokens(state.view)
        if isinstance(command, Condense):
            assert command.tokens == view_tokens(command.view)
            assert POLICY_OUTPUT_LEAST <= command.max_output <= POLICY_OUTPUT
            assert command.nth == len(state.condensed)


def a_request_after_a_failure_waits_as_long_as_the_failure_says(commands: Commands) -> None:
    asked = [(state, command) for state, _, command in commands if isinstance(command, Ask | Condense)]
    assert [c for s, c in asked if c.not_before != (s.failure.not_before if s.failure else 0)] == []
    assert any(state.failure for state, _ in asked)


def calls_that_change_something_are_flushed_first(commands: Commands) -> None:
    for state, config, command in commands:
        if isinstance(command, CallAll):
            effects = {getattr(config.tool(intent.call.name), "effect", "") for intent in command.intents}
            assert command.flush is (effects != {"read"} or state.careful)


def what_is_done_about_a_doubt_says_which_call_it_is_about(commands: Commands) -> None:
    about = [
        (s, c)
        for s, _, c in commands
        if isinstance(c, Query | AskHuman) or (isinstance(c, CallAll) and c.rule == "doubt")
    ]
    for state, command in about:
        intent = command.intents[0] if isinstance(command, CallAll) else command.intent
        known = next(call for call in state.open if call.intent == intent)
        assert command.facts == {"call": intent.call.id, "key": intent.key, "failures": known.failures}
        waits = isinstance(command, AskHuman) and not known.unheard
        assert command.not_before == (0 if waits else known.not_before)
    assert {type(command) for _, command in about} == {Query, AskHuman, CallAll}


def a_question_says_why_it_is_asked(commands: Commands) -> None:
    asked = {command.why for _, _, command in commands if isinstance(command, AskHuman)}
    assert asked and all(why == why.strip() and why[0].islower() and len(why) > 10 for why in asked)


def test_every_command_says_of_itself_what_is_so() -> None:
    """One test for all of it: the decisions are made once, and a tool for mutation sees that this test made them."""
    commands = decisions()
    every_command_names_its_rule_and_every_rule_gives_one(commands)
    every_entry_of_a_note_names_the_same_rule(commands)
    a_note_is_flushed_exactly_where_it_ends_the_session(commands)
    an_end_that_is_no_answer_has_a_reason(commands)
    what_a_request_takes_is_counted_whole(commands)
    a_request_after_a_failure_waits_as_long_as_the_failure_says(commands)
    calls_that_change_something_are_flushed_first(commands)
    what_is_done_about_a_doubt_says_which_call_it_is_about(commands)
    a_question_says_why_it_is_asked(commands)
