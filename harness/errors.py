"""Every exception that crosses the door, and the one that ends a life.

`DoorError` and its children are what an orchestrator sees when a model, a tool or the disk fails. They carry what the
vendor gives (`status`, `error_type`, `retry_after_ms`) and nothing that a real client would not know: a lost connection
does not say whether the effect happened.
"""

from __future__ import annotations


class Crash(BaseException):
    """The process died at this instruction. Not an `Exception`: no handler of an orchestrator may outlive it."""


class DoorError(Exception):
    """A passage through the door failed.

    `status` is the HTTP status the vendor would send (0 where there is none), `error_type` the vendor's word for it,
    `retry_after_ms` the wait the vendor asked for in milliseconds (None where it asked for none).
    """

    def __init__(self, message: str, status: int = 0, error_type: str = "", retry_after_ms: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.error_type = error_type
        self.retry_after_ms = retry_after_ms


class RateLimited(DoorError):
    """429: too many requests or tokens for now."""


class ServerFailed(DoorError):
    """5xx: the vendor's side failed; the request may be sent again."""


class InvalidRequest(DoorError):
    """400: the request itself is malformed (an orphan call, a missing result, ...); sending it again cannot help."""


class AuthenticationFailed(DoorError):
    """401 or 403: the key is not accepted, or may not do this; only a person can mend it, and then the run can go on."""


class ContextTooLong(InvalidRequest):
    """400: the request and the reserved output do not fit the model's context window."""


class ConnectionLost(DoorError):
    """No answer came back. Whether the effect happened is not known to the caller."""


class TimedOut(DoorError):
    """The caller's own deadline passed. Whether the effect happened is not known to the caller."""


class DiskFailed(DoorError):
    """The disk refused: no space left, or an fsync error (after which nothing about the unsynced bytes is known)."""


class ToolError(Exception):
    """Raised inside a tool double: the call was refused before any effect. The caller gets a structured result."""


class UsageError(Exception):
    """A user's mistake. The message says what was wrong (with the value), what exists instead, and what to do."""


class HarnessError(Exception):
    """The harness itself is wrong. Never counted as a pass; the command exits 3."""
