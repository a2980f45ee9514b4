"""Every prefix of a journal is a place where the process may have died. Judged without running anything, for breadth.

For each prefix: the state (one `evolve` more than for the prefix before), the state of the life that takes over, what it
decides, and whether that may be done. The judge keeps a book of its own from the entries, so that neither a wrong
`evolve` nor a wrong `decide` is believed. It costs one entry's work a prefix, however long the journal.

Judged: no other key for a call that was begun, and no key of another call; a call in doubt leads to a query, a repetition
under its key, a person, or a parked session, as its kind of tool allows; no call twice, none of a partial answer; nothing
asked of the model while calls are without result; budgets kept by a resume and by the decision; a second resume changes
the counts of lives only, or decides the same; a finished prefix decides nothing. Not judged: the bytes of the record
(`longhaul verify`), the view that would be sent, and what the shell does. Where the view is pressed for room, a prefix
costs what its policy costs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from msgspec.structs import replace

from harness.orchestrators.reference import rules, state
from harness.orchestrators.reference.book import Book
from harness.orchestrators.reference.commands import Ask, AskHuman, CallAll, Command, Condense, Note, Query
from harness.orchestrators.reference.config import Config
from harness.orchestrators.reference.entries import Entry, Finished, Intent, Nudged, Resumed, Returned
from harness.orchestrators.reference.replaying import Decide, Evolve, brief
from harness.orchestrators.reference.state import State

TOGETHER = 256
"""Prefixes that take each step together."""


@dataclass(frozen=True)
class Violation:
    """What may not be, had the process died after so many entries."""

    after: int
    what: str


@dataclass(frozen=True)
class PrefixReport:
    """How many prefixes were judged, and every violation in order."""

    prefixes: int
    violations: tuple[Violation, ...]

    @property
    def witness(self) -> str:
        """The first violation in one sentence; empty where there is none."""
        if not self.violations:
            return ""
        first = self.violations[0]
        return f"after entry {first.after} of {self.prefixes}: {first.what}"


def prefix_checks(
    entries: Sequence[Entry], config: Config, decide: Decide = rules.decide, evolve: Evolve = state.evolve
) -> PrefixReport:
    """Judge every prefix of a journal but the empty one. The second resume is decided only where it changes the state.

    Some hundred prefixes take each step together, which is faster than all steps for one after another.
    """
    folded, book, kinds = State(), Book(), _kinds(config)
    violations: list[Violation] = []
    for start in range(0, len(entries), TOGETHER):
        some = entries[start : start + TOGETHER]
        states: list[State] = []
        for entry in some:
            folded = evolve(folded, entry)
            states.append(folded)
        once = [evolve(known, Resumed(at=known.at, life=known.lives)) for known in states]
        twice = [evolve(known, Resumed(at=known.at, life=known.lives)) for known in once]
        commands = [decide(known, config) for known in once]
        apart = [after != replace(known, lives=after.lives, stalled=after.stalled) for known, after in zip(once, twice)]
        for index, (entry, resumed, command) in enumerate(zip(some, once, commands)):
            wrong = book.note(entry)
            if not wrong and apart[index]:
                wrong = _unlike(command, decide(twice[index], config))
            if not wrong and (resumed.tokens < book.tokens or resumed.turn < book.turns):
                wrong = _forgotten(resumed, book)
            wrong = wrong or _judged(command, book, kinds)
            if wrong:
                violations.append(Violation(start + index + 1, wrong))
    return PrefixReport(len(entries), tuple(violations))


_Kinds: TypeAlias = dict[str, str]
"""What each tool is in doubt: `read`, or its kind."""


def _kinds(config: Config) -> _Kinds:
    return {tool.name: "read" if tool.effect == "read" else tool.kind for tool in config.tools}


def _unlike(once: Command | None, twice: Command | None) -> str:
    """What is wrong where two resumes do not lead to what one leads to."""
    if once == twice:
        return ""
    shown = ["nothing" if command is None else brief(command) for command in (once, twice)]
    return f"resumed once it decides {shown[0]}, resumed twice {shown[1]}"


def _forgotten(resumed: State, book: Book) -> str:
    return (
        f"the record holds {book.tokens} tokens and {book.turns} turns, the resumed state {resumed.tokens} and "
        f"{resumed.turn}: a budget was reset"
    )


def _judged(command: Command | None, book: Book, kinds: _Kinds) -> str:
    """What is wrong with a command in the light of the record; empty where nothing is."""
    if book.over:
        return f"the session is over, and it decides {brief(command)}" if command is not None else ""
    kind = command.__class__
    if kind is Ask or kind is Condense:
        return _asks(command, book)  # type: ignore[arg-type]  # it is one of the two
    if kind is CallAll:
        return _calls_all(command.intents, book, kinds)  # type: ignore[union-attr]
    if kind is Query or kind is AskHuman:
        return _settles(command.intent, book)  # type: ignore[union-attr]
    if kind is Note:
        return next(filter(None, (_notes(entry, book, kinds) for entry in command.entries)), "")  # type: ignore[union-attr]
    return "" if book.parked else "it decides nothing, and the session is not over"


def _asks(command: Ask | Condense, book: Book) -> str:
    if book.open or book.pending:
        without = ", ".join((*book.open, *book.pending))
        return f"it asks the model while calls have no result: {without}"
    limits = book.limits
    worst = command.tokens + limits.max_output
    if limits.tokens and book.tokens + worst > limits.tokens:
        return f"it asks for what may cost {worst} tokens, {book.tokens} are used, the cap is {limits.tokens}"
    if command.__class__ is Ask and limits.turns and book.turns >= limits.turns:
        return f"it asks for another turn, {book.turns} are used, the cap is {limits.turns}"
    return ""


def _calls_all(intents: Sequence[Intent], book: Book, kinds: _Kinds) -> str:
    for intent in intents:
        wrong = _calls(intent, book, kinds)
        if wrong:
            return wrong
    if len(intents) > 1 and len({intent.key for intent in intents}) < len(intents):
        return f"calls of one turn share a key: {', '.join(intent.key for intent in intents)}"
    return ""


def _calls(intent: Intent, book: Book, kinds: _Kinds) -> str:
    """What is wrong with making a call now."""
    call = intent.call
    if call.id in book.pending:
        return _begins(intent, book)
    wrong = _settles(intent, book)
    kind = kinds.get(call.name, "blind")
    if wrong or not book.maybe_happened(call.id) or kind in ("read", "deduplicating"):
        return wrong
    instead = "ask the tool" if kind == "queryable" else "ask a person"
    return f"call {call.id} of {call.name} may have happened and the tool is {kind}: it is repeated, where it must {instead}"


def _begins(intent: Intent, book: Book) -> str:
    owner = book.owners.get(intent.key)
    if owner is not None:
        return f"call {intent.call.id} is begun under the key {intent.key} of call {owner}"
    if book.partial:
        return f"call {intent.call.id} is begun, and the answer that asks for it is partial"
    return ""


def _settles(intent: Intent, book: Book) -> str:
    """What is wrong with taking up a call again."""
    name = intent.call.id
    known = book.keys.get(name)
    if known is None:
        return f"call {name} was never asked for by the model"
    if known != intent.key:
        return f"call {name} was begun under the key {known} and is taken up under {intent.key}"
    return "" if name in book.open else f"call {name} has its outcome and is taken up again"


def _notes(entry: Entry, book: Book, kinds: _Kinds) -> str:
    """What is wrong with recording an entry now."""
    if isinstance(entry, Returned) and entry.id in book.open and book.maybe_happened(entry.id):
        name = book.open[entry.id].name
        return (
            ""
            if kinds.get(name) == "read"
            else f"call {entry.id} of {name} may have happened, and it is given up by a guess"
        )
    if isinstance(entry, Nudged) and (book.open or book.pending):
        return "the model is nudged while calls have no result"
    if isinstance(entry, Finished) and entry.outcome != "parked" and (book.open or book.pending):
        without = ", ".join((*book.open, *book.pending))
        return f"it ends as {entry.outcome} while calls have no result: {without}"
    return ""
