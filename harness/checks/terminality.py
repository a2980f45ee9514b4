"""After the end, nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.checks.record import OPAQUE, reading_of
from harness.checks.verdict import Verdict, cannot_tell, conclude

if TYPE_CHECKING:
    from harness.run import Run


def terminality(run: Run) -> Verdict:
    """I22: once `Finished` is durable, no request, call, query or question passes the door, in no life."""
    reading = reading_of(run)
    if reading.lines is None:
        return cannot_tell("terminality", OPAQUE)
    ends = [line.durable for line in reading.lines_of("Finished") if line.durable and not line.gone]
    if not ends:
        return conclude("terminality", 0)
    later = (event for event in reading.events[min(ends) :] if event.kind in ("request", "call", "question"))
    event = next(later, None)
    witness = (
        f"Finished was durable at event {min(ends)}, and event {event.number} (life {event.life}) is a {event.kind} "
        f"at {event.site}" if event else ""
    )  # fmt: skip
    return conclude("terminality", len(ends), witness)
