"""One pure wire script of OpenAI's Chat Completions API: the body of a request in; status, headers and body out.

Written from the vendor's side of the wire and sharing nothing with our client, so that a mistake of the client is seen.
Adapters (respx in `harness.settings.wire`) do the sending; streams are not part of this script yet.

Shapes, read in November 2026: the types of openai-python (`chat/chat_completion.py`,
`chat/completion_create_params.py`, commit 0444895) and, for the details of usage, sashabaranov/go-openai (`common.go`);
error bodies and sentences as quoted in public issue threads (rate limits openai/openai-dotnet#404, unknown arguments
open-webui/open-webui#13617, tool lists julep-ai/julep#330); both headers for a wait, as the Azure SDKs read them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import formatdate
from hashlib import blake2b
from typing import Any

import msgspec

from harness.errors import (
    AuthenticationFailed,
    ConnectionLost,
    ContextTooLong,
    DoorError,
    InvalidRequest,
    RateLimited,
    TimedOut,
)
from harness.plain import mended
from harness.types import Message, Reply, Request, Tool, ToolCall
from harness.wire import Asked, Chunk, WireAnswer

EPOCH_SECONDS = 1_790_000_000
"""Unix time at which the virtual clock of the fake vendor stands at zero."""

TOOLS_MAX = 128
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}", re.ASCII)
_STOPS = {"end": "stop", "calls": "tool_calls"}
_ARGUMENTS = frozenset(
    (
        "audio", "frequency_penalty", "function_call", "functions", "logit_bias", "logprobs",
        "max_completion_tokens", "max_tokens", "messages", "metadata", "modalities", "model", "n",
        "parallel_tool_calls", "prediction", "presence_penalty", "reasoning_effort", "response_format", "seed",
        "service_tier", "stop", "store", "stream", "stream_options", "temperature", "tool_choice", "tools",
        "top_logprobs", "top_p", "user", "web_search_options",
    )
)  # fmt: skip
_KINDS = {
    type(None): "null",
    bool: "a boolean",
    int: "an integer",
    str: "a string",
    list: "an array",
    dict: "an object",
}
_FIELDS = {
    "system": frozenset(("role", "content", "name")),
    "developer": frozenset(("role", "content", "name")),
    "user": frozenset(("role", "content", "name")),
    "assistant": frozenset(("role", "content", "name", "refusal", "audio", "tool_calls")),
    "tool": frozenset(("role", "content", "tool_call_id")),
}


@dataclass(frozen=True)
class OpenAIChat:
    """The vendor's side of Chat Completions; whole answers only, streams are not part of it yet."""

    name: str = "openai-chat"
    path: str = "/v1/chat/completions"

    def read(self, body: bytes, headers: Mapping[str, str], known: tuple[Tool, ...]) -> Asked:
        """What is asked for. Raises `InvalidRequest` with the vendor's words."""
        request = read_request(body, known)
        return Asked(request, msgspec.json.decode(body)["model"])

    def answer(self, outcome: Reply | DoorError, asked: Asked | None, at_ms: int) -> WireAnswer:
        """What is sent for a reply or an error."""
        return answer(outcome, asked.model if asked else "", at_ms)


OPENAI_CHAT = OpenAIChat()


# what the vendor reads


def read_request(body: bytes, known: tuple[Tool, ...] = ()) -> Request:
    """The request in a body. Raises `InvalidRequest` (400) with the vendor's words for what the vendor refuses.

    A tool that is defined just as one of the `known` becomes that one; `known` itself where all of them are offered.
    """
    try:
        given = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise _refused(f"We could not parse the JSON body of your request: {error}") from None
    if not isinstance(given, dict):
        raise _refused(f"Invalid body: expected an object, but got {_kind(given)} instead.")
    unknown = sorted(given.keys() - _ARGUMENTS)
    if unknown:
        raise _refused(f"Unrecognized request argument supplied: {', '.join(unknown)}")
    if not isinstance(given.get("model"), str):
        raise _refused("you must provide a model parameter")
    if given.get("stream") or given.get("n", 1) != 1:
        raise _refused("This script answers whole, and once: stream and n are not supported.")
    messages = _list(given, "messages")
    tools = _list(given, "tools") if "tools" in given else []
    if len(tools) > TOOLS_MAX:
        raise _too_long("tools", TOOLS_MAX, len(tools))
    return Request(
        tuple(_message(item, f"messages[{index}]") for index, item in enumerate(messages)),
        _tools(tools, known),
        _output(given),
    )


def _output(given: dict[str, Any]) -> int:
    name = "max_tokens" if "max_tokens" in given else "max_completion_tokens"
    wanted = given.get(name, 1024)
    if type(wanted) is not int or wanted < 1:
        raise _refused(f"Invalid '{name}': expected an integer >= 1, but got {wanted!r} instead.")
    return wanted


def _message(item: Any, place: str) -> Message:
    role = _text(_object(item, place), "role", place)
    unknown = sorted(item.keys() - _FIELDS.get(role, item.keys()))
    if unknown:
        raise _refused(f"Unknown parameter: '{place}.{unknown[0]}'.")
    match role:
        case "system" | "developer" | "user":
            return Message("user" if role == "user" else "system", _content(item, place))
        case "tool":
            return Message("tool", _content(item, place), call_id=_text(item, "tool_call_id", place))
        case "assistant":
            if "tool_calls" not in item:
                return Message("assistant", _content(item, place))
            text = "" if item.get("content") is None else _content(item, place)
            calls = _list(item, "tool_calls", place)
            made = (_call(call, f"{place}.tool_calls[{n}]") for n, call in enumerate(calls))
            return Message("assistant", text, tuple(made))
    known = "'system', 'assistant', 'user', 'tool', and 'developer'"
    raise _refused(f"Invalid value: {role!r}. Supported values are: {known}.")


def _content(item: dict[str, Any], place: str) -> str:
    parts = item.get("content")
    if not isinstance(parts, list):
        return _text(item, "content", place)
    places = (f"{place}.content[{n}]" for n in range(len(parts)))
    return "".join(_text(_object(part, at), "text", at) for part, at in zip(parts, places, strict=True))


def _call(item: Any, place: str) -> ToolCall:
    if _object(item, place).get("type") != "function":
        raise _refused(f"Missing required parameter: '{place}.type'.")
    function = _object(item.get("function"), f"{place}.function")
    name = _named(function, f"{place}.function")
    return ToolCall(_text(item, "id", place), name, _text(function, "arguments", f"{place}.function"))


def _tools(items: list[Any], known: tuple[Tool, ...]) -> tuple[Tool, ...]:
    by_name = {tool.name: tool for tool in known}
    offered = tuple(_tool(item, f"tools[{index}]", by_name) for index, item in enumerate(items))
    same = len(offered) == len(known) and all(one is other for one, other in zip(offered, known, strict=True))
    return known if same else offered


def _tool(item: Any, place: str, known: dict[str, Tool]) -> Tool:
    if _object(item, place).get("type") != "function":
        raise _refused(f"Missing required parameter: '{place}.type'.")
    function = _object(item.get("function"), f"{place}.function")
    name = _named(function, f"{place}.function")
    description, schema = function.get("description", ""), function.get("parameters", {})
    tool = known.get(name)
    if tool is not None and tool.description == description and tool.schema == schema:
        return tool
    return Tool(name, description, schema)


def _named(function: dict[str, Any], place: str) -> str:
    name = _text(function, "name", place)
    if not _NAME.fullmatch(name):
        raise _refused(
            f"Invalid '{place}.name': string does not match pattern. Expected a string that matches "
            f"the pattern '^[a-zA-Z0-9_-]+$', at most 64 characters long, but got {name!r}.",
        )
    return name


def _list(given: dict[str, Any], name: str, place: str = "") -> list[Any]:
    path = f"{place}.{name}" if place else name
    value = given.get(name)
    if not isinstance(value, list):
        raise _refused(f"Invalid type for '{path}': expected an array, but got {_kind(value)} instead.")
    if not value:
        raise _refused(f"Invalid '{path}': empty array. Expected an array with minimum length 1.")
    return value


def _object(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _refused(f"Invalid type for '{place}': expected an object, but got {_kind(value)} instead.")
    return value


def _text(given: dict[str, Any], name: str, place: str) -> str:
    value = given.get(name)
    if not isinstance(value, str):
        path = f"{place}.{name}"
        raise _refused(f"Invalid type for '{path}': expected a string, but got {_kind(value)} instead.")
    return value


def _kind(value: Any) -> str:
    return _KINDS.get(type(value), "a number")


def _too_long(name: str, most: int, length: int) -> InvalidRequest:
    return _refused(
        f"Invalid '{name}': array too long. Expected an array with maximum length {most}, but got an array "
        f"with length {length} instead."
    )


def _refused(message: str) -> InvalidRequest:
    return InvalidRequest(message, 400, "invalid_request_error")


# what the vendor answers


def answer(outcome: Reply | DoorError, model: str, at_ms: int) -> WireAnswer:
    """What is sent for a reply or an error; `at_ms` is virtual time and stamps it."""
    if isinstance(outcome, Reply):
        return _sent(200, _completion(outcome, model, at_ms), at_ms)
    if isinstance(outcome, ConnectionLost | TimedOut):
        return WireAnswer(0, ends="reset" if isinstance(outcome, ConnectionLost) else "silent")
    status, error = _refusal(outcome)
    return _sent(status, {"error": error}, at_ms, _waits(outcome.retry_after_ms))


def _completion(reply: Reply, model: str, at_ms: int) -> dict[str, Any]:
    reply = msgspec.structs.replace(reply, text=mended(reply.text))
    said: dict[str, Any] = {"role": "assistant", "content": reply.text, "refusal": None}
    if reply.calls:
        said["content"] = reply.text or None
        said["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in reply.calls
        ]
    name = blake2b(msgspec.json.encode((at_ms, reply)), digest_size=12).hexdigest()
    return {
        "id": f"chatcmpl-{name}",
        "object": "chat.completion",
        "created": EPOCH_SECONDS + at_ms // 1_000,
        "model": model,
        "choices": [
            {
                "index": 0,
                "message": said,
                "logprobs": None,
                "finish_reason": _STOPS.get(reply.stop, reply.stop),
            }
        ],
        "usage": _usage(reply),
        "service_tier": "default",
    }


def _usage(reply: Reply) -> dict[str, Any] | None:
    usage = reply.usage
    if usage is None:
        return None
    return {
        "prompt_tokens": usage.input,
        "completion_tokens": usage.output,
        "total_tokens": usage.input + usage.output,
        "prompt_tokens_details": {"cached_tokens": usage.cached, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
    }


def _refusal(error: DoorError) -> tuple[int, dict[str, Any]]:
    """Status and error object of the vendor for an error of the door."""
    match error:
        case RateLimited(error_type="insufficient_quota"):
            return 429, _error(error, "insufficient_quota", "insufficient_quota")
        case RateLimited(error_type="request_too_large"):
            return 429, _error(error, "tokens", "rate_limit_exceeded")
        case AuthenticationFailed():
            return error.status or 401, _error(error, error.error_type)
        case RateLimited():
            return 429, _error(error, "requests", "rate_limit_exceeded")
        case ContextTooLong():
            return 400, _error(error, "invalid_request_error", "context_length_exceeded", "messages")
        case InvalidRequest():
            return error.status or 400, _error(error, error.error_type or "invalid_request_error")
    return error.status or 500, _error(error, "server_error")


def _error(error: DoorError, kind: str, code: str | None = None, parameter: str | None = None) -> dict[str, Any]:
    return {"message": error.message, "type": kind, "param": parameter, "code": code}


def _waits(retry_after_ms: int | None) -> tuple[tuple[str, str], ...]:
    """Both headers of the vendor: exact milliseconds, and seconds rounded up; none where there is no wait to ask for."""
    if retry_after_ms is None:
        return ()
    return ("retry-after-ms", str(retry_after_ms)), ("retry-after", str(-(-retry_after_ms // 1_000)))


def _sent(status: int, body: dict[str, Any], at_ms: int, more: tuple[tuple[str, str], ...] = ()) -> WireAnswer:
    encoded = msgspec.json.encode(body)
    headers = (
        ("content-type", "application/json"),
        ("content-length", str(len(encoded))),
        ("date", formatdate(EPOCH_SECONDS + at_ms // 1_000, usegmt=True)),
        ("x-request-id", f"req_{blake2b(encoded, digest_size=12).hexdigest()}"),
        *more,
    )
    return WireAnswer(status, headers, (Chunk(encoded),))
