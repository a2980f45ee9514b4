"""What the model was shown: well-formed for a vendor, and every pin in it."""

from __future__ import annotations

from typing import Any

from msgspec import field

from harness.checks.fold import Fold, FoldedCheck
from harness.checks.record import Reading
from harness.history import Event
from harness.track import WINDOW_DEFAULT


class _TranscriptWellFormed(Fold):
    """I13: no request was refused as malformed: every call has its one result, in order, and there is no orphan."""

    name = "transcript_well_formed"
    wants = (("model", "request"), ("model", "error"))

    def see(self, event: Event, reading: Reading) -> None:
        """Count requests; a refusal is the violation."""
        if event.kind == "request":
            self.premises += 1
        elif event.detail["type"] == "invalid_request_error" and not self.witness:
            self.witness = (
                f"the model refused request {event.nth} at event {event.number} (life {event.life}): "
                f"{event.detail['message']}"
            )


class _PinsVisible(Fold):
    """I14: a request with tools holds every pinned message that was ever shown before: itself, or its text verbatim."""

    name = "pins_visible"
    wants = (("model", "request"),)
    containers = ("seen",)

    seen: dict[str, int] = field(default_factory=dict)

    def see(self, event: Event, reading: Reading) -> None:
        """A view that merely grew cannot have lost a pin, so only others are searched."""
        detail, grown, seen = event.detail, reading.grown, self.seen
        fresh = detail["new"] if grown else reading.view
        shown = [message["content"] for message in fresh if message.get("pinned")]
        if detail["tools"] and seen:
            self.premises += 1
            if not grown and not self.witness:
                lost = [text for text in seen if text not in shown and not _quoted(text, reading.view)]
                if lost:
                    self.witness = (
                        f"the request at event {event.number} (life {event.life}) lacks the pinned message "
                        f"{lost[0][:60]!r}, first shown at event {seen[lost[0]]}"
                    )
        for text in shown:
            seen.setdefault(text, event.number)


class _WindowKept(Fold):
    """I18: every request, a summary's own included, fits the context window together with the output that it reserves.

    Nothing is said of a model that states no window and refuses nothing as too long.
    """

    name = "window_kept"
    wants = (("run", "start"), ("model", "request"), ("model", "error"))

    window: int = WINDOW_DEFAULT

    def see(self, event: Event, reading: Reading) -> None:
        """The window is known from the start of the run."""
        detail = event.detail
        if event.kind == "start":
            self.window = detail.get("window", WINDOW_DEFAULT)
        elif event.kind == "error":
            self.premises += detail["error"] == "ContextTooLong"
        else:
            self.premises += self.window < WINDOW_DEFAULT
            size = detail["tokens"] + detail["max_output"]
            if size > self.window and not self.witness:
                self.witness = (
                    f"the request at event {event.number} (life {event.life}) takes {detail['tokens']} tokens and reserves "
                    f"{detail['max_output']} more, the window has {self.window}"
                )


def _quoted(text: str, view: list[dict[str, Any]]) -> bool:
    return any(text in message["content"] for message in view)


transcript_well_formed = FoldedCheck(_TranscriptWellFormed)
pins_visible = FoldedCheck(_PinsVisible)
window_kept = FoldedCheck(_WindowKept)
