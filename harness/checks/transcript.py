"""What the model was shown: well-formed for a vendor, and every pin in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from harness.checks.verdict import Verdict, conclude
from harness.history import Event

if TYPE_CHECKING:
    from harness.run import Run


def transcript_well_formed(run: Run) -> Verdict:
    """I13: no request was refused as malformed: every call has its one result, in order, and there is no orphan."""
    requests, witness = 0, ""
    for event in run.events:
        if event.site != "model":
            continue
        requests += event.kind == "request"
        if event.kind == "error" and event.detail["type"] == "invalid_request_error" and not witness:
            witness = (
                f"the model refused request {event.nth} at event {event.number} (life {event.life}): "
                f"{event.detail['message']}"
            )
    return conclude("transcript_well_formed", requests, witness)


def pins_visible(run: Run) -> Verdict:
    """I14: a request with tools holds every pinned message that was ever shown before: itself, or its text verbatim."""
    seen: dict[str, int] = {}
    requests, witness = 0, ""
    for event, view, grown in _views(run.events):
        fresh = event.detail["new"] if grown else view
        shown = {message["content"] for message in fresh if message.get("pinned")}
        if event.detail["tools"] and seen:
            requests += 1
            lost = () if grown else [text for text in seen if text not in shown and not _quoted(text, view)]
            if lost and not witness:
                witness = (
                    f"the request at event {event.number} (life {event.life}) lacks the pinned message "
                    f"{lost[0][:60]!r}, first shown at event {seen[lost[0]]}"
                )
        for text in shown:
            seen.setdefault(text, event.number)
    return conclude("pins_visible", requests, witness)


def _views(events: Iterable[Event]) -> Iterator[tuple[Event, list[dict[str, Any]], bool]]:
    """Every request with its whole view, and whether the view only grew since the last request with tools held all pins.

    A view that merely grew cannot have lost a pin, so only others are searched.
    """
    view: list[dict[str, Any]] = []
    whole = False
    for event in events:
        if event.site != "model" or event.kind != "request":
            continue
        shared = event.detail["shared"]
        grown = whole and shared == len(view)
        del view[shared:]
        view.extend(event.detail["new"])
        yield event, view, grown
        whole = bool(event.detail["tools"])


def _quoted(text: str, view: list[dict[str, Any]]) -> bool:
    return any(text in message["content"] for message in view)
