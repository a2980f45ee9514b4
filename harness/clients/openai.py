"""A client of OpenAI's Chat Completions API: `Request` -> JSON -> POST -> `Reply`, or the `DoorError` it amounts to.

It never retries, because retrying is the orchestrator's; it never streams, because nothing may act on a partial answer.
What does not travel: whether a message is pinned. The two pure halves, `body_of` and `reply_of` / `error_of`, need
nothing but this file; sending needs httpx, which is imported when a client is opened (`pip install longhaul[wire]`).

Formats as in the types of openai-python (`chat/chat_completion.py`, `chat/completion_create_params.py`, commit 0444895),
read in November 2026.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from harness.clients.retry_after import retry_after_ms
from harness.errors import (
    AuthenticationFailed,
    ConnectionLost,
    ContextTooLong,
    DoorError,
    InvalidRequest,
    RateLimited,
    ServerFailed,
    TimedOut,
    UsageError,
)
from harness.types import Message, Reply, Request, Tool, ToolCall, Usage

BASE_URL = "https://api.openai.com/v1"
GRACE_MS = 1_000
"""The time limit of httpx is between bytes; an answer that drips is ended this much after the deadline."""

SHOWN_MAX = 200
"""Characters of an unreadable body that an error shows."""

_STOPS = {"stop": "end", "tool_calls": "calls"}
_SPENT = ("insufficient_quota", "credit_balance_exhausted", "_spend_limit_exceeded", "_usage_limit_exceeded")


@dataclass(frozen=True)
class OpenAIClient:
    """Sends requests through `http`, an `httpx.AsyncClient` such as `open_http` gives."""

    http: Any
    model: str
    base_url: str = BASE_URL

    async def __call__(self, request: Request, timeout_ms: int | None = None) -> Reply:
        """Ask the model. Raises the `DoorError` of the answer, `TimedOut` after `timeout_ms`, or `ConnectionLost`."""
        httpx = _httpx()
        seconds = None if timeout_ms is None else timeout_ms / 1_000
        total = None if timeout_ms is None else (timeout_ms + GRACE_MS) / 1_000
        late = TimedOut(f"no answer within {timeout_ms} ms", error_type="timeout_error")
        body = body_of(request, self.model)
        try:
            async with asyncio.timeout(total):
                url = f"{self.base_url}/chat/completions"
                response = await self.http.post(url, content=body, timeout=httpx.Timeout(seconds))
        except (TimeoutError, httpx.TimeoutException):
            raise late from None
        except httpx.TransportError as error:
            raise ConnectionLost(str(error)) from None
        if response.status_code != 200:
            raise error_of(response.status_code, response.headers, response.content)
        return reply_of(response.content)


def open_http(key: str = "", trust: ssl.SSLContext | None = None) -> Any:
    """An `httpx.AsyncClient` with the headers of the API; to be closed with `aclose`, or used with `async with`.

    `trust` says which certificates are believed; the default are those of httpx. Raises `UsageError` where httpx is not
    installed.
    """
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {key}"} if key else {})
    return _httpx().AsyncClient(headers=headers, verify=trust or True)


def _httpx() -> Any:
    try:
        import httpx
    except ImportError as error:
        raise UsageError(f"the model client needs httpx ({error}); run: pip install longhaul[wire]") from None
    return httpx


# from a request to a body


def body_of(request: Request, model: str) -> bytes:
    """The JSON body of a request. Raises `InvalidRequest` for something that is not a list of messages."""
    wrong = next((item for item in request.messages if type(item) is not Message), None)
    if wrong is not None:
        raise InvalidRequest(f"a view holds Message values, not {wrong!r}", 400, "invalid_request_error")
    body: dict[str, Any] = {
        "model": model,
        "messages": [_message(message) for message in request.messages],
        "max_completion_tokens": request.max_output,
    }
    if request.tools:
        body["tools"] = [_tool(tool) for tool in request.tools]
    return msgspec.json.encode(body)


def _message(message: Message) -> dict[str, Any]:
    if message.role == "tool":
        return {"role": "tool", "tool_call_id": message.call_id, "content": message.content}
    if not message.calls:
        return {"role": message.role, "content": message.content}
    calls = [
        {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
        for call in message.calls
    ]
    return {"role": message.role, "content": message.content or None, "tool_calls": calls}


def _tool(tool: Tool) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": tool.schema}
    return {"type": "function", "function": function}


# from an answer to a reply


class _Function(msgspec.Struct):
    name: str
    arguments: str


class _Call(msgspec.Struct):
    id: str
    function: _Function


class _Said(msgspec.Struct):
    content: str | None = None
    tool_calls: list[_Call] | None = None


class _Choice(msgspec.Struct):
    message: _Said
    finish_reason: str


class _Cached(msgspec.Struct):
    cached_tokens: int | None = None


class _Spent(msgspec.Struct):
    prompt_tokens: int
    completion_tokens: int
    prompt_tokens_details: _Cached | None = None


class _Completion(msgspec.Struct):
    choices: list[_Choice]
    usage: _Spent | None = None


def reply_of(body: bytes) -> Reply:
    """The reply in an answer with status 200.

    Raises `ServerFailed` for a body that is no whole completion (a page of HTML, `{}`, no finish_reason): such an
    answer may be partial, so nothing of it may be used.
    """
    try:
        completion = msgspec.json.decode(body, type=_Completion)
        choice = completion.choices[0]
    except (msgspec.DecodeError, UnicodeError, IndexError) as error:
        raise ServerFailed(f"no chat completion: {error}; got {_shown(body)}", 200, "invalid_response") from None
    calls = choice.message.tool_calls or ()
    return Reply(
        choice.message.content or "",
        tuple(ToolCall(call.id, call.function.name, call.function.arguments) for call in calls),
        _STOPS.get(choice.finish_reason, choice.finish_reason),
        _usage(completion.usage),
    )


def _usage(spent: _Spent | None) -> Usage | None:
    if spent is None:
        return None
    details = spent.prompt_tokens_details
    return Usage(spent.prompt_tokens, (details and details.cached_tokens) or 0, spent.completion_tokens)


# from an answer to an error


def error_of(status: int, headers: Mapping[str, str], body: bytes) -> DoorError:
    """The error an answer amounts to: by its code and type where it has them, by its status otherwise.

    Worth another try are 408, 409, 429 and 5xx, the statuses the vendor's own clients retry. A 429 that says that money
    or quota is spent, or that this one request is too large (`request_too_large`), asks for no wait: none would help.
    """
    message, kind, code = _reasons(body)
    word = code or kind or f"http_{status}"
    if code == "context_length_exceeded" or (status == 413 and message.startswith("Request too large")):
        return ContextTooLong(message, status, word)
    if status == 429 and message.startswith("Request too large"):
        return RateLimited(message, status, "request_too_large")
    if status == 429:
        spent = any(part in word for part in _SPENT)
        return RateLimited(message, status, word, None if spent else retry_after_ms(headers))
    if status in (401, 403):
        return AuthenticationFailed(message, status, word)
    if status in (408, 409) or status >= 500:
        return ServerFailed(message, status, word, retry_after_ms(headers))
    return InvalidRequest(message, status, word)


def _reasons(body: bytes) -> tuple[str, str, str]:
    """Message, type and code of an error body, which may also be a proxy's page of HTML, or nothing."""
    try:
        error = msgspec.json.decode(body)["error"]
        return (str(error["message"]), *(str(error.get(name) or "") for name in ("type", "code")))  # type: ignore[return-value]
    except (msgspec.DecodeError, UnicodeError, KeyError, TypeError, AttributeError):
        return f"no error body; got {_shown(body)}", "", ""


def _shown(body: bytes) -> str:
    text = body[:SHOWN_MAX].decode("utf-8", "replace")
    return f"{text!r}{' ...' if len(body) > SHOWN_MAX else ''}" if text else "nothing"
