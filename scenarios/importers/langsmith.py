"""LangSmith runs: one run a line, one array of them, `{runs: [...]}`, or runs nested as `child_runs`.

Shape: docs.langchain.com/langsmith/run-data-format, read in November 2026: `id`, `run_type`, `inputs`, `outputs`, `trace_id`,
`start_time`, `dotted_order`. A run of type `llm` is a call of the model; its messages stand in `inputs.messages` and
`outputs.messages`, `outputs.generations[][].message`, or `outputs.choices[].message`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scenarios.importers.calls import ModelCall, conversations, in_order
from scenarios.importers.chat import messages_of
from scenarios.importers.format import Format, count_of, dicts, first_dict
from scenarios.importers.source import Entry, Source
from scenarios.importers.trajectory import Trajectory


def matches(value: Any) -> bool:
    """A run, or an envelope of runs."""
    given = first_dict(value)
    runs = dicts(given.get("runs"))
    return ("run_type" in given and ("inputs" in given or "id" in given)) or bool(runs and "run_type" in runs[0])


def read(source: Source) -> Iterator[Trajectory]:
    """The conversations of each trace; runs may stand in any order."""

    def found() -> Iterator[tuple[str, Any, tuple[Entry, int]]]:
        for entry, value in source.values():
            for number, run in enumerate(_runs(value)):
                if run.get("run_type") == "llm":
                    trace = str(run.get("trace_id") or run.get("session_id") or "trace")
                    yield trace, str(run.get("start_time") or run.get("dotted_order") or ""), (entry, number)

    def fetch(place: tuple[Entry, int]) -> dict[str, Any]:
        return source.part(place, _runs)

    for trace, runs in in_order(found(), fetch):
        yield from conversations(trace, map(_call, runs), "LangSmith")


def _runs(value: Any) -> Iterator[dict[str, Any]]:
    """The run and all runs inside of it."""
    given = first_dict(value)
    if "run_type" in given:
        yield given
    for key in ("runs", "child_runs"):
        for inner in dicts(given.get(key)):
            yield from _runs(inner)


def _call(run: dict[str, Any]) -> ModelCall:
    inputs, outputs = first_dict(run.get("inputs")), first_dict(run.get("outputs"))
    metadata = first_dict(first_dict(run.get("extra")).get("metadata"))
    usage = first_dict(outputs.get("usage_metadata") or run.get("usage_metadata"))
    cached = count_of(first_dict(usage.get("input_token_details")).get("cache_read"))
    fresh = count_of(usage.get("input_tokens")) - cached
    told = {"in": fresh, "cache_read": cached, "out": count_of(usage.get("output_tokens"))} if usage else {}
    said = [message for message in messages_of(_said(outputs)) if message["role"] == "assistant"]
    shown = messages_of(inputs.get("messages") or inputs.get("input") or inputs.get("prompts"))
    return ModelCall(shown, said, str(metadata.get("ls_model_name") or ""), told)


def _said(outputs: dict[str, Any]) -> Any:
    generations = outputs.get("generations")
    if isinstance(generations, list) and generations:
        first = generations[0][0] if isinstance(generations[0], list) and generations[0] else generations[0]
        return first_dict(first).get("message") or {"role": "assistant", "content": first_dict(first).get("text")}
    choices = dicts(outputs.get("choices"))
    if choices:
        return choices[0].get("message")
    if isinstance(outputs.get("output"), str):
        return {"role": "assistant", "content": outputs["output"]}
    return outputs.get("messages") or outputs.get("message") or outputs.get("output") or outputs


FORMAT = Format("langsmith", "LangSmith runs: {run_type, inputs, outputs, trace_id}", matches, read)
