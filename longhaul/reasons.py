"""Why: the rule and the facts that an orchestrator's own journal names, joined to the events that wrote it.

Only journals in the framing of `harness.journal` are read; a stranger's journal is opaque bytes and gives no reasons.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from harness.errors import UsageError
from harness.history import Event
from harness.journal import decode
from longhaul.lines import wrapped


def reasons(events: Iterable[Event], tape: bytes) -> dict[int, str]:
    """What each append wrote and why, by event number: `Called (calls: count=2)`."""
    return {
        event.number: reason_text(entries)
        for event in events
        if event.site == "disk:append" and event.kind == "done"
        if (entries := _entries(tape[event.detail["offset"] :][: event.detail["bytes"]]))
    }


def reason_text(entries: Iterable[Mapping[str, Any]]) -> str:
    """Journal entries (their type, rule and facts) in a few words."""
    return "; ".join(map(_reason, entries))


def last_words(known: Mapping[int, str]) -> str:
    """What the journal says of its end, in full; empty where it says nothing."""
    ends = [text[text.index("Finished") :] for text in known.values() if "Finished (" in text]
    return wrapped(f"its journal ends: {ends[-1]}") if ends else ""


def _entries(data: bytes) -> list[dict[str, Any]]:
    try:
        entries = [msgspec.json.decode(record.json) for record in decode(data).records]
    except (UsageError, msgspec.DecodeError):
        return []
    return [entry for entry in entries if isinstance(entry, dict)]


def _reason(entry: Mapping[str, Any]) -> str:
    known = {**(entry.get("facts") or {}), **({"reason": entry["reason"]} if entry.get("reason") else {})}
    facts = " ".join(f"{name}={value}" for name, value in known.items())
    why = ": ".join(part for part in (entry.get("rule", ""), facts) if part)
    kind = entry.get("type", "record")
    return f"{kind} ({why})" if why else kind
