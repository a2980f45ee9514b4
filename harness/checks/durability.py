"""What must be on disk before something happens. Needs a journal in the harness's own format, else `unknown`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.checks.record import OPAQUE, Call, Line, Reading, reading_of
from harness.checks.verdict import Verdict, cannot_tell, conclude
from harness.errors import UsageError
from harness.journal import decode

if TYPE_CHECKING:
    from harness.run import Run


def decision_durable(run: Run) -> Verdict:
    """I4: before a call with an effect starts, the model's reply that asked for it is durable, arguments and all."""
    reading = reading_of(run)
    if reading.lines is None:
        return cannot_tell("decision_durable", OPAQUE)
    replies: dict[tuple[str, str, str], list[Line]] = {}
    for line in reading.lines_of("Replied"):
        for call in line.entry["reply"].get("calls", ()):
            replies.setdefault((call["id"], call["name"], call["arguments"]), []).append(line)
    acted = [call for call in reading.calls if call.effects]
    witness = next(
        (f"{_named(call)} started at event {call.started} (life {call.life}), "
         f"{_missing('the reply that asked for it', lines)}"
         for call in acted
         if not _safe(lines := replies.get((call.id, call.name, call.arguments), []), call.started)),
        "",
    )  # fmt: skip
    return conclude("decision_durable", len(acted), witness)


def write_ahead(run: Run) -> Verdict:
    """I5: the intent is durable before a mutating call starts, and an outcome before a request that contains it."""
    reading = reading_of(run)
    if reading.lines is None:
        return cannot_tell("write_ahead", OPAQUE)
    intended, early = _intents(reading)
    shown, unsaved = _outcomes(reading)
    return conclude("write_ahead", intended + shown, early or unsaved)


def _intents(reading: Reading) -> tuple[int, str]:
    intents: dict[str, list[Line]] = {}
    for line in reading.lines_of("Called"):
        for intent in line.entry["intents"]:
            intents.setdefault(intent["key"], []).append(line)
    calls = [call for call in reading.calls if call.mutating]
    for call in calls:
        lines = intents.get(call.key, [])
        if not _safe(lines, call.started):
            when = f"started at event {call.started} (life {call.life})"
            return len(calls), f"{_named(call)} {when}, {_missing(f'its intent under key {call.key!r}', lines)}"
    return len(calls), ""


def _outcomes(reading: Reading) -> tuple[int, str]:
    passed = {call.id for call in reading.calls}
    saved: dict[str, list[Line]] = {}
    for call_id, line in reading.outcomes():
        saved.setdefault(call_id, []).append(line)
    shown, witness = 0, ""
    for event in reading.events:
        if event.site != "model" or event.kind != "request":
            continue
        for message in event.detail["new"]:
            call_id = message.get("call_id", "")
            if message["role"] != "tool" or call_id not in passed:
                continue
            shown += 1
            lines = saved.get(call_id, [])
            if not witness and not _safe(lines, event.number):
                witness = (
                    f"the request at event {event.number} (life {event.life}) shows the outcome of call {call_id!r}, "
                    f"{_missing('that outcome', lines)}"
                )
    return shown, witness


def _safe(lines: list[Line], number: int) -> bool:
    return any(line.durable_before(number) for line in lines)


def _named(call: Call) -> str:
    return f"call {call.id!r} of {' '.join(call.deed or (call.name,))}"


def _missing(what: str, lines: list[Line]) -> str:
    if not lines:
        return f"and {what} is nowhere in the journal"
    last = lines[-1]
    since = f"durable from event {last.durable} on" if last.durable else "never durable"
    return f"but {what}, written at event {last.written}, was {since}"


def journal_whole(run: Run) -> Verdict:
    """I6: at the end of a run that returned, the journal on disk is whole: no damage, nothing glued to a torn tail."""
    if reading_of(run).lines is None:
        return cannot_tell("journal_whole", OPAQUE)
    if run.ending != "returned":
        return cannot_tell("journal_whole", f"the run did not return but ended as {run.ending}")
    try:
        size = decode(run.journal).size
    except UsageError as error:
        return conclude("journal_whole", 1, str(error))
    damage = f"the journal of {len(run.journal)} bytes cannot be read from byte {size} on"
    return conclude("journal_whole", 1, damage if size != len(run.journal) else "")
