"""Chat messages in the shapes that vendors and frameworks write, brought into the project's shape.

Read from the public references in November 2026: OpenAI Chat Completions (roles, `tool_calls[].function`, the older
`function_call`), Anthropic Messages (content blocks `text`, `tool_use`, `tool_result`), LangChain's serialised messages
(`type` human, ai, tool; `kwargs` of a constructor; `data`), and OpenTelemetry's GenAI messages (`parts`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from scenarios.importers.trajectory import text_of

_ROLES = {
    "system": "system", "developer": "system", "user": "user", "human": "user", "assistant": "assistant",
    "ai": "assistant", "model": "assistant", "aimessagechunk": "assistant", "tool": "tool", "function": "tool",
}  # fmt: skip
_SAID = ("text", "input_text", "output_text")


def is_message(value: Any) -> bool:
    """Whether a value looks like a chat message of any of the shapes."""
    return _role(_unwrapped(value)) is not None


def messages_of(values: Any) -> list[dict[str, Any]]:
    """The messages of a list of chat messages, of one, or of a text; what is none of them is left out."""
    if isinstance(values, str):
        return [{"role": "user", "content": values}] if values else []
    if isinstance(values, Mapping):
        values = [values]
    return [message for value in _flat(values) for message in message_of(value)]


def _flat(values: Any) -> Iterator[Any]:
    """LangChain keeps a list of conversations, each a list of messages; the first one is it."""
    if isinstance(values, list) and len(values) == 1 and isinstance(values[0], list):
        values = values[0]
    yield from values if isinstance(values, list) else ()


def message_of(value: Any) -> list[dict[str, Any]]:
    """One chat message; one that carries several results gives one message for each."""
    if isinstance(value, list) and len(value) == 2 and all(isinstance(item, str) for item in value):
        value = {"role": value[0], "content": value[1]}
    raw = _unwrapped(value)
    role = _role(raw)
    if role is None:
        return []
    parts = raw.get("parts") if isinstance(raw.get("parts"), list) else raw.get("content")
    said, calls, results = _read_parts(parts)
    calls += [_call(call) for call in _listed(raw.get("tool_calls"))]
    more = raw.get("additional_kwargs")
    if not calls and isinstance(more, Mapping):
        calls += [_call(call) for call in _listed(more.get("tool_calls"))]
    if isinstance(raw.get("function_call"), Mapping):
        calls.append(_call(raw["function_call"]))
    if role == "tool" and not results:
        return [_result(raw.get("tool_call_id") or raw.get("id"), said, raw.get("status") == "error")]
    given: dict[str, Any] = {"role": role, "content": said}
    if role == "assistant" and calls:
        given["tool_calls"] = calls
    return [*results, *([given] if said or calls or not results else [])]


def _listed(value: Any) -> Iterable[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else ()


def _unwrapped(value: Any) -> Mapping[str, Any]:
    """The fields of a message that a framework has wrapped as `kwargs`, `data` or `message`."""
    if not isinstance(value, Mapping):
        return {}
    if value.get("type") == "constructor" and isinstance(value.get("kwargs"), Mapping):
        named = value.get("id")
        name = (
            str(named[-1] if isinstance(named, list) and named else "")
            .lower()
            .removesuffix("chunk")
            .removesuffix("message")
        )
        return {"type": name, **value["kwargs"]} if "type" not in value["kwargs"] else value["kwargs"]
    if isinstance(value.get("data"), Mapping) and isinstance(value.get("type"), str):
        return {**value["data"], "type": value["type"]}
    if "role" not in value and isinstance(value.get("message"), Mapping):
        return dict(value["message"])
    return value


def _role(value: Mapping[str, Any]) -> str | None:
    named = value.get("role") or value.get("type")
    return _ROLES.get(named.lower()) if isinstance(named, str) else None


def _read_parts(content: Any) -> tuple[str, list[dict[str, Any]], list[dict[str, Any]]]:
    """The text, the calls and the results inside of a message's content."""
    if not isinstance(content, list):
        return text_of(content), [], []
    said: list[str] = []
    calls: list[dict[str, Any]] = []
    results: list[dict[str, Any]] = []
    for part in content:
        kind = part.get("type") if isinstance(part, Mapping) else None
        if kind in ("tool_use", "tool_call"):
            calls.append(_call(part))
        elif kind in ("tool_result", "tool_call_response"):
            body = next((part[key] for key in ("content", "response", "result") if key in part), "")
            results.append(
                _result(part.get("tool_use_id") or part.get("id"), text_of(body), bool(part.get("is_error")))
            )
        elif kind in (*_SAID, None):
            said.append(text_of(part.get("text", part.get("content")) if isinstance(part, Mapping) else part))
        elif kind not in ("thinking", "redacted_thinking", "reasoning"):
            said.append(f"[{kind}]")
    return "\n".join(filter(None, said)), calls, results


def _call(call: Mapping[str, Any]) -> dict[str, Any]:
    inner = call.get("function")
    named: Mapping[str, Any] = inner if isinstance(inner, Mapping) else call
    given: Any = next((named[key] for key in ("arguments", "args", "input") if named.get(key) is not None), {})
    return {"id": call.get("id") or call.get("tool_call_id"), "name": str(named.get("name") or "?"), "arguments": given}


def _result(call_id: Any, text: str, failed: bool) -> dict[str, Any]:
    given = {"role": "tool", "content": text, "tool_call_id": str(call_id) if call_id else ""}
    return {**given, "is_error": True} if failed else given
