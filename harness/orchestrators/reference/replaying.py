"""The replay gate: fold a recorded journal under today's code, and see where `decide` would have done something else.

A journal holds two sorts of entries. Some are facts from outside: a life began, an answer or a result came, a request
failed. All others were written because `decide` said so. At every place where the recorded run asked `decide`, today's
`decide` is asked the same question, and its command is compared with what the run wrote next.

Not seen by this: what the shell does with an outcome, and a changed `evolve` that leads to the same decisions. The latter
is what the digests of `harness.orchestrators.reference.digests` are for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import msgspec
from msgspec.structs import replace

from harness.orchestrators.reference import rules, state
from harness.orchestrators.reference.commands import Ask, AskHuman, CallAll, Command, Condense, Note, Query
from harness.orchestrators.reference.config import Config
from harness.orchestrators.reference.entries import (
    REQUESTS,
    Answered,
    Asked,
    Called,
    Condensed,
    Entry,
    Failed,
    Replied,
    Resumed,
    Returned,
    Started,
    Waiting,
    encode,
)  # fmt: skip
from harness.orchestrators.reference.state import State
from harness.plain import mended
from harness.types import Result

Decide: TypeAlias = Callable[[State, Config], Command | None]
Evolve: TypeAlias = Callable[[State, Entry], State]

SHOWN = 160
"""Characters of an entry or a command that a difference shows."""

_REQUEST = " a request"
"""What is under way after `Asked`; no call has such an id."""


@dataclass(frozen=True)
class Difference:
    """One decision that came out differently: `after` counts the entries before it."""

    after: int
    recorded: str
    decided: str


@dataclass(frozen=True)
class Replay:
    """What a replay came to; `state` is the fold of the whole journal."""

    entries: int
    decisions: int
    differences: tuple[Difference, ...]
    state: State


def replay(
    entries: Sequence[Entry], config: Config, decide: Decide = rules.decide, evolve: Evolve = state.evolve
) -> Replay:
    """Fold entries, and ask `decide` wherever the recorded run asked it. What follows a difference is folded as recorded.

    A place where the run died before it wrote anything has no decision to compare; an end that was recorded has.
    """
    now, under_way, position, decisions = State(), frozenset[str](), 0, 0
    differences: list[Difference] = []
    while position < len(entries):
        count = 1
        if not _is_fact(entries[position], under_way):
            decisions += 1
            count, told = _compared(decide(now, config), entries, position)
            if told:
                differences.append(Difference(position, *told))
        for entry in entries[position : position + count]:
            now = evolve(now, entry)
            under_way = _under_way(under_way, entry)
        position += count
    if now.finished is not None:
        decisions += 1
        command = decide(now, config)
        if command is not None:
            differences.append(Difference(position, "nothing more, the session is over", brief(command)))
    return Replay(len(entries), decisions, tuple(differences), now)


def _is_fact(entry: Entry, under_way: frozenset[str]) -> bool:
    """Whether an entry came from outside, so that nobody was asked."""
    return isinstance(entry, Started | Resumed) or _settles(entry) in under_way


def _settles(entry: Entry) -> str:
    """What is no longer under way after an outcome; empty for an entry that is no outcome."""
    match entry:
        case Replied() | Condensed():
            return _REQUEST
        case Failed(what=what):
            return _REQUEST if what in REQUESTS else what
        case Returned(id=name) | Answered(id=name):
            return name
    return ""


def _under_way(before: frozenset[str], entry: Entry) -> frozenset[str]:
    """What has no outcome yet after one more entry; a new life has nothing under way."""
    match entry:
        case Resumed():
            return frozenset()
        case Asked():
            return before | {_REQUEST}
        case Called(intents=intents):
            return before | {intent.call.id for intent in intents}
        case Waiting(id=name):
            return before | {name}
    return before - {_settles(entry)}


_Told: TypeAlias = tuple[str, str] | None
"""A difference as (recorded, decided)."""


def _compared(command: Command | None, entries: Sequence[Entry], position: int) -> tuple[int, _Told]:
    """How many entries the recorded decision wrote, and the difference if there is one."""
    first = entries[position]
    if command is None:
        return _noted(entries, position), (brief(first), "nothing, the session is over")
    expected = _expected(command, first)
    actual = _until_death(entries, position, len(expected))
    told = next((_unlike(there, here) for here, there in zip(expected, actual) if not _same(here, there)), None)
    if told is not None:
        return _noted(entries, position), told
    if isinstance(command, Note):
        return max(1, len(actual)), None
    return 1, _too_early(command, first) or _condensed_otherwise(command, entries, position)


def _expected(command: Command, recorded: Entry) -> tuple[Entry, ...]:
    """What the shell writes for a command before it acts. Its question to a person is wording of the shell."""
    match command:
        case Note(entries=entries):
            return entries
        case Ask(tokens=tokens):
            return (Asked(rule="model", tokens=tokens),)
        case Condense(tokens=tokens):
            return (Asked(rule="policy", tokens=tokens),)
        case CallAll():
            return (Called(rule=command.rule, facts=command.facts, intents=command.intents),)
        case AskHuman():
            said = (
                recorded.question if isinstance(recorded, Waiting) and command.why in recorded.question else command.why
            )
            return (Waiting(rule=command.rule, facts=command.facts, id=command.intent.call.id, question=said),)
        case Query(intent=intent):
            named = Returned(rule="doubt", facts={"found": True}, id=intent.call.id, result=Result())
            return (recorded if _answers(command, recorded) else named,)


def _answers(query: Query, recorded: Entry) -> bool:
    """Whether an entry is what a query can lead to: the outcome, no outcome under the same key, or no answer."""
    match recorded:
        case Returned(id=name, facts={"found": True}):
            return name == query.intent.call.id
        case Called(intents=(intent,), facts={"found": False}):
            return intent == query.intent
        case Failed(what=name):
            return name == query.intent.call.id
    return False


def _too_early(command: Command, recorded: Entry) -> _Told:
    """The difference between when the recorded run acted and the instant before which today's code does not."""
    not_before = 0 if isinstance(command, Note) else command.not_before
    if recorded.at >= not_before:
        return None
    return f"{brief(recorded)} at {recorded.at} ms", f"the same, but not before {not_before} ms"


def _condensed_otherwise(command: Command, entries: Sequence[Entry], position: int) -> _Told:
    """The difference between what the policy asked the model, by its digest, and what it asks today."""
    if not isinstance(command, Condense):
        return None
    answered = entries[position + 1] if position + 1 < len(entries) else None
    if not isinstance(answered, Condensed) or (answered.nth, answered.digest) == (command.nth, command.digest):
        return None
    recorded = f"the policy's request {answered.nth} with digest {answered.digest}"
    return recorded, f"its request {command.nth} with digest {command.digest}"


def _until_death(entries: Sequence[Entry], position: int, count: int) -> Sequence[Entry]:
    """So many entries, or as many as were durable before the next life."""
    found = entries[position : position + count]
    return found[: next((n for n, entry in enumerate(found) if isinstance(entry, Resumed)), len(found))]


def _noted(entries: Sequence[Entry], position: int) -> int:
    """How many entries a decision wrote that today's code would not take: those of one rule at one instant."""
    first, count = entries[position], 1
    if isinstance(first, Asked | Called | Waiting):
        return 1
    for entry in entries[position + 1 :]:
        if isinstance(entry, Asked | Called | Waiting | Resumed) or (entry.rule, entry.at) != (first.rule, first.at):
            break
        count += 1
    return count


def _same(expected: Entry, recorded: Entry) -> bool:
    """Whether two entries say the same, stamps aside, as JSON: a tuple in the facts comes back as a list."""
    stamped = replace(expected, at=recorded.at)
    return stamped == recorded or _json(stamped) == encode(recorded)


def _json(entry: Entry) -> bytes:
    try:
        return encode(entry)
    except UnicodeEncodeError:
        return msgspec.json.encode(mended(msgspec.to_builtins(entry)))


def _unlike(recorded: Entry, expected: Entry) -> tuple[str, str]:
    """Two entries in a few words each; of the same kind, only where they differ."""
    if type(recorded) is not type(expected):
        return brief(recorded), brief(expected)
    names = [name for name in recorded.__struct_fields__ if name != "at"]
    unlike = {name for name in names if getattr(recorded, name) != getattr(expected, name)}
    return brief(recorded, unlike), brief(expected, unlike)


def brief(thing: Any, names: set[str] | None = None) -> str:
    """An entry or a command in at most `SHOWN` characters: the fields named, else all that are not at their default."""
    shown = []
    for item in msgspec.structs.fields(thing):
        value = getattr(thing, item.name)
        if item.name in names if names is not None else item.name != "at" and value != item.default:
            shown.append(f"{item.name}={value!r}")
    text = f"{type(thing).__name__}({', '.join(shown)})"
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 2]}…)"
