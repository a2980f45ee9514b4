"""From a vendor's word for an error to the `DoorError` that it amounts to; the status only where no word is known.

A status says what the gateway thought when the answer began: an overload in the middle of a stream is a 200, and a spent
quota has the 429 of a rate limit. So the word decides. Words as in the vendors' own lists (anthropic-sdk-python
`types/shared/error_type.py`, openai-python's error codes, read in November 2026).
"""

from __future__ import annotations

from collections.abc import Mapping

from harness.clients.retry_after import retry_after_ms
from harness.errors import (
    AuthenticationFailed,
    ContextTooLong,
    DoorError,
    InvalidRequest,
    RateLimited,
    ServerFailed,
)

TRANSIENT = frozenset(
    ("overloaded_error", "api_error", "server_error", "timeout_error", "server_is_overloaded", "internal_error")
)
"""The vendor's side failed: the request may be sent again."""

LIMITED = frozenset(("rate_limit_error", "rate_limit_exceeded", "slow_down"))
SPENT = (
    "insufficient_quota", "credit_balance_exhausted", "_spend_limit_exceeded", "_usage_limit_exceeded",
    "enforced_spend_limit_reached", "billing_error",
)  # fmt: skip
"""Parts of words that say that money or quota is used up: no wait helps."""

KEYS = frozenset(("authentication_error", "permission_error", "invalid_api_key"))
TOO_LONG = ("prompt is too long", "exceed context limit", "exceeds the context window")
TOO_LARGE = "Request too large"


def failure(status: int, headers: Mapping[str, str], message: str, words: tuple[str, ...]) -> DoorError:
    """The error of an answer with these words, the most telling first (code, then type); empty ones say nothing.

    Worth another try are the words of `TRANSIENT` and, without any word that is known, 408, 409, 429 and 5xx: what the
    vendors' own clients retry. A limit that no wait mends asks for none.
    """
    told = [word for word in words if word]
    word = told[0] if told else f"http_{status}"
    wait = retry_after_ms(headers)
    if "context_length_exceeded" in told or any(part in message for part in TOO_LONG):
        return ContextTooLong(message, status, word)
    if message.startswith(TOO_LARGE):
        return (
            ContextTooLong(message, status, word)
            if status == 413
            else RateLimited(message, status, "request_too_large")
        )
    if any(part in one for one in told for part in SPENT):
        return RateLimited(message, status, word)
    if not KEYS.isdisjoint(told):
        return AuthenticationFailed(message, status, word)
    if not LIMITED.isdisjoint(told):
        return RateLimited(message, status, word, wait)
    if not TRANSIENT.isdisjoint(told):
        return ServerFailed(message, status, word, wait)
    return _by_status(status, message, word, wait)


def _by_status(status: int, message: str, word: str, wait: int | None) -> DoorError:
    if status == 429:
        return RateLimited(message, status, word, wait)
    if status in (401, 403):
        return AuthenticationFailed(message, status, word)
    if status in (200, 408, 409) or status >= 500:
        return ServerFailed(message, status, word, wait)
    return InvalidRequest(message, status, word)
