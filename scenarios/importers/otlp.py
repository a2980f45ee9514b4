"""OTLP traces with GenAI spans, as JSON: `{resourceSpans: [{scopeSpans: [{spans}]}]}`, one document or one a line.

Shape: opentelemetry.io/docs/specs/otlp (JSON encoding) and the GenAI semantic conventions (gen_ai.input.messages,
gen_ai.output.messages, gen_ai.system_instructions, gen_ai.usage.*; before v1.37 span events, and `gen_ai.prompt.N.*` of
OpenLLMetry), read in November 2026. Recording what was said is off by default there: spans without it are named and refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from harness.errors import UsageError
from scenarios.importers.calls import ModelCall, conversations, in_order
from scenarios.importers.chat import messages_of
from scenarios.importers.format import Format, count_of, decoded, dicts, first_dict
from scenarios.importers.source import Entry, Source
from scenarios.importers.trajectory import Trajectory

CALLS = ("chat", "text_completion", "generate_content")
_EVENT = re.compile(r"gen_ai\.(system|user|assistant|tool)\.message")
_FLAT = re.compile(r"gen_ai\.(prompt|completion)\.(\d+)\.(.+)")
_FLAT_CALL = re.compile(r"tool_calls\.(\d+)\.(\w+)")
_DETAILS = "gen_ai.client.inference.operation.details"


def matches(value: Any) -> bool:
    """The envelope of OTLP traces."""
    given = first_dict(value)
    return isinstance(given.get("resourceSpans", given.get("resource_spans")), list)


def read(source: Source) -> Iterator[Trajectory]:
    """The conversations, by `gen_ai.conversation.id` where there is one, else by trace."""
    calls, silent = 0, 0

    def found() -> Iterator[tuple[str, Any, tuple[Entry, int]]]:
        nonlocal calls, silent
        for entry, value in source.values():
            for number, span in enumerate(_spans(value)):
                given = _attributes(span)
                if given.get("gen_ai.operation.name", "chat") not in CALLS or not _is_call(given, span):
                    continue
                calls += 1
                silent += not _shown(given, span)
                group = str(given.get("gen_ai.conversation.id") or span.get("traceId") or "trace")
                yield group, count_of(span.get("startTimeUnixNano")), (entry, number)

    def fetch(place: tuple[Entry, int]) -> dict[str, Any]:
        return source.part(place, _spans)

    for name, spans in in_order(found(), fetch):
        if calls == silent:
            raise UsageError(
                f"{source.path}: {calls} calls of a model without what was said; have the instrumentation record the "
                "content of messages (it is off by default), and trace again"
            )
        yield from conversations(name, map(_call, spans), "OpenTelemetry")


def _spans(value: Any) -> Iterator[dict[str, Any]]:
    given = first_dict(value)
    for resource in dicts(given.get("resourceSpans", given.get("resource_spans"))):
        for scope in dicts(resource.get("scopeSpans", resource.get("scope_spans"))):
            yield from dicts(scope.get("spans"))


def _attributes(item: dict[str, Any]) -> dict[str, Any]:
    """The attributes of a span or an event by name, and those of its event with the details of the call."""
    given = {str(pair.get("key")): _plain(pair.get("value")) for pair in dicts(item.get("attributes"))}
    for event in dicts(item.get("events")):
        if event.get("name") == _DETAILS:
            given |= _attributes(event)
    return given


def _plain(value: Any) -> Any:
    """An OTLP value as plain JSON."""
    given = first_dict(value)
    for key in ("stringValue", "intValue", "doubleValue", "boolValue"):
        if key in given:
            return given[key]
    if "arrayValue" in given:
        return [_plain(item) for item in first_dict(given["arrayValue"]).get("values") or ()]
    if "kvlistValue" in given:
        return {str(pair.get("key")): _plain(pair.get("value")) for pair in dicts(given["kvlistValue"].get("values"))}
    return None


def _is_call(given: dict[str, Any], span: dict[str, Any]) -> bool:
    named = given.get("gen_ai.operation.name") in CALLS or "gen_ai.usage.input_tokens" in given
    return named or bool(_shown(given, span))


def _shown(given: dict[str, Any], span: dict[str, Any]) -> list[dict[str, Any]]:
    """What was sent, in whichever of the three ways it was recorded."""
    system = decoded(given.get("gen_ai.system_instructions"))
    if isinstance(system, list):
        system = [{"role": "system", "parts": system}]
    elif isinstance(system, str):
        system = [{"role": "system", "content": system}]
    sent = messages_of(decoded(given.get("gen_ai.input.messages"))) or _flat(given, "prompt") or _told(span)
    return [*messages_of(system), *sent]


def _told(span: dict[str, Any]) -> list[dict[str, Any]]:
    """Messages as span events."""
    found: list[dict[str, Any]] = []
    for event in dicts(span.get("events")):
        role = _EVENT.fullmatch(str(event.get("name")))
        if role:
            told = {key.removeprefix("gen_ai."): decoded(value) for key, value in _attributes(event).items()}
            found += messages_of([{"role": role.group(1), **told, "tool_call_id": told.get("id")}])
    return found


def _flat(given: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """Messages as one attribute for each field."""
    made: dict[int, dict[str, Any]] = {}
    for key, value in given.items():
        found = _FLAT.fullmatch(key)
        if found and found.group(1) == kind:
            message = made.setdefault(int(found.group(2)), {})
            call = _FLAT_CALL.fullmatch(found.group(3))
            if call:
                message.setdefault("calls", {}).setdefault(int(call.group(1)), {})[call.group(2)] = value
            else:
                message[found.group(3)] = value
    fields = [made[number] for number in sorted(made)]
    return messages_of([{**one, "tool_calls": list(one.get("calls", {}).values())} for one in fields])


def _call(span: dict[str, Any]) -> ModelCall:
    given = _attributes(span)
    said = messages_of(decoded(given.get("gen_ai.output.messages"))) or _flat(given, "completion") or _choice(span)
    cached = count_of(given.get("gen_ai.usage.cache_read.input_tokens"))
    fresh = count_of(given.get("gen_ai.usage.input_tokens")) - cached
    told = {"in": fresh, "cache_read": cached, "out": count_of(given.get("gen_ai.usage.output_tokens"))}
    model = str(given.get("gen_ai.response.model") or given.get("gen_ai.request.model") or "")
    own = [{**message, "role": "assistant"} for message in said[:1]]
    return ModelCall(_shown(given, span), own, model, told if "gen_ai.usage.input_tokens" in given else {})


def _choice(span: dict[str, Any]) -> list[dict[str, Any]]:
    """The answer as a span event."""
    for event in dicts(span.get("events")):
        if event.get("name") == "gen_ai.choice":
            told = {key.removeprefix("gen_ai."): decoded(value) for key, value in _attributes(event).items()}
            return messages_of([{"role": "assistant", **first_dict(told.get("message")), **told}])
    return []


FORMAT = Format("otlp", "OTLP traces with GenAI spans: {resourceSpans}", matches, read)
