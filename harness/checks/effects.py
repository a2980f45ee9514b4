"""Exactly once: nothing twice, nothing lost, nothing acknowledged that never happened. The world's ledger decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.checks.record import Reading, reading_of
from harness.checks.verdict import Verdict, cannot_tell, conclude
from harness.history import Event

if TYPE_CHECKING:
    from harness.run import Run


def effect_once(run: Run) -> Verdict:
    """I1: an irreversible deed (tool and intent) happens at most once, under whatever keys it was asked for."""
    first: dict[tuple[str, str], Event] = {}
    premises = 0
    witness = ""
    for call in reading_of(run).calls:
        for event in call.effects:
            if event.detail["effect"] != "irreversible":
                continue
            premises += 1
            deed = (call.name, event.detail["intent"])
            before = first.setdefault(deed, event)
            if before is not event and not witness:
                witness = (
                    f"effect {' '.join(deed)} happened twice: {_place(before)}, {_place(event)}; "
                    f"keys {before.detail['key']!r} and {event.detail['key']!r}"
                )
    return conclude("effect_once", premises, witness)


def _place(event: Event) -> str:
    return f"life {event.life} event {event.number}"


def no_lost_effect(run: Run) -> Verdict:
    """Where the orchestrator returned, every deed that the scenario expects has happened."""
    if run.ending != "returned":
        return cannot_tell("no_lost_effect", f"the run did not return but ended as {run.ending}")
    done = {(deed.tool, deed.intent) for deed in run.world.effects}
    lost = [deed for deed in run.setup.expected if deed not in done]
    witness = ""
    if lost:
        more = f" (and {len(lost) - 1} more)" if len(lost) > 1 else ""
        witness = (
            f"effect {' '.join(lost[0])}{more} never happened, and the run returned at event {run.events[-1].number}"
        )
    return conclude("no_lost_effect", len(run.setup.expected), witness)


def acknowledged_effect(run: Run) -> Verdict:
    """I1, I2: what was reported or journaled as done has its effect in the ledger."""
    reading = reading_of(run)
    done = {(deed.tool, deed.key) for deed in run.world.effects}
    claims = [*_reported(reading), *_journaled(reading)]
    witness = next(
        (f"{where} says that {name} under key {key!r} was done, but no such effect ever happened"
         for name, key, where in claims if (name, key) not in done),
        "",
    )  # fmt: skip
    return conclude("acknowledged_effect", len(claims), witness)


def _reported(reading: Reading) -> list[tuple[str, str, str]]:
    return [
        (call.name, call.key, f"the result at event {call.ended}")
        for call in reading.calls
        if call.mutating and call.result is not None and call.result.get("status", "ok") == "ok"
    ]


def _journaled(reading: Reading) -> list[tuple[str, str, str]]:
    """Outcomes in the journal of calls that passed the door."""
    calls = {call.id: call for call in reading.calls if call.mutating}
    claims = []
    for call_id, line in reading.outcomes():
        call = calls.get(call_id)
        if call is not None and (line.entry.get("result") or {}).get("status", "ok") == "ok":
            claims.append((call.name, call.key, f"the journal line written at event {line.written}"))
    return claims
