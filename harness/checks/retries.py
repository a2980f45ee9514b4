"""Backoff: not before the vendor said, and not more often than the limits allow. Measured on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.checks.record import Reading, reading_of
from harness.checks.verdict import Verdict, conclude
from harness.history import Event

if TYPE_CHECKING:
    from harness.run import Run

RETRYABLE = ("RateLimited", "ServerFailed", "ConnectionLost", "TimedOut")
"""Errors of the model after which the same request may be sent again."""


def backoff_respected(run: Run) -> Verdict:
    """I15: after a 429 no request goes out before the wait that it asked for is over, and no request is tried more
    often than `limits.tries` times in a row (a crash may cost the count of one try). A summary that nobody wrote may be
    asked for again after the next turn.

    Waits that are absent, negative or above `limits.retry_wait_ms` bind nobody. In a later life the wait binds only
    where the journal (if legible) had the failure durable before the crash.
    """
    reading = reading_of(run)
    waits, hasty = _hasty(run, reading)
    streaks, stubborn = _stubborn(run)
    return conclude("backoff_respected", waits + streaks, hasty or stubborn)


def _hasty(run: Run, reading: Reading) -> tuple[int, str]:
    premises = 0
    limited: Event | None = None
    for event in run.events:
        if event.site != "model":
            continue
        if event.kind == "request" and limited is not None:
            if limited.life == event.life or _remembered(reading, limited, event):
                premises += 1
                due = limited.at_ms + limited.detail["retry_after_ms"]
                if event.at_ms < due:
                    return premises, (
                        f"the model asked at event {limited.number} for {limited.detail['retry_after_ms']} ms, and event "
                        f"{event.number} (life {event.life}) sent the next request {due - event.at_ms} ms too early"
                    )
            limited = None
        elif event.kind == "error" and event.detail["error"] == "RateLimited":
            wait = event.detail["retry_after_ms"]
            limited = event if wait is not None and 0 <= wait <= run.limits.retry_wait_ms else None
    return premises, ""


def _remembered(reading: Reading, limited: Event, request: Event) -> bool:
    died = next((number for number in reading.deaths if number > limited.number), 0)
    return any(
        line.written > limited.number and line.written < died and line.durable_before(request.number)
        for line in reading.lines_of("Failed")
    )


def _stubborn(run: Run) -> tuple[int, str]:
    tries = run.limits.tries
    streaks = {True: 0, False: 0}
    unanswered = {True: False, False: False}
    premises, allowed = 0, tries
    asking = True
    for event in run.events:
        if event.site == "life" and event.kind == "died":
            allowed += 1
        if event.site != "model":
            continue
        if event.kind == "request":
            asking = event.detail["tools"] > 0
            streaks[asking] = streaks[asking] + 1 if unanswered[asking] else 1
            premises += streaks[asking] > 1
            unanswered[asking] = True
            if streaks[asking] > allowed:
                return premises, (
                    f"event {event.number} (life {event.life}) is try {streaks[asking]} of a request, {tries} are allowed"
                )
        elif event.kind == "reply" or (event.kind == "error" and event.detail["error"] not in RETRYABLE):
            unanswered[asking] = False
            unanswered[False] = unanswered[False] and not asking
    return premises, ""
