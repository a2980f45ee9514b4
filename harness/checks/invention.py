"""What a summary says was said before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import field

from harness.checks.fold import Fold, FoldedCheck
from harness.checks.record import Reading
from harness.checks.verdict import Verdict, cannot_tell, conclude
from harness.history import Event

if TYPE_CHECKING:
    from harness.run import Run

FACT = " = "
PROGRESS = "done"
"""The one name under which a summary says in its own words what is done."""


class _NothingInvented(Fold):
    """I14b: a fact (a line `name = value`) in a message that is neither a reply, nor a tool result, nor pinned (that is, in a
    summary) occurred before in the goal, in a tool's result, in a reply to a request with tools or in a person's answer.
    """

    name = "nothing_invented"
    wants = (("model", "request"), ("model", "reply"), ("human", "answer"), ("query", "result"))
    containers = ("said",)

    begun: bool = False
    asking: bool = False
    said: list[str] = field(default_factory=list)
    heard: int = 0
    known: tuple[frozenset[str], ...] = ()

    def see(self, event: Event, reading: Reading) -> None:
        """Collect what was said; look a summary's facts up in it."""
        detail = event.detail
        if event.kind == "reply":
            if self.asking and FACT in detail["text"]:
                self.said.append(detail["text"])
        elif event.kind in ("answer", "result"):
            self.said += [str(detail.get("text", "")), str(detail.get("content", ""))]
        else:
            self.asking = detail["tools"] > 0
            if self.asking:
                self._shown(detail["new"], event, reading)

    def verdict(self, reading: Reading, end: Run) -> Verdict:
        """On the wire a program's own words cannot be told from a summary, so nothing can be said of them."""
        if end.spec.orchestrator.is_program:
            return cannot_tell(self.name, "what a program says in its own words may be no summary")
        return conclude(self.name, self.premises, self.witness)

    def _shown(self, messages: list[dict[str, Any]], event: Event, reading: Reading) -> None:
        """The first request is the orchestrator's own words; in later ones its own words are summaries."""
        for message in messages:
            text = message["content"]
            if message["role"] in ("assistant", "tool") or FACT not in text:
                continue
            if message.get("pinned") or not self.begun:
                self.said.append(text)
            else:
                self._summary(text, event, reading)
        self.begun = True

    def _summary(self, text: str, event: Event, reading: Reading) -> None:
        self._listen(reading)
        for fact in facts_of(text):
            if fact.partition(FACT)[0] == PROGRESS:
                continue
            self.premises += 1
            if not self.witness and not any(fact in known for known in self.known):
                self.witness = (
                    f"the summary shown at event {event.number} (life {event.life}) says {fact[:80]!r}, which nothing "
                    "said before"
                )

    def _listen(self, reading: Reading) -> None:
        """Add what was said since the last summary to what is known; in one piece, which forks share."""
        texts = [reading.head.setup.goal, *self.said]
        calls = reading.calls
        texts += [str(call.result.get("content", "")) for call in calls if call.result and call.ended > self.heard]
        fresh = frozenset(fact for text in texts for fact in facts_of(text))
        self.heard = max((call.ended for call in calls), default=0)
        self.known = (*self.known, fresh)
        self.said = []


def facts_of(text: str) -> list[str]:
    """The facts in a text, without the marks of a list before them."""
    return [line.strip().lstrip("-*").strip() for line in text.split("\n") if FACT in line] if FACT in text else []


nothing_invented = FoldedCheck(_NothingInvented)
