"""A call whose outcome is unknown is asked about, repeated under its own key, or shown to a person: never guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from harness.checks.fold import Fold, FoldedCheck
from harness.checks.record import ENDINGS, Call, Reading
from harness.checks.verdict import Verdict, conclude
from harness.history import Event

if TYPE_CHECKING:
    from harness.run import Run

LOST_ANSWERS = ("ConnectionLost", "TimedOut")
"""Errors after which the caller cannot know whether the effect happened."""


class _Doubt(Struct, frozen=True):
    """A call of unknown outcome, since which event, whether a person was asked about it and could not be reached, and how
    many lives died since in a question to a person.
    """

    call: Call
    since: int
    unheard: bool = False
    deadly: int = 0


class _IndeterminateNamed(Fold):
    """I7: after a mutating call of unknown outcome (a crash, a lost answer) the next action on the same deed is a query
    by its key, a repetition under its key, or a question to a person; for a blind tool only the person. Never a new key.
    A question that kills one life after the other may be given up, and a life whose disk failed leaves it to the next.
    """

    name = "indeterminate_named"
    wants = (
        ("tool", "call"), ("tool", "error"), ("query", "result"), ("human", "question"), ("human", "answer"),
        ("human", "error"), ("disk", "error"), ("life", "born"), *(("life", ending) for ending in ENDINGS),
    )  # fmt: skip
    containers = ("doubts", "questions")

    doubts: list[_Doubt] = field(default_factory=list)
    questions: dict[int, dict[str, Any]] = field(default_factory=dict)
    disk_failed: bool = False

    def see(self, event: Event, reading: Reading) -> None:
        """Open a doubt, or see what is done about one. Unanswered queries and questions are nothing done."""
        site, kind = event.site, event.kind
        if kind == "born":
            self.disk_failed = False
        elif site == "life":
            if kind == "died":
                self._died_asking()
            self.doubts += [_Doubt(call, event.number) for _, call in reading.open_calls() if call.mutating]
        elif kind == "question":
            self.questions[event.nth] = event.detail
        elif kind == "error" and site == "human":
            asked = self.questions.pop(event.nth)
            self.doubts = [
                _Doubt(doubt.call, doubt.since, doubt.unheard or _asks_about(asked, doubt.call), doubt.deadly)
                for doubt in self.doubts
            ]
        elif kind == "error" and site.startswith("disk:"):
            self.disk_failed = True
        elif kind == "error":
            call = reading.current
            if call is not None and call.mutating and call.error in LOST_ANSWERS:
                self.doubts.append(_Doubt(call, event.number))
        elif self.doubts:
            self._act(event, reading)
        if kind == "answer":
            self.questions.pop(event.nth, None)

    def _died_asking(self) -> None:
        """Whoever was being asked never got to answer; nor would they about another call."""
        if self.questions:
            self.questions = {}
            self.doubts = [_Doubt(doubt.call, doubt.since, doubt.unheard, doubt.deadly + 1) for doubt in self.doubts]

    def _act(self, event: Event, reading: Reading) -> None:
        """Close the doubts that this action is about."""
        rest = []
        for doubt in self.doubts:
            if doubt.call.deed is None or not self._is_about(event, reading, doubt.call):
                rest.append(doubt)
                continue
            self.premises += 1
            if event.kind == "call" and not self.witness:
                self.witness = _violation(doubt, event, reading)
        self.doubts = rest

    def _is_about(self, event: Event, reading: Reading, call: Call) -> bool:
        if event.kind == "call":
            current = reading.current
            return current is not None and current.name == call.name and current.deed == call.deed
        if event.site == "human":
            return _asks_about(self.questions[event.nth], call)
        return event.site == f"query:{call.name}" and event.detail["key"] == call.key

    def verdict(self, reading: Reading, end: Run) -> Verdict:
        """A blind tool's doubt that was shown to nobody is a violation at the end; another one may stay open."""
        premises, witness = self.premises, self.witness
        for doubt in self.doubts:
            tool = doubt.call.tool
            if tool is None or tool.kind != "blind" or _given_up(doubt) or doubt.call.deed is None:
                continue
            if end.ending == "returned" and not self.disk_failed:
                premises += 1
                witness = witness or f"{_unknown(doubt.call)}, its tool is blind, and no person was ever asked"
        return conclude(self.name, premises, witness)


def _given_up(doubt: _Doubt) -> bool:
    """Whether no person can be asked: the channel is lost, or more than one life died in the question."""
    return doubt.unheard or doubt.deadly > 1


def _asks_about(question: dict[str, Any], call: Call) -> bool:
    """Whether a question is about a call: by its key, or by its tool, or in words only."""
    if question["key"]:
        return bool(question["key"] == call.key)
    return question["tool"] in ("", call.name)


def _unknown(call: Call) -> str:
    return f"the outcome of {' '.join(call.deed or ())} (event {call.started}, life {call.life}, key {call.key!r}) was unknown"


def _violation(doubt: _Doubt, event: Event, reading: Reading) -> str:
    """What is wrong with calling again; empty where it may be done."""
    call, key = doubt.call, event.detail["key"]
    when = f"at event {event.number} (life {event.life})"
    known = (other for other in reversed(reading.calls) if other.key == key and other.started <= doubt.since)
    if not any(other.deed == call.deed for other in known):
        return f"{_unknown(call)}, and {when} it was called again under the new key {key!r}"
    if call.tool is not None and call.tool.kind == "blind":
        return f"{_unknown(call)}, its tool is blind, and {when} it was called again before a person was asked"
    return ""


indeterminate_named = FoldedCheck(_IndeterminateNamed)
