"""What a stream must look like, event by event: the order that each vendor documents, as a regular expression.

Written without a look at the code that makes the streams: each event is one letter, and what the deltas add up to, the
indexes and the numbers are compared besides. A stream with one event less, twice, or moved, is noticed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from harness.wire import Chunk

LETTERS = {
    "anthropic": {
        "message_start": "S", "ping": "p", "content_block_start": "b", "content_block_delta": "d",
        "content_block_stop": "e", "message_delta": "D", "message_stop": "E", "error": "!",
    },
    "openai-responses": {
        "response.created": "C", "response.in_progress": "I", "response.output_item.added": "a",
        "response.content_part.added": "p", "response.output_text.delta": "t", "response.output_text.done": "T",
        "response.refusal.delta": "r", "response.refusal.done": "R", "response.content_part.done": "P",
        "response.function_call_arguments.delta": "f", "response.function_call_arguments.done": "F",
        "response.output_item.done": "A", "response.completed": "E", "response.incomplete": "E",
        "response.failed": "!",
    },
}  # fmt: skip

ORDER = {
    "openai-chat": r"R[tr]*(cd*)*(Eu?X|!)?",
    "openai-responses": r"CI((ap(t*TP|r*RP)A|af*FA)*(E|ap?[tr]*!?|af*!?))?",
    "anthropic": r"S(bpd+e(bd+e)*DE|DE|(bpd+(e(bd+e)*bd+)?!?)?)",
}
"""One letter an event: whole streams, those of a cut answer, and those that an error ends."""


def read(chunks: Iterable[Chunk]) -> list[tuple[str, Any]]:
    """Name and data of each event; a chunk must be one."""
    told: list[tuple[str, Any]] = []
    for chunk in chunks:
        found = re.fullmatch(r"(?:event: (\S+)\n)?data: (.*)\n\n", chunk.data.decode())
        assert found is not None, chunk.data
        told.append((found[1] or "", found[2] if found[2] == "[DONE]" else json.loads(found[2])))
    return told


def problems(name: str, chunks: Iterable[Chunk]) -> list[str]:
    """What is wrong with a stream of a vendor; empty where nothing is."""
    told = read(chunks)
    if name == "openai-chat":
        letters = "".join(_chat_letter(data) for _, data in told)
    else:
        letters = "".join(LETTERS[name][data["type"]] for _, data in told)
    found = [] if re.fullmatch(ORDER[name], letters) else [f"order: {letters}"]
    found += [f"event {event!r} holds {data['type']!r}" for event, data in told if event and event != data["type"]]
    return found + _DETAILS[name]([data for _, data in told])


def said(name: str, chunks: Iterable[Chunk]) -> dict[Any, str]:
    """What the deltas of a stream add up to, by the place that they name."""
    parts: dict[Any, str] = {}
    for _, data in read(chunks):
        for place, piece in _pieces(name, data):
            parts[place] = parts.get(place, "") + piece
    return parts


def _pieces(name: str, data: Any) -> Iterable[tuple[Any, str]]:
    if name == "openai-chat":
        for choice in data["choices"] if _is_chunk(data) else ():
            yield "text", choice["delta"].get("content") or ""
            for call in choice["delta"].get("tool_calls", ()):
                yield call["index"], call["function"]["arguments"]
    elif name == "anthropic" and data["type"] == "content_block_delta":
        yield data["index"], data["delta"].get("text", data["delta"].get("partial_json"))
    elif name == "openai-responses" and "delta" in data:
        yield data["output_index"], data["delta"]


def _chat_letter(data: Any) -> str:
    if data == "[DONE]":
        return "X"
    if "error" in data:
        return "!"
    if not data["choices"]:
        return "u"
    choice = data["choices"][0]
    delta = choice["delta"]
    if choice["finish_reason"] is not None:
        return "E"
    if "role" in delta:
        return "R"
    if "tool_calls" in delta:
        return "c" if "id" in delta["tool_calls"][0] else "d"
    return "r" if "refusal" in delta else "t"


def _chat(told: list[Any]) -> list[str]:
    heads = {
        json.dumps([one.get(name) for name in ("id", "object", "created", "model")]) for one in told if _is_chunk(one)
    }
    found = [f"{len(heads)} heads"] if len(heads) > 1 else []
    counted = "usage" in told[0] and told[-1] == "[DONE]"
    found += ["no usage"] if counted and [one for one in told if _is_chunk(one)][-1]["choices"] else []
    expected = -1
    for one in told:
        if _is_chunk(one) and one["choices"]:
            for part in one["choices"][0]["delta"].get("tool_calls", ()):
                expected += "id" in part
                found += [] if part["index"] == expected else [f"call {part['index']}, not {expected}"]
    return found


def _is_chunk(one: Any) -> bool:
    return isinstance(one, dict) and "error" not in one


def _responses(told: list[Any]) -> list[str]:
    numbers = [one["sequence_number"] for one in told]
    found = [] if numbers == list(range(len(told))) else [f"numbers {numbers}"]
    index, text = -1, ""
    for one in told:
        kind = one["type"]
        if kind == "response.output_item.added":
            index, text = index + 1, ""
        found += (
            [] if one.get("output_index", index) == index else [f"{kind} of item {one['output_index']}, not {index}"]
        )
        text += one.get("delta", "")
        whole = one.get("text", one.get("arguments", one.get("refusal", text)))
        found += [] if whole == text else [f"{kind} says {whole!r}, deltas {text!r}"]
    return found


def _anthropic(told: list[Any]) -> list[str]:
    """Besides the indexes: the first delta of a call is empty, and no other one is."""
    found, index = [], -1
    for before, one in zip([{}, *told], told):
        if one["type"] == "content_block_delta" and one["delta"]["type"] == "input_json_delta":
            first = before["type"] == "content_block_start" or (index == 0 and before["type"] == "ping")
            found += [] if first == (one["delta"]["partial_json"] == "") else [f"delta {one['delta']}"]
        index += one["type"] == "content_block_start"
        if one.get("index", index) != index:
            found.append(f"{one['type']} of block {one['index']}, not {index}")
    return found


_DETAILS = {"openai-chat": _chat, "openai-responses": _responses, "anthropic": _anthropic}
