"""What all answers of OpenAI have in common: the error object, the heads, and who may ask.

Shapes, read in November 2026: `{"error": {"message", "type", "param", "code"}}`, header `x-request-id`, and
`x-ratelimit-{limit,remaining,reset}-{requests,tokens}` with a duration as reset (community.openai.com/t/1268905); codes and
sentences as quoted in public issue threads: invalid keys continuedev/continue#11409, an overloaded vendor
Wei-Shaw/sub2api#6631, missing parameters openai/codex#6725, unknown URLs dyc87112/OpenAIProxy#4, rate limits
openai/openai-dotnet#404; both headers for a wait, as openai-python reads them (`_base_client.py`, 3.52).

A status is that of the error, whatever the vendor would choose: a 529 that was struck is sent as 529.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from fakes.providers import heads, sse
from harness.errors import (
    AuthenticationFailed,
    ConnectionLost,
    ContextTooLong,
    DoorError,
    InvalidRequest,
    RateLimited,
    TimedOut,
)
from harness.types import Reply
from harness.wire import Chunk, Headers, WireAnswer

OVERLOADED = "overloaded_error"
_WINDOW = re.compile(r"input length and `max_tokens` exceed context limit: (\d+) \+ (\d+) > (\d+)")


class Refused(InvalidRequest):
    """A request that OpenAI refuses, with the parameter it names (None where it names none) and its code."""

    def __init__(self, message: str, parameter: str | None = None, code: str | None = None, status: int = 400) -> None:
        super().__init__(message, status, "invalid_request_error")
        self.parameter = parameter
        self.code = code


def check_key(headers: Mapping[str, str]) -> None:
    """Raise `AuthenticationFailed` (401) where no key was sent. Any key is a good one."""
    scheme, _, key = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise AuthenticationFailed(
            "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer "
            "auth (i.e. Authorization: Bearer YOUR_KEY).",
            401,
            "missing_api_key",
        )


def context_words(error: ContextTooLong, sentence: str) -> ContextTooLong:
    """What the door says of a request that is too long, in OpenAI's words; other words stay.

    `sentence` may use `{window}`, `{asked}`, `{tokens}` and `{output}`.
    """
    found = _WINDOW.fullmatch(error.message)
    if found is None:
        return error
    tokens, output, window = map(int, found.groups())
    said = sentence.format(window=window, asked=tokens + output, tokens=tokens, output=output)
    return ContextTooLong(said, error.status, error.error_type)


# errors


def error_object(error: DoorError, history: str = "messages") -> dict[str, Any]:
    """The vendor's error object; `history` is the parameter that holds the history."""
    kind, code, parameter = _reasons(error, history)
    return {"message": error.message, "type": kind, "param": parameter, "code": code}


def _reasons(error: DoorError, history: str) -> tuple[str, str | None, str | None]:
    """Type, code and parameter."""
    match error:
        case Refused():
            return "invalid_request_error", error.code, error.parameter
        case RateLimited(error_type="insufficient_quota"):
            return "insufficient_quota", "insufficient_quota", None
        case RateLimited(error_type="request_too_large"):
            return "tokens", "rate_limit_exceeded", None
        case RateLimited():
            return "requests", "rate_limit_exceeded", None
        case AuthenticationFailed(error_type="missing_api_key"):
            return "invalid_request_error", None, None
        case AuthenticationFailed(status=403):
            return "invalid_request_error", "insufficient_permissions", None
        case AuthenticationFailed():
            return "invalid_request_error", "invalid_api_key", None
        case ContextTooLong():
            return "invalid_request_error", "context_length_exceeded", history
        case InvalidRequest(status=404):
            return "invalid_request_error", "model_not_found", None
        case InvalidRequest():
            return "invalid_request_error", None, None
    if error.error_type == OVERLOADED:
        return "service_unavailable_error", "server_is_overloaded", None
    return "server_error", None, None


def status_of(error: DoorError) -> int:
    """The HTTP status: that of the error, or the usual one of its class where it has none."""
    usual = 500
    match error:
        case RateLimited():
            return 429
        case AuthenticationFailed():
            usual = 401
        case InvalidRequest():
            usual = 400
    return error.status or usual


def refusal(error: DoorError, at_ms: int, history: str = "messages") -> WireAnswer:
    """What is sent for an error before any event of a stream was; a lost connection and silence are ends, not answers."""
    if isinstance(error, ConnectionLost | TimedOut):
        return WireAnswer(0, ends="reset" if isinstance(error, ConnectionLost) else "silent")
    return whole(status_of(error), {"error": error_object(error, history)}, at_ms, (*_limits(error), *_waits(error)))


def unknown(method: str, path: str, known: str, at_ms: int) -> WireAnswer:
    """404 for a path that OpenAI does not have, 405 for another method than POST on the one it has."""
    if path == known:
        said = f"Not allowed to {method} on {path}."
        return refusal(Refused(said, None, "method_not_supported", 405), at_ms)
    return refusal(Refused(f"Invalid URL ({method} {path})", status=404), at_ms)


# heads


def whole(status: int, body: Any, at_ms: int, more: Headers = ()) -> WireAnswer:
    """A JSON answer in one piece."""
    encoded = msgspec.json.encode(body)
    head = (("content-type", "application/json"), ("content-length", str(len(encoded))))
    return WireAnswer(status, (*head, *_common(encoded, at_ms), *more), (Chunk(encoded),))


def streamed(events: list[Chunk], at_ms: int, more: Headers = ()) -> WireAnswer:
    """A stream of events; status 200, whatever they say."""
    first = events[0].data if events else b""
    head = ("content-type", sse.CONTENT_TYPE), ("cache-control", "no-cache")
    return WireAnswer(200, (*head, *_common(first, at_ms), *more), tuple(events), streamed=True)


def _common(content: bytes, at_ms: int) -> Headers:
    return (
        ("date", heads.http_date(at_ms)),
        ("openai-version", "2020-10-01"),
        ("openai-processing-ms", "0"),
        ("x-request-id", heads.made_id("req_", at_ms, content)),
    )


def limits(outcome: Reply) -> Headers:
    """What is left of the limits after an answer."""
    return _left(heads.REQUESTS_LIMIT - 1, max(0, heads.TOKENS_LIMIT - heads.spent(outcome)), "6ms")


def _limits(error: DoorError) -> Headers:
    if not isinstance(error, RateLimited) or error.error_type == "insufficient_quota":
        return ()
    if error.error_type == "request_too_large":
        return _left(heads.REQUESTS_LIMIT - 1, heads.TOKENS_LIMIT, "6ms")
    return _left(0, heads.TOKENS_LIMIT, duration(max(0, error.retry_after_ms or 0)))


def _left(requests: int, tokens: int, reset: str) -> Headers:
    return (
        ("x-ratelimit-limit-requests", str(heads.REQUESTS_LIMIT)),
        ("x-ratelimit-limit-tokens", str(heads.TOKENS_LIMIT)),
        ("x-ratelimit-remaining-requests", str(requests)),
        ("x-ratelimit-remaining-tokens", str(tokens)),
        ("x-ratelimit-reset-requests", reset),
        ("x-ratelimit-reset-tokens", "0s" if tokens == heads.TOKENS_LIMIT else "1ms"),
    )


def duration(ms: int) -> str:
    """A duration as OpenAI writes it, that is as Go does: `12ms`, `6s`, `1m30.5s`, `24h0m0s`."""
    if 0 < ms < 1_000:
        return f"{ms}ms"
    minutes, rest = divmod(ms, 60_000)
    hours, minutes = divmod(minutes, 60)
    seconds = f"{rest // 1_000}.{rest % 1_000:03}".rstrip("0").rstrip(".") + "s"
    return f"{hours}h{minutes}m{seconds}" if hours else f"{minutes}m{seconds}" if minutes else seconds


def _waits(error: DoorError) -> Headers:
    """Both headers of the vendor: exact milliseconds, and seconds rounded up; none where there is no wait to ask for."""
    wait = error.retry_after_ms
    return () if wait is None else (("retry-after-ms", str(wait)), ("retry-after", str(heads.seconds_up(wait))))
