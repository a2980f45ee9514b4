"""What must be on disk before something happens. Needs a journal in the harness's own format, else `unknown`."""

from __future__ import annotations

from itertools import takewhile
from operator import attrgetter
from typing import TYPE_CHECKING

from msgspec import field

from harness.checks.fold import ANY, Fold, FoldedCheck
from harness.checks.record import Call, Reading
from harness.checks.verdict import Verdict, cannot_tell, conclude
from harness.errors import UsageError
from harness.history import Event
from harness.journal import decode

if TYPE_CHECKING:
    from harness.run import Run


class _DecisionDurable(Fold):
    """I4: before a call with an effect starts, the model's reply that asked for it is durable, arguments and all."""

    name = "decision_durable"
    wants = (("tool", "effect"),)
    journaled = True

    def see(self, event: Event, reading: Reading) -> None:
        """Look up the reply that asked for the call of an effect."""
        call = reading.current
        if call is None or len(call.effects) > 1:
            return
        self.premises += 1
        if not self.witness:
            lines = reading.replies.get((call.id, call.name, call.arguments), ())
            if not reading.durable_before(lines, call.started):
                self.witness = (
                    f"{_named(call)} started at event {call.started} (life {call.life}), "
                    f"{_missing(reading, 'the reply that asked for it', lines)}"
                )


class _WriteAhead(Fold):
    """I5: the intent is durable before a mutating call starts, and an outcome before a request that contains it."""

    name = "write_ahead"
    wants = (("tool", "call"), ("model", "request"))
    containers = ("passed",)
    journaled = True

    passed: set[str] = field(default_factory=set)

    def see(self, event: Event, reading: Reading) -> None:
        """Look up the intent of a call, and the outcomes that a request shows."""
        if event.kind == "request":
            for message in event.detail["new"]:
                if message["role"] == "tool" and message.get("call_id", "") in self.passed:
                    self._shown(message["call_id"], event, reading)
            return
        call = reading.current
        if call is None:
            return
        self.passed.add(call.id)
        if call.mutating:
            self.premises += 1
            lines = reading.intents.get(call.key, ())
            if not self.witness and not reading.safe(lines):
                self.witness = (
                    f"{_named(call)} started at event {call.started} (life {call.life}), "
                    f"{_missing(reading, f'its intent under key {call.key!r}', lines)}"
                )

    def _shown(self, call_id: str, event: Event, reading: Reading) -> None:
        self.premises += 1
        lines = reading.outcomes.get(call_id, ())
        if not self.witness and not reading.safe(lines):
            self.witness = (
                f"the request at event {event.number} (life {event.life}) shows the outcome of call {call_id!r}, "
                f"{_missing(reading, 'that outcome', lines)}"
            )


def _named(call: Call) -> str:
    return f"call {call.id!r} of {' '.join(call.deed or (call.name,))}"


def _missing(reading: Reading, what: str, indices: tuple[int, ...]) -> str:
    if not indices:
        return f"and {what} is nowhere in the journal"
    last = reading.file.lines[indices[-1]]
    since = f"durable from event {last.durable} on" if last.durable else "not durable"
    return f"but {what}, written at event {last.written}, was {since}"


class _JournalWhole(Fold):
    """I6: at the end of a run that returned, the journal on disk is whole: no damage, nothing glued to a torn tail."""

    name = "journal_whole"
    journaled = True

    def verdict(self, reading: Reading, end: Run) -> Verdict:
        """Decode the journal as it was left."""
        if end.ending != "returned":
            return cannot_tell(self.name, f"the run did not return but ended as {end.ending}")
        if reading.file.is_just(end.journal, reading.head.read_tape):
            return conclude(self.name, 1)
        try:
            size = decode(end.journal).size
        except UsageError as error:
            return conclude(self.name, 1, str(error))
        damage = f"the journal of {len(end.journal)} bytes cannot be read from byte {size} on"
        return conclude(self.name, 1, damage if size != len(end.journal) else "")


class _DurableKept(Fold):
    """I2: a record that was durable stays: the orchestrator cuts off none (the rest of a torn one is none), writes none
    into a torn tail where it can never be read again, and shows the model every outcome that was durable before a crash.
    """

    name = "durable_kept"
    wants = (("disk:truncate", "done"), ("life", "born"), ("model", "request"))
    reads = (ANY,)
    containers = ("unshown",)
    journaled = True

    compacted: bool = False
    born: int = 0
    unshown: dict[str, int] = field(default_factory=dict)

    def read(self, index: int, reading: Reading) -> None:
        """A line that is gone as soon as it is written ran into a torn one."""
        line = reading.file.lines[index]
        self.compacted = self.compacted or line.type == "Compacted"
        if line.type == "Returned" or (line.type == "Answered" and line.entry.get("happened")):
            self.unshown[str(line.entry.get("id", ""))] = index
        if line.gone and not self.witness:
            self.witness = (
                f"the {line.type or 'record'} written at event {line.written} ran into the rest of a torn record and "
                "can never be read again"
            )

    def see(self, event: Event, reading: Reading) -> None:
        """Look at what is left after a cut, and at what a new life shows the model first."""
        if event.kind == "born":
            self._born(event, reading)
        elif event.kind == "request":
            if event.detail["tools"]:
                self._asked(event, reading)
        elif not self.witness and reading.file.rewritten == 0:
            gone = takewhile(attrgetter("gone"), reversed(reading.file.lines))  # a cut takes lines from the end only
            lost = [line for line in gone if line.gone == event.number and 0 < line.durable < event.number]
            line = lost[-1] if lost else None
            if line is not None:
                self.witness = (
                    f"the {line.type or 'record'} written at event {line.written} was durable at event {line.durable}, "
                    f"and event {event.number} (life {event.life}) cut it off"
                )

    def _born(self, event: Event, reading: Reading) -> None:
        """A life that finds durable records is the premise."""
        if not reading.file.durable_size:
            return
        self.premises += 1
        self.born = event.number if not reading.file.rewritten else 0

    def _asked(self, event: Event, reading: Reading) -> None:
        """The first request of a life shows every outcome that was durable when it began.

        Where the view only grew since the request before, what that one showed is still there.
        """
        messages = event.detail["new"] if reading.grown else reading.view
        shown = {message.get("call_id") for message in messages if message["role"] == "tool"}
        if self.born and not self.compacted and not self.witness:
            found = self.unshown.items() if reading.grown else ((name, at[0]) for name, at in reading.outcomes.items())
            lines = ((name, reading.file.lines[index]) for name, index in found if name not in shown)
            lost = next(((name, line) for name, line in lines if line.safe and line.durable < self.born), None)
            if lost is not None:
                self.witness = (
                    f"the outcome of call {lost[0]!r} was durable at event {lost[1].durable}, and the first request of "
                    f"life {event.life} (event {event.number}) does not show it"
                )
        self.born = 0
        for name in shown & self.unshown.keys():
            del self.unshown[str(name)]


decision_durable = FoldedCheck(_DecisionDurable)
write_ahead = FoldedCheck(_WriteAhead)
journal_whole = FoldedCheck(_JournalWhole)
durable_kept = FoldedCheck(_DurableKept)
