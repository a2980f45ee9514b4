"""Exactly once: nothing twice, nothing lost, nothing acknowledged that never happened. The world's ledger decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import field

from harness.checks.fold import Fold, FoldedCheck
from harness.checks.lines import Line
from harness.checks.record import Call, Reading
from harness.checks.verdict import Verdict, cannot_tell, conclude
from harness.history import Event

if TYPE_CHECKING:
    from harness.run import Run


class _EffectOnce(Fold):
    """I1: an irreversible deed (tool and intent) happens at most once, under whatever keys it was asked for."""

    name = "effect_once"
    wants = (("tool", "effect"), ("outside", "effect"))
    containers = ("first",)

    first: dict[tuple[str, str], Event] = field(default_factory=dict)

    def see(self, event: Event, reading: Reading) -> None:
        """Compare an effect with all before it."""
        detail = event.detail
        if detail["effect"] != "irreversible":
            return
        self.premises += 1
        deed = (event.site.removeprefix("tool:"), detail["intent"])
        before = self.first.setdefault(deed, event)
        if before is not event and not self.witness:
            self.witness = (
                f"effect {' '.join(deed)} happened twice: {_place(before)}, {_place(event)}; "
                f"{_story(reading, before, event)}"
            )


def _place(event: Event) -> str:
    return f"life {event.life} event {event.number}"


def _story(reading: Reading, before: Event, event: Event) -> str:
    """What the journal held of the first effect when the second happened, and under which key that was asked for."""
    old, new = before.detail["key"], event.detail["key"]
    if reading.lines is None:
        return f"keys {old!r} and {new!r}"
    resumed = reading.born[event.life] if before.life < event.life < len(reading.born) else 0
    who = f"life {event.life}, resumed at event {resumed}," if resumed else "it"
    key = f"used the same key {new!r}" if old == new else f"used the new key {new!r} instead of {old!r}"
    intent = _durable(reading, reading.intents.get(old, ()), before)
    result = _durable(reading, reading.outcomes.get(before.detail["id"], ()), before)
    return f"intent {intent}; result {result}; {who} {key}"


def _durable(reading: Reading, indices: tuple[int, ...], before: Event) -> str:
    """Since when one of some journal lines was durable, as far as they tell of the first effect."""
    lines = [reading.file.lines[index] for index in indices]
    mine = [line for line in lines if _by_life(reading, line, before.life)]
    since = min((line.durable for line in mine if line.durable), default=0)
    if since:
        return f"durable at event {since}"
    return f"written at event {mine[0].written} and never durable" if mine else "never durable"


def _by_life(reading: Reading, line: Line, life: int) -> bool:
    """Whether a line was written by the end of a life."""
    return life + 1 >= len(reading.born) or line.written < reading.born[life + 1]


class _AcknowledgedEffect(Fold):
    """I1, I2: what was journaled as done has its effect in the ledger; where the journal is opaque, what was reported as done.

    A tool that says ok and did nothing deceives only those who write it down as done.
    """

    name = "acknowledged_effect"
    wants = (("tool", "call"), ("tool", "effect"), ("tool", "result"))
    reads = ("Returned", "Answered")
    containers = ("done", "calls", "early", "reported", "noted")

    done: set[tuple[str, str]] = field(default_factory=set)
    calls: dict[str, tuple[str, str]] = field(default_factory=dict)
    early: dict[str, str] = field(default_factory=dict)
    reported: dict[tuple[str, str], str] = field(default_factory=dict)
    noted: dict[tuple[str, str], str] = field(default_factory=dict)

    def see(self, event: Event, reading: Reading) -> None:
        """Note a claim, and take back those whose effect has come."""
        call = reading.current
        if call is None or not call.mutating:
            return
        deed = (call.name, call.key)
        if event.kind == "effect":
            self.done.add(deed)
            self.reported.pop(deed, None)
            self.noted.pop(deed, None)
        elif event.kind == "call":
            self.calls[call.id] = deed
            where = self.early.pop(call.id, "")
            if where:
                self._claim(self.noted, deed, where)
        elif event.detail.get("status", "ok") == "ok":
            self._claim(self.reported, deed, f"the result at event {event.number}")

    def read(self, index: int, reading: Reading) -> None:
        """An outcome in the journal; it says something of a call that passes the door, sooner or later."""
        line = reading.file.lines[index]
        if line.type == "Answered" and not line.entry.get("happened"):
            return
        call_id = str(line.entry.get("id", ""))
        if (line.entry.get("result") or {}).get("status", "ok") != "ok":
            return
        where = f"the journal line written at event {line.written}"
        if call_id in self.calls:
            self._claim(self.noted, self.calls[call_id], where)
        else:
            self.early[call_id] = where

    def _claim(self, claims: dict[tuple[str, str], str], deed: tuple[str, str], where: str) -> None:
        self.premises += 1
        if deed not in self.done:
            claims.setdefault(deed, where)

    def verdict(self, reading: Reading, end: Run) -> Verdict:
        """What was claimed and has not happened to the end."""
        missing = self.reported if reading.lines is None else self.noted
        witness = next(
            (f"{where} says that {name} under key {key!r} was done, but no such effect ever happened"
             for (name, key), where in missing.items()),
            "",
        )  # fmt: skip
        return conclude(self.name, self.premises, witness)


class _NoLostEffect(Fold):
    """Where the orchestrator returned, every deed that the scenario expects has happened."""

    name = "no_lost_effect"

    def verdict(self, reading: Reading, end: Run) -> Verdict:
        """Hold the ledger against what was expected."""
        if end.ending != "returned":
            return cannot_tell(self.name, f"the run did not return but ended as {end.ending}")
        done = {(deed.tool, deed.intent) for deed in end.world.effects}
        lost = [deed for deed in end.setup.expected if deed not in done]
        witness = ""
        if lost:
            more = f" (and {len(lost) - 1} more)" if len(lost) > 1 else ""
            last = end.history.count
            witness = f"effect {' '.join(lost[0])}{more} never happened, and the run returned at event {last}"
        return conclude(self.name, len(end.setup.expected), witness)


class _KeyBound(Fold):
    """T16: one idempotency key stands for one payload: no call is refused because its key was used for another."""

    name = "key_bound"
    wants = (("tool", "call"), ("tool", "error"))
    containers = ("keys",)

    keys: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)

    def see(self, event: Event, reading: Reading) -> None:
        """A mutating call under a known key is the premise; the double's conflict, or another payload, the violation."""
        call = reading.current
        if call is None:
            return
        if event.kind == "call":
            if call.mutating:
                self._called(call)
        elif event.detail["type"] == "IdempotencyKeyConflict" and not self.witness:
            first = self.keys.get((call.name, call.key), ("", 0))[1]
            self.witness = (
                f"{call.name} at event {call.started} (life {call.life}) used the key {call.key!r} of event {first} "
                f"for other arguments, and was refused at event {event.number}"
            )

    def _called(self, call: Call) -> None:
        first = self.keys.setdefault((call.name, call.key), (call.arguments, call.started))
        if first[1] == call.started:
            return
        self.premises += 1
        if first[0] != call.arguments and not self.witness:
            self.witness = (
                f"{call.name} at event {call.started} (life {call.life}) used the key {call.key!r} of event {first[1]} "
                f"for other arguments: {call.arguments[:60]} instead of {first[0][:60]}"
            )


effect_once = FoldedCheck(_EffectOnce)
acknowledged_effect = FoldedCheck(_AcknowledgedEffect)
no_lost_effect = FoldedCheck(_NoLostEffect)
key_bound = FoldedCheck(_KeyBound)
