"""Langfuse exports: a trace `{trace, observations}` or `{id, observations}`, or observations as an array or one a line.

Shape: langfuse.com/faq/all/export-single-trace-or-session and the Observations API, read in November 2026: `id`, `traceId`,
`type`, `startTime`, `input`, `output`, `model`, `usageDetails`. Inputs and outputs may be JSON texts. An observation of type
GENERATION is a call of the model.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scenarios.importers.calls import ModelCall, conversations, in_order
from scenarios.importers.chat import messages_of
from scenarios.importers.format import Format, count_of, decoded, dicts, first_dict
from scenarios.importers.source import Entry, Source
from scenarios.importers.trajectory import Trajectory

TYPES = ("GENERATION", "SPAN", "EVENT", "AGENT", "TOOL", "CHAIN", "RETRIEVER", "EVALUATOR", "EMBEDDING", "GUARDRAIL")


def matches(value: Any) -> bool:
    """An observation, or a trace with observations."""
    given = first_dict(value)
    if "observations" in given or "traces" in given:
        return any(map(_is_observation, _observations(value)))
    return _is_observation(given)


def _is_observation(given: dict[str, Any]) -> bool:
    return given.get("type") in TYPES and ("traceId" in given or "startTime" in given)


def read(source: Source) -> Iterator[Trajectory]:
    """The conversations of each trace; observations may stand in any order."""

    def found() -> Iterator[tuple[str, Any, tuple[Entry, int]]]:
        for entry, value in source.values():
            given = first_dict(value)
            outer = str(first_dict(given.get("trace")).get("id") or given.get("id") or "trace")
            for number, item in enumerate(_observations(value)):
                if item.get("type") == "GENERATION":
                    yield str(item.get("traceId") or outer), str(item.get("startTime") or ""), (entry, number)

    def fetch(place: tuple[Entry, int]) -> dict[str, Any]:
        return source.part(place, _observations)

    for trace, generations in in_order(found(), fetch):
        yield from conversations(trace, map(_call, generations), "Langfuse")


def _observations(value: Any) -> Iterator[dict[str, Any]]:
    given = first_dict(value)
    if given.get("type") in TYPES:
        yield given
    yield from dicts(given.get("observations"))
    inner = given.get("trace")
    for trace in (*dicts(given.get("traces")), *([inner] if isinstance(inner, dict) else [])):
        yield from dicts(trace.get("observations"))


def _call(item: dict[str, Any]) -> ModelCall:
    given, output = decoded(item.get("input")), decoded(item.get("output"))
    shown = given.get("messages", given) if isinstance(given, dict) else given
    if isinstance(output, dict) and isinstance(output.get("choices"), list) and output["choices"]:
        output = first_dict(output["choices"][0]).get("message")
    if isinstance(output, str):
        output = {"role": "assistant", "content": output}
    elif isinstance(output, dict) and "role" not in output and "type" not in output:
        output = {**output, "role": "assistant"}
    details = first_dict(item.get("usageDetails") or item.get("usage"))
    cached = count_of(details.get("cache_read_input_tokens") or details.get("input_cached_tokens"))
    told = {"in": count_of(details.get("input")), "cache_read": cached, "out": count_of(details.get("output"))}
    said = [message for message in messages_of(output) if message["role"] == "assistant"]
    return ModelCall(messages_of(shown), said, str(item.get("model") or ""), told if details else {})


FORMAT = Format("langfuse", "Langfuse exports: {trace, observations} or observations", matches, read)
