"""What an append holds, as far as crash points go by it: the records of a legible journal, or what the door has seen.

A journal in the harness's framing says itself what each record is. Of any other, an append is taken to hold what became
known since the append before: an answer of the model, results of tools, and before the first request the beginning.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from harness.errors import UsageError
from harness.journal import decode

if TYPE_CHECKING:
    from harness.history import Event
    from harness.run import Run


@dataclass(frozen=True)
class Fact:
    """One record of an append: its type, the first and the last byte behind it, the calls it is about.

    `rule` tells a request for a turn (model) from one for a policy.
    """

    kind: str
    start: int
    end: int
    calls: tuple[str, ...] = ()
    rule: str = ""


@dataclass(frozen=True)
class Written:
    """Every append of a run by the number of its event; `legible` says whether the journal itself told what it holds."""

    appends: dict[int, tuple[Fact, ...]]
    legible: bool


def written(run: Run) -> Written:
    """What each append of a run holds."""
    appends = _appends(run.events)
    told = {event.number: _records(_bytes(run, event)) for event in appends}
    legible = {number: facts for number, facts in told.items() if facts is not None}
    if len(legible) == len(appends):
        return Written(legible, bool(appends))
    return Written(_seen(run.events), False)


def _appends(events: Iterable[Event]) -> list[Event]:
    return [event for event in events if event.site == "disk:append" and event.kind == "done"]


def _bytes(run: Run, event: Event) -> bytes:
    offset: int = event.detail["offset"]
    return run.tape[offset : offset + event.detail["bytes"]]


def _records(data: bytes) -> tuple[Fact, ...] | None:
    """The records of one append; None where it is not whole records that name their type."""
    try:
        found = decode(data)
        if found.size != len(data) or not data:
            return None
        entries = [msgspec.json.decode(record.json) for record in found.records]
        ends = [*(record.offset for record in found.records[1:]), len(data)]
        return tuple(
            Fact(str(entry["type"]), record.offset, end, _calls(entry), str(entry.get("rule", "")))
            for record, end, entry in zip(found.records, ends, entries, strict=True)
        )
    except (UsageError, msgspec.DecodeError, KeyError, TypeError, AttributeError):
        return None


def _calls(entry: dict[str, Any]) -> tuple[str, ...]:
    if entry["type"] == "Called":
        return tuple(str(intent["call"]["id"]) for intent in entry["intents"])
    return (str(entry["id"]),) if "id" in entry else ()


def _seen(events: Iterable[Event]) -> dict[int, tuple[Fact, ...]]:
    """What was seen at the door between one append and the next; a death forgets what was not written."""
    appends: dict[int, tuple[Fact, ...]] = {}
    known: list[tuple[str, tuple[str, ...]]] = []
    texts: set[int] = set()
    asked = False
    for event in events:
        site = event.site.partition(":")[0]
        if site == "life" and event.kind == "died":
            known.clear()
        elif site == "model" and event.kind == "request":
            asked = True
            texts.update(() if event.detail["tools"] else (event.nth,))
        elif site == "model" and event.kind == "reply":
            known.append(("Condensed" if event.nth in texts else "Replied", ()))
            if event.nth not in texts and not event.detail["calls"]:
                known.append(("Finished", ()))
        elif site == "tool" and event.kind == "result":
            known.append(("Returned", (event.detail["id"],)))
        elif event.site == "disk:append" and event.kind == "done":
            size = event.detail["bytes"]
            if not asked:
                known.append(("Started", ()))
            appends[event.number] = tuple(Fact(kind, 0, size, calls) for kind, calls in known)
            known.clear()
    return appends
