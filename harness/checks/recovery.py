"""What a new life may do: nothing where the session was finished, nothing twice, and nothing over that is known."""

from __future__ import annotations

from typing import Any

from msgspec import field

from harness.checks.fold import Fold, FoldedCheck
from harness.checks.record import Reading
from harness.history import Event

DOORS = (("model", "request"), ("tool", "call"), ("query", "call"), ("human", "question"))
"""Where a life asks something of somebody else."""


class _SameOutcome(Fold):
    """I3: a session that was finished and is started again gives the same answer, and nothing passes its other doors.

    A session is finished once a Finished that does not only park it is durable; where the journal is opaque, once it
    returned with every expected deed done and no disk had refused it.
    """

    name = "same_outcome"
    wants = (("life", "born"), ("life", "returned"), ("tool", "effect"), ("disk", "error"), *DOORS)
    containers = ("deeds",)

    over: int = 0
    answer: str | None = None
    answered: int = 0
    refused: bool = False
    deeds: set[tuple[str, str]] = field(default_factory=set)

    def see(self, event: Event, reading: Reading) -> None:
        """`over` is the event since which the session of this life was finished when it began, 0 where it was not."""
        if event.kind == "effect":
            self.deeds.add((event.site[5:], event.detail["intent"]))
        elif event.kind == "error":
            self.refused = True
        elif event.kind == "born":
            self.over, self.refused = self._finished(reading), False
            self.premises += self.over > 0
        elif event.kind == "returned":
            self._returned(event)
        elif self.over and not self.witness:
            self.witness = (
                f"the session was finished at event {self.over}, and when life {event.life} took it up again event "
                f"{event.number} is a {event.kind} at {event.site}"
            )

    def _finished(self, reading: Reading) -> int:
        if reading.lines is None:
            expected = reading.head.setup.expected
            return self.answered if expected and not self.refused and self.deeds.issuperset(expected) else 0
        ends = (
            line.durable
            for _, line in reading.file.latest("Finished")
            if line.safe and line.entry.get("outcome") != "parked"
        )
        return next(ends, 0)

    def _returned(self, event: Event) -> None:
        answer = event.detail.get("answer", "")
        if self.over and self.answer is not None and answer != self.answer and not self.witness:
            self.witness = (
                f"the session was finished at event {self.over} and answered {self.answer[:60]!r} at event "
                f"{self.answered}; life {event.life} answered {answer[:60]!r} at event {event.number}"
            )
        self.answer, self.answered = answer, event.number


class _RecoveryIdempotent(Fold):
    """I6: a life that dies while it resumes leaves every whole record as it was, and however often a session is taken up
    again, each call has one outcome in the journal.
    """

    name = "recovery_idempotent"
    wants = (("life", "born"), ("life", "died"), *DOORS)
    reads = ("Returned", "Answered")
    journaled = True

    born: int = 0
    resuming: bool = False

    def see(self, event: Event, reading: Reading) -> None:
        """A life resumes until it asks something of somebody."""
        if event.kind == "born":
            self.born, self.resuming = event.number, event.life > 0
        elif event.kind != "died":
            self.resuming = False
        elif self.resuming:
            self.premises += 1
            lines = reading.file.lines
            lost = (line for line in lines if 0 < line.durable < self.born < line.gone)
            line = None if reading.file.rewritten else next(lost, None)
            if line is not None and not self.witness:
                self.witness = (
                    f"life {event.life} died at event {event.number} while it resumed, and the {line.type} that was "
                    f"durable at event {line.durable} is gone since event {line.gone}"
                )

    def read(self, index: int, reading: Reading) -> None:
        """An outcome; another one for its call may only have been lost."""
        lines = reading.file.lines
        line = lines[index]
        if line.type == "Answered" and not line.entry.get("happened"):
            return
        call_id = str(line.entry.get("id", ""))
        self.premises += reading.life > 0
        if self.witness:
            return
        for other in reading.outcomes.get(call_id, ()):
            if other < index and not lines[other].gone:
                self.witness = (
                    f"the outcome of call {call_id!r} was written at event {lines[other].written} and, in life "
                    f"{reading.life}, once more at event {line.written}"
                )


def _says_error(event: Event) -> bool:
    """Whether a result that is ok by its status says otherwise: then nobody knows whether it happened."""
    return event.detail.get("status", "ok") == "ok" and str(event.detail.get("content", "")).lstrip().startswith(
        '{"error"'
    )


class _BoundedReexecution(Fold):
    """I8: after a crash at most one answered request is asked again, no call whose outcome is known is made again, and
    each open call at most once more before it has an outcome, lost answers aside.
    """

    name = "bounded_reexecution"
    wants = (
        ("run", "start"), ("life", "born"), ("model", "request"), ("model", "reply"), ("tool", "call"),
        ("tool", "result"),
    )  # fmt: skip
    reads = ("Compacted",)
    containers = ("received", "heard", "shown")

    budget: int = 0
    roomy: bool = False
    again: int = 0
    asking: tuple[str, int] = ("", 0)
    fresh: bool = False
    replied: bool = False
    with_tools: bool = False
    received: dict[str, tuple[int, int]] = field(default_factory=dict)
    heard: dict[tuple[str, str], int] = field(default_factory=dict)
    shown: dict[tuple[str, str], int] = field(default_factory=dict)

    def see(self, event: Event, reading: Reading) -> None:
        """`received` are replies that reached the orchestrator, by request; `heard` outcomes that reached this life,
        `shown` those that it had by heart, because it showed them to the model."""
        kind = event.kind
        if kind == "start":
            self.budget = event.detail.get("budget", 0)
        elif kind == "born":
            self.again, self.fresh = 0, event.life > 0
            self.heard = {}
            self.premises += self.fresh
        elif kind == "request":
            self._asked(event, reading)
        elif kind == "reply":
            self.replied = True
            self.received[self.asking[0]] = (event.life, event.number)
        elif reading.current is not None and event.life > 0:
            call = (reading.current.id, reading.current.arguments)
            if kind == "result":
                if not _says_error(event):
                    self.heard[call] = event.number
            else:
                self._called(call, event, reading)

    def read(self, index: int, reading: Reading) -> None:
        """The view was cut on purpose."""
        self.roomy = False

    def _asked(self, event: Event, reading: Reading) -> None:
        detail = event.detail
        digest, tools = detail["digest"], detail["tools"] > 0
        life, number = self.received.get(digest, (event.life, 0))
        if life < event.life and (
            self.fresh or not tools
        ):  # later in a life, a compacted view may look like an old one
            self.again += 1
            del self.received[digest]  # an answer is thrown away once, however often its request fails from now on
        lost = 0
        if self.fresh and tools:
            lost = self._thrown_away(detail, reading)
            self.fresh = False
        if max(self.again, lost) > 1 and not self.witness:
            count = max(self.again, lost)
            since = number if self.again > 1 else self.asking[1]
            self.witness = (
                f"life {event.life} asks again at event {event.number} what was answered before its crash (request of "
                f"event {since}): {count} answers are thrown away, one may be"
            )
        self.roomy = 2 * detail["tokens"] < self.budget
        self.asking, self.replied, self.with_tools = (digest, event.number), False, tools
        for message in detail["new"]:
            if message["role"] == "tool" and message.get("call_id"):
                self._shown(message["call_id"], event, reading)

    def _thrown_away(self, detail: dict[str, Any], reading: Reading) -> int:
        """Answers that a life which begins with a shorter view of the same beginning has forgotten. A view that was pressed
        for room may have been cut on purpose."""
        if not self.roomy or not self.with_tools or detail["new"] or detail["length"] != detail["shared"]:
            return 0
        return len([message for message in reading.cut if message["role"] == "assistant"]) + self.replied

    def _shown(self, call_id: str, event: Event, reading: Reading) -> None:
        """A result that the model is shown is known to the orchestrator."""
        for call in reversed(reading.calls):
            if call.id == call_id:
                self.shown.setdefault((call.id, call.arguments), event.number)
                return

    def _called(self, call: tuple[str, str], event: Event, reading: Reading) -> None:
        lines = reading.outcomes.get(call[0], ())
        since = self.heard.get(call) or self.shown.get(call) or _noted(reading, lines)
        if since and not self.witness:
            self.witness = (
                f"the outcome of call {call[0]!r} was known at event {since}, and life {event.life} made it again at "
                f"event {event.number}"
            )


def _noted(reading: Reading, indices: tuple[int, ...]) -> int:
    """Since when the journal held an outcome, durably; 0 where it does not."""
    for index in indices if reading.file.legible else ():
        line = reading.file.lines[index]
        if line.safe:
            return line.durable
    return 0


same_outcome = FoldedCheck(_SameOutcome)
recovery_idempotent = FoldedCheck(_RecoveryIdempotent)
bounded_reexecution = FoldedCheck(_BoundedReexecution)
