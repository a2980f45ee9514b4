"""A call whose outcome is unknown is asked about, repeated under its own key, or shown to a person: never guessed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.checks.record import Call, Reading, reading_of
from harness.checks.verdict import Verdict, conclude

if TYPE_CHECKING:
    from harness.run import Run

LOST_ANSWERS = ("ConnectionLost", "TimedOut")
"""Errors after which the caller cannot know whether the effect happened."""


@dataclass(frozen=True)
class _Action:
    """Something done about a deed: a call, an answered query, or an answered question to a person."""

    number: int
    life: int
    kind: str
    key: str


def indeterminate_named(run: Run) -> Verdict:
    """I7: after a mutating call of unknown outcome (a crash, a lost answer) the next action on the same deed is a query
    by its key, a repetition under its key, or a question to a person; for a blind tool only the person. Never a new key.
    """
    reading = reading_of(run)
    premises, witness = 0, ""
    for call, since in _in_doubt(reading):
        deed = call.deed
        if deed is None or call.tool is None:
            continue
        action = next(_actions(reading, call, since), None)
        blind = call.tool.kind == "blind"
        if action is None and (not (blind and run.ending == "returned") or _unheard(reading, call, since)):
            continue
        premises += 1
        keys = {other.key for other in reading.calls if other.started <= since and other.deed == deed}
        witness = witness or _violation(call, action, keys, blind)
    return conclude("indeterminate_named", premises, witness)


def _in_doubt(reading: Reading) -> Iterator[tuple[Call, int]]:
    """Mutating calls of unknown outcome, and the event from which on it was unknown."""
    for call in reading.calls:
        if not call.mutating:
            continue
        if call.error in LOST_ANSWERS:
            yield call, call.ended
        elif not call.ended:
            yield call, next((number for number in reading.deaths if number > call.started), call.started)


def _actions(reading: Reading, call: Call, since: int) -> Iterator[_Action]:
    """What was done about the deed of a call after an event, in order. Unanswered queries and questions do not count."""
    for event in reading.events[since:]:
        detail, action = event.detail, ""
        if event.site == f"tool:{call.name}" and event.kind == "call":
            action = "call" if reading.call_at[event.number].deed == call.deed else ""
        elif event.site == f"query:{call.name}" and event.kind == "result":
            action = "query" if detail["key"] == call.key else ""
        elif event.site == "human" and event.kind == "answer":
            action = "human" if _asks_about(_question(reading, event.nth), call) else ""
        if action:
            yield _Action(event.number, event.life, action, str(detail.get("key", "")))


def _unheard(reading: Reading, call: Call, since: int) -> bool:
    """Whether a person was asked about a call and the question itself failed: named, and nobody answered."""
    failed = (event for event in reading.events[since:] if event.site == "human" and event.kind == "error")
    return any(_asks_about(_question(reading, event.nth), call) for event in failed)


def _question(reading: Reading, nth: int) -> dict[str, str]:
    asked = (event for event in reading.events if event.site == "human" and event.kind == "question")
    return next(event.detail for event in asked if event.nth == nth)


def _asks_about(question: dict[str, str], call: Call) -> bool:
    """Whether a question is about a call: by its key, or by its tool, or in words only."""
    if question["key"]:
        return question["key"] == call.key
    return question["tool"] in ("", call.name)


def _violation(call: Call, action: _Action | None, keys: set[str], blind: bool) -> str:
    what = f"the outcome of {' '.join(call.deed or ())} (event {call.started}, life {call.life}, key {call.key!r}) was unknown"
    if action is None:
        return f"{what}, its tool is blind, and no person was ever asked"
    if action.kind != "call":
        return ""
    when = f"at event {action.number} (life {action.life})"
    if action.key not in keys:
        return f"{what}, and {when} it was called again under the new key {action.key!r}"
    return f"{what}, its tool is blind, and {when} it was called again before a person was asked" if blind else ""
