"""Backoff: not before the vendor said, and not more often than the limits allow. Measured on the wire."""

from __future__ import annotations

from harness.checks.fold import Fold, FoldedCheck
from harness.checks.record import Reading
from harness.history import Event

RETRYABLE = ("RateLimited", "ServerFailed", "ConnectionLost", "TimedOut")
"""Errors of the model after which the same request may be sent again."""

TOO_LARGE = "request_too_large"
"""The word for a 429 that says that this request will never be taken."""

REQUESTS = ("model", "policy")
"""What a record of a failed request says that it is about; others are about calls."""


class _BackoffRespected(Fold):
    """I15: after a 429 no request goes out before the wait that it asked for is over, and no request is tried more
    often than `limits.tries` times in a row (a crash may cost the count of one try). A summary that nobody wrote may be
    asked for again after the next turn, and everything once the faults are over and a person takes the run up again.
    Where the journal is legible, a request that repeats a failed one comes after a record of that failure: attempts on
    the wire that no record counts are a second layer of retries.

    A request that was too large and comes back as another one is no repetition.

    Waits that are absent, negative or above `limits.retry_wait_ms` bind nobody. In a later life the wait binds only
    where the journal (if legible) had the failure durable before the crash.
    """

    name = "backoff_respected"
    wants = (("model", "request"), ("model", "reply"), ("model", "error"), ("wire", "sent"), ("life", "healed"))

    limited: Event | None = None
    failed: Event | None = None
    asking: bool = True
    request: str = ""
    too_large: bool = False
    turn_tries: int = 0
    summary_tries: int = 0
    answered: tuple[int, int] | None = None

    def see(self, event: Event, reading: Reading) -> None:
        """`*_tries` are requests in a row without an answer; a reply, or an error that is final, ends the row."""
        if event.kind == "healed":
            self.turn_tries = self.summary_tries = 0
            return
        if event.kind == "request":
            self._counted(event, reading)
            self._waited(event, reading)
            self._tried(event, reading)
            return
        if event.site == "wire":
            self._sent(event, reading)
            return
        self.answered = (self.turn_tries, self.summary_tries) if event.kind == "reply" else None
        if event.kind == "error" and event.detail["error"] == "RateLimited":
            wait = event.detail["retry_after_ms"]
            cap = reading.head.limits.retry_wait_ms
            self.limited = event if wait is not None and 0 <= wait <= cap else None
        self.too_large = event.kind == "error" and event.detail["type"] == TOO_LARGE
        self.failed = event if event.kind == "error" and event.detail["error"] in RETRYABLE else None
        if self.failed is None:
            self.summary_tries = 0
            if self.asking:
                self.turn_tries = 0

    def _sent(self, event: Event, reading: Reading) -> None:
        """An answer of the model that became a refusal on its way is none: the row of tries goes on."""
        status = event.detail["status"]
        if self.answered is None or status == 200:
            return
        self.turn_tries, self.summary_tries = self.answered
        wait = event.detail["retry_after_ms"]
        bound = status == 429 and wait is not None and 0 <= wait <= reading.head.limits.retry_wait_ms
        self.limited = event if bound else None
        self.failed = event if status == 429 or status >= 500 else None

    def _counted(self, event: Event, reading: Reading) -> None:
        """A failure of this life that is followed by another request was recorded in between."""
        failed, self.failed = self.failed, None
        if failed is None or failed.life != event.life or reading.lines is None:
            return
        if not self.witness and not _noted(reading, failed.number, event.number):
            what = failed.detail.get("error") or failed.detail["status"]
            self.witness = (
                f"the request at event {event.number} (life {event.life}) follows one that failed with {what} "
                f"at event {failed.number}, and the journal counts no failure in between"
            )

    def _waited(self, event: Event, reading: Reading) -> None:
        limited, self.limited = self.limited, None
        if limited is None or not (limited.life == event.life or _remembered(reading, limited)):
            return
        self.premises += 1
        wait = limited.detail["retry_after_ms"]
        early = limited.at_ms + wait - event.at_ms
        if early > 0 and not self.witness:
            self.witness = (
                f"the model asked at event {limited.number} for {wait} ms, and event "
                f"{event.number} (life {event.life}) sent the next request {early} ms too early"
            )

    def _tried(self, event: Event, reading: Reading) -> None:
        self.asking = event.detail["tools"] > 0
        if self.too_large and event.detail["digest"] != self.request:
            self.turn_tries = self.summary_tries = 0
        self.request, self.too_large = event.detail["digest"], False
        if self.asking:
            self.turn_tries += 1
        else:
            self.summary_tries += 1
        tried = self.turn_tries if self.asking else self.summary_tries
        self.premises += tried > 1
        most = reading.head.limits.tries
        if tried > most + len(reading.deaths) and not self.witness:
            self.witness = f"event {event.number} (life {event.life}) is try {tried} of a request, {most} are allowed"


def _remembered(reading: Reading, limited: Event) -> bool:
    """Whether the journal knew of a failure before the life that saw it died, and still does."""
    died = next((number for number in reading.deaths if number > limited.number), 0)
    return _noted(reading, limited.number, died, durably=True)


def _noted(reading: Reading, start: int, stop: int, durably: bool = False) -> bool:
    """Whether a failed request was recorded between two events."""
    for line in reversed(reading.lines or ()):
        if line.written <= start:
            return False
        if line.written < stop and line.type == "Failed" and line.entry.get("what") in REQUESTS:
            return line.safe if durably else True
    return False


backoff_respected = FoldedCheck(_BackoffRespected)
