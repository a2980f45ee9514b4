"""The vendors' own clients raise what they document: every error of the model door as its class, in and before a stream.

Asked with openai 3.52 and anthropic 2.11.
"""

from __future__ import annotations

from typing import Any

import pytest

from fakes.providers._tests.samples import GOOD, both, each, struck
from fakes.providers._tests.sdk import ASK, Vendor, anthropic, ask, client, httpx2, openai
from harness.errors import ConnectionLost, ContextTooLong, DoorError, TimedOut
from harness.faults import (
    ContextOverflow,
    FailBefore,
    MidstreamError,
    ModelGone,
    QuotaExceeded,
    RateLimit,
    ServerError,
    Unauthorized,
)

ERRORS: dict[Any, tuple[str, str]] = {
    **{RateLimit(wait): ("RateLimitError", "RateLimitError") for wait in (None, 0, 1_500, -5_000, 86_400_000)},
    QuotaExceeded("insufficient_quota"): ("RateLimitError", "EnforcedSpendLimitReachedError"),
    QuotaExceeded("request_too_large"): ("RateLimitError", "RateLimitError"),
    Unauthorized(401): ("AuthenticationError", "AuthenticationError"),
    Unauthorized(403): ("PermissionDeniedError", "PermissionDeniedError"),
    ModelGone(): ("NotFoundError", "NotFoundError"),
    ContextOverflow(): ("BadRequestError", "BadRequestError"),
    ServerError(500): ("InternalServerError", "InternalServerError"),
    ServerError(502): ("InternalServerError", "InternalServerError"),
    ServerError(503): ("InternalServerError", "ServiceUnavailableError"),
    ServerError(504): ("InternalServerError", "GatewayTimeoutError"),
    ServerError(529): ("InternalServerError", "OverloadedError"),
}


@each
@both
@pytest.mark.parametrize("fault", ERRORS, ids=repr)
def test_every_error_is_raised_as_its_class(name: str, streamed: bool, fault: Any) -> None:
    error = struck(fault)
    assert isinstance(error, DoorError)
    sdk = anthropic if name == "anthropic" else openai
    with pytest.raises(sdk.APIStatusError) as caught:
        ask(Vendor(name, error), streamed)
    raised = caught.value
    assert type(raised).__name__ == ERRORS[fault][name == "anthropic"]
    assert (raised.status_code, raised.request_id[:4]) == (error.status, "req_")
    assert error.message in str(raised)
    waits = raised.response.headers.get("retry-after"), raised.response.headers.get("retry-after-ms")
    wait = error.retry_after_ms
    assert waits[0] == (None if wait is None else str(-(-wait // 1_000)))
    assert waits[1] == (None if wait is None or name == "anthropic" else str(wait))


@each
@both
def test_a_lost_connection_and_silence_are_raised_as_what_they_are(name: str, streamed: bool) -> None:
    sdk = anthropic if name == "anthropic" else openai
    lost = struck(FailBefore())
    assert isinstance(lost, ConnectionLost)
    with pytest.raises(sdk.APIConnectionError):
        ask(Vendor(name, lost), streamed)
    with pytest.raises(sdk.APITimeoutError):
        ask(Vendor(name, TimedOut("no answer within 5 ms")), streamed)


@each
@pytest.mark.parametrize("kind", ["overloaded_error", "server_error"])
def test_an_error_inside_a_stream_is_what_each_client_makes_of_it(name: str, kind: str) -> None:
    vendor = Vendor(name, struck(MidstreamError(kind)))
    if name == "openai-responses":
        *_, last = ask(vendor, streamed=True)  # this client raises nothing: the last event tells
        code = "server_is_overloaded" if kind == "overloaded_error" else "server_error"
        assert (last.type, last.response.status, last.response.error.code) == ("response.failed", "failed", code)
        return
    sdk = anthropic if name == "anthropic" else openai
    with pytest.raises(sdk.APIError, match="an error event ended the stream") as caught:
        ask(vendor, streamed=True)
    if name == "anthropic":
        assert caught.value.status_code == 200
        assert caught.value.type == {"server_error": "api_error"}.get(kind, kind)


@each
def test_a_connection_that_is_lost_in_a_stream_is_raised(name: str) -> None:
    vendor = Vendor(name, GOOD["text"], lambda answer: answer.until(0.5, "reset"))
    with pytest.raises((openai.APIConnectionError, httpx2.ReadError)):
        ask(vendor, streamed=True)


@each
@pytest.mark.parametrize("message", ["input length and `max_tokens` exceed context limit: 90 + 20 > 100"])
def test_the_window_of_the_door_is_told_in_the_vendors_words(name: str, message: str) -> None:
    error = ContextTooLong(message, 400, "context_length_exceeded")
    sdk = anthropic if name == "anthropic" else openai
    with pytest.raises(sdk.BadRequestError) as caught:
        ask(Vendor(name, error))
    if name == "anthropic":
        assert message in str(caught.value)
    else:
        assert caught.value.code == "context_length_exceeded"
        assert message not in str(caught.value)


@each
def test_a_path_that_is_not_there_is_not_found(name: str) -> None:
    sdk = anthropic if name == "anthropic" else openai
    with pytest.raises(sdk.NotFoundError):
        client(Vendor(name, GOOD["text"])).models.list()


@each
def test_without_a_key_the_client_hears_the_vendors_401(name: str) -> None:
    sdk = anthropic if name == "anthropic" else openai
    made = client(Vendor(name, GOOD["text"]))
    asked = {"model": "m", "messages": ASK} if name != "openai-responses" else {"model": "m", "input": "go"}
    bare = {"authorization": sdk.omit, "x-api-key": sdk.omit}
    with pytest.raises((sdk.AuthenticationError, sdk.BadRequestError, TypeError)) as caught:
        if name == "anthropic":
            made.messages.create(max_tokens=9, extra_headers=bare, **asked)
        elif name == "openai-chat":
            made.chat.completions.create(extra_headers=bare, **asked)
        else:
            made.responses.create(extra_headers=bare, **asked)
    assert type(caught.value).__name__ == "AuthenticationError"
