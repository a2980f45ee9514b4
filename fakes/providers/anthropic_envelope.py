"""What all answers of Anthropic have in common: the error object, the heads, and who may ask.

Shapes, read in November 2026: `{"type": "error", "error": {"type", "message"}, "request_id"}` and header `request-id`
(anthropic-sdk-python 2.11, `types/shared/error_type.py`); a real 529 with `x-should-retry: true`
(anthropics/anthropic-sdk-typescript#616), a real 400 with `x-should-retry: false` (writingmate/chatlabs#35); missing headers
Marinara-Engine#120 and n8n-io/n8n#37930; `anthropic-ratelimit-*` with RFC 3339 times (the recorded call among the fixtures
of tidyllm on rdrr.io); a spend cap is a 429 with `details.error_code` and without `retry-after` (the page of Microsoft's Dev
Proxy on Anthropic's errors, and `_error_classes.py` of the SDK).

Versions as on the page "Versions" of the API reference (platform.claude.com, November 2026).

A status is that of the error, whatever the vendor would choose: a 502 that was struck is sent as 502.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from fakes.providers import heads, sse
from harness.errors import (
    AuthenticationFailed,
    ConnectionLost,
    DoorError,
    InvalidRequest,
    RateLimited,
    TimedOut,
)
from harness.types import Reply
from harness.wire import Chunk, Headers, WireAnswer

NEWEST = "2026-10-21"
VERSIONS = (NEWEST, "2023-06-01")
SPEND_LIMIT = "enforced_spend_limit_reached"
_SPENT = ("insufficient_quota", SPEND_LIMIT)


def refused(message: str, status: int = 400, kind: str = "invalid_request_error") -> InvalidRequest:
    """A request that Anthropic refuses."""
    return InvalidRequest(message, status, kind)


def version_of(headers: Mapping[str, str]) -> str:
    """The version of the interface that is asked for.

    Raises what the vendor answers where no key (401) or no known version (400) was sent. Any key is a good one, in
    `x-api-key` or, as the clients send it since version 2026-10-21, as a bearer token.
    """
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if not headers.get("x-api-key", "").strip() and not (scheme.lower() == "bearer" and token.strip()):
        raise AuthenticationFailed("x-api-key header is required", 401, "authentication_error")
    version = headers.get("anthropic-version", "")
    if not version:
        raise refused("anthropic-version: header is required")
    if version not in VERSIONS:
        raise refused(f'anthropic-version: "{version}" is not a valid version')
    return version


# errors


def error_kind(error: DoorError) -> str:
    """The vendor's word for an error."""
    status = status_of(error)
    match error:
        case RateLimited():
            return "rate_limit_error"
        case AuthenticationFailed():
            return "permission_error" if status == 403 else "authentication_error"
        case InvalidRequest():
            return {404: "not_found_error", 413: "request_too_large"}.get(status, "invalid_request_error")
    if error.error_type == "overloaded_error" or status == 529:
        return "overloaded_error"
    return "timeout_error" if status == 504 else "api_error"


def status_of(error: DoorError) -> int:
    """The HTTP status: that of the error, or the usual one of its class where it has none."""
    if isinstance(error, RateLimited):
        return 429
    usual = 401 if isinstance(error, AuthenticationFailed) else 400 if isinstance(error, InvalidRequest) else 500
    return error.status or usual


def error_body(error: DoorError, at_ms: int) -> dict[str, Any]:
    """The body of a refusal, and the data of an event `error`."""
    told: dict[str, Any] = {"type": error_kind(error), "message": error.message}
    if isinstance(error, RateLimited) and error.error_type in _SPENT:
        told["details"] = {"error_code": SPEND_LIMIT}
    return {"type": "error", "error": told, "request_id": heads.made_id("req_", at_ms, error.message)}


def refusal(error: DoorError, at_ms: int) -> WireAnswer:
    """What is sent for an error before any event of a stream was; a lost connection and silence are ends, not answers."""
    if isinstance(error, ConnectionLost | TimedOut):
        return WireAnswer(0, ends="reset" if isinstance(error, ConnectionLost) else "silent")
    body = error_body(error, at_ms)
    return whole(status_of(error), body, at_ms, (*_retry(error), *_limits(error, at_ms)), body["request_id"])


def unknown(method: str, path: str, known: str, at_ms: int) -> WireAnswer:
    """404 for a path that Anthropic does not have, 405 for another method than POST on the one it has."""
    error = refused("Method Not Allowed", 405) if path == known else refused("Not Found", 404)
    return refusal(error, at_ms)


# heads


def whole(status: int, body: Any, at_ms: int, more: Headers = (), request_id: str = "") -> WireAnswer:
    """A JSON answer in one piece."""
    encoded = msgspec.json.encode(body)
    named = request_id or heads.made_id("req_", at_ms, encoded)
    head = (("content-type", "application/json"), ("content-length", str(len(encoded))))
    return WireAnswer(status, (*head, *_common(named, at_ms), *more), (Chunk(encoded),))


def streamed(events: list[Chunk], at_ms: int, more: Headers = ()) -> WireAnswer:
    """A stream of events; status 200, whatever they say."""
    named = heads.made_id("req_", at_ms, events[0].data if events else b"")
    head = (("content-type", sse.CONTENT_TYPE), ("cache-control", "no-cache"))
    return WireAnswer(200, (*head, *_common(named, at_ms), *more), tuple(events), streamed=True)


def _common(request_id: str, at_ms: int) -> Headers:
    organization = "00000000-0000-4000-8000-000000000000"
    return ("date", heads.http_date(at_ms)), ("request-id", request_id), ("anthropic-organization-id", organization)


def limits(outcome: Reply, at_ms: int) -> Headers:
    """What is left of the limits after an answer; they are whole again at once, as nothing is kept between requests."""
    return _left(heads.REQUESTS_LIMIT - 1, max(0, heads.TOKENS_LIMIT - heads.spent(outcome)), at_ms)


def _limits(error: DoorError, at_ms: int) -> Headers:
    if not isinstance(error, RateLimited) or error.error_type in _SPENT:
        return ()
    if error.error_type == "request_too_large":
        return _left(heads.REQUESTS_LIMIT - 1, heads.TOKENS_LIMIT, at_ms)
    return _left(0, heads.TOKENS_LIMIT, at_ms + max(0, error.retry_after_ms or 0))


def _left(requests: int, tokens: int, until_ms: int) -> Headers:
    until = heads.rfc3339(until_ms)
    named = (
        ("requests", heads.REQUESTS_LIMIT, requests),
        ("tokens", heads.TOKENS_LIMIT, tokens),
        ("input-tokens", heads.TOKENS_LIMIT, tokens),
        ("output-tokens", heads.TOKENS_LIMIT, tokens),
    )
    return tuple(
        (f"anthropic-ratelimit-{name}-{what}", value)
        for name, limit, left in named
        for what, value in (("limit", str(limit)), ("remaining", str(left)), ("reset", until))
    )


def _retry(error: DoorError) -> Headers:
    """Whether the vendor says that another try is worth it, and when; the wait in seconds, rounded up, negative or not."""
    wait = () if error.retry_after_ms is None else (("retry-after", str(heads.seconds_up(error.retry_after_ms))),)
    if status_of(error) == 529:
        return ("x-should-retry", "true"), *wait
    return (*wait, ("x-should-retry", "false")) if isinstance(error, InvalidRequest | AuthenticationFailed) else wait
