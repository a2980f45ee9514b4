"""What Responses answers: a response object, or the events of a stream, in the vendor's order.

    response.created, response.in_progress,
    for a message:  output_item.added, content_part.added, output_text.delta ..., output_text.done, content_part.done,
                    output_item.done
    for a call:     output_item.added, function_call_arguments.delta ..., function_call_arguments.done, output_item.done
    response.completed | response.incomplete | response.failed

Shapes, read in November 2026: openai-python 3.52 (`responses/response.py`, `response_*_event.py`) and the page
"Streaming events" of the API reference (developers.openai.com); a failed response as in Wei-Shaw/sub2api#6631. There is no
[DONE], every event has a number, and the padding `obfuscation` is left out, as with `include_obfuscation: false`.

A response echoes the request; here it tells its tools and `max_output_tokens` and no instructions. `Reply.stop == ""` is an
answer that was cut: status null, and a stream that ends, cleanly, in the middle of its last item. An unknown stop reason
is that of an incomplete response; a reply of nothing at all is the body `{}`, or a stream without an event.
"""

from __future__ import annotations

from typing import Any

from fakes.providers import heads, sse
from fakes.providers.openai_envelope import error_object
from fakes.providers.parts import BEFORE_ERROR, REFUSAL, nothing
from harness.errors import DoorError
from harness.types import Reply, Request, ToolCall
from harness.wire import Asked, Chunk

FINISHED = frozenset(("end", "calls", "refusal"))
"""Reasons to stop that complete a response."""

REASONS = {"length": "max_output_tokens"}
"""Reasons why a response is incomplete, in the vendor's words; what is not in here is the vendor's own."""


def response(reply: Reply, asked: Asked | None, at_ms: int) -> dict[str, Any]:
    """The body of a whole answer."""
    if nothing(reply):
        return {}
    made = _Made(reply, asked, at_ms)
    return made.response(made.status, [item for item, _ in made.items])


def events(outcome: Reply | DoorError, asked: Asked | None, at_ms: int) -> list[Chunk]:
    """The events of a stream."""
    if isinstance(outcome, Reply) and nothing(outcome):
        return []
    made = _Made(outcome if isinstance(outcome, Reply) else Reply(BEFORE_ERROR, stop=""), asked, at_ms)
    opening = made.response("in_progress", [])
    told: list[dict[str, Any]] = [
        {"type": "response.created", "response": opening},
        {"type": "response.in_progress", "response": opening},
    ]
    for index in range(len(made.items)):
        told += _item_events(made, index)
    if isinstance(outcome, DoorError):
        error = error_object(outcome, "input")
        failed = made.response("failed", []) | {
            "error": {"code": error["code"] or error["type"], "message": error["message"]}
        }
        told.append({"type": "response.failed", "response": failed})
    elif made.status is not None:
        final = made.response(made.status, [item for item, _ in made.items])
        told.append({"type": f"response.{made.status}", "response": final})
    return [sse.event({**one, "sequence_number": number}, one["type"]) for number, one in enumerate(told)]


class _Made:
    """A reply as a response: its status (None: cut), and its items, each with the call that it is (None: the message)."""

    def __init__(self, reply: Reply, asked: Asked | None, at_ms: int) -> None:
        self.reply = reply
        self.asked = asked
        self.at_ms = at_ms
        self.status = None if reply.stop == "" else "completed" if reply.stop in FINISHED else "incomplete"
        self.items: list[tuple[dict[str, Any], ToolCall | None]] = []
        status = self.status or "in_progress"
        if reply.text or reply.stop == "refusal":
            self.items.append((self._message(status), None))
        self.items += [(self._call(call, index, status), call) for index, call in enumerate(reply.calls)]

    def _id(self, prefix: str, *more: Any) -> str:
        return heads.made_id(prefix, self.at_ms, self.reply, *more)

    def _message(self, status: str) -> dict[str, Any]:
        part = _refusal_part(REFUSAL) if self.reply.stop == "refusal" else _text_part(self.reply.text)
        return {"id": self._id("msg_"), "type": "message", "status": status, "content": [part], "role": "assistant"}

    def _call(self, call: ToolCall, index: int, status: str) -> dict[str, Any]:
        return {
            "id": self._id("fc_", index),
            "type": "function_call",
            "status": status,
            "arguments": call.arguments,
            "call_id": call.id,
            "name": call.name,
        }

    def response(self, status: str | None, output: list[dict[str, Any]]) -> dict[str, Any]:
        """The response object as it stands at some moment."""
        request = self.asked.request if self.asked else Request(())
        finished = status in ("completed", "incomplete") or status is None
        reason = {"reason": REASONS.get(self.reply.stop, self.reply.stop)} if status == "incomplete" else None
        return {
            "id": self._id("resp_"),
            "object": "response",
            "created_at": heads.unix_seconds(self.at_ms),
            "status": status,
            "background": False,
            "completed_at": heads.unix_seconds(self.at_ms) if status == "completed" else None,
            "error": None,
            "incomplete_details": reason,
            "instructions": None,
            "max_output_tokens": request.max_output,
            "max_tool_calls": None,
            "model": self.asked.model if self.asked else "",
            "output": output,
            "parallel_tool_calls": True,
            "previous_response_id": None,
            "reasoning": {"effort": None, "summary": None},
            "safety_identifier": None,
            "service_tier": "default",
            "store": False,
            "temperature": 1.0,
            "text": {"format": {"type": "text"}, "verbosity": "medium"},
            "tool_choice": "auto",
            "tools": [_tool(tool.name, tool.description, tool.schema) for tool in request.tools],
            "top_logprobs": 0,
            "top_p": 1.0,
            "truncation": "disabled",
            "usage": self._usage() if finished else None,
            "user": None,
            "metadata": {},
        }

    def _usage(self) -> dict[str, Any] | None:
        usage = self.reply.usage
        if usage is None:
            return None
        return {
            "input_tokens": usage.input,
            "input_tokens_details": {"cached_tokens": usage.cached, "cache_write_tokens": 0},
            "output_tokens": usage.output,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": usage.input + usage.output,
        }


def _tool(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "function", "name": name, "description": description, "parameters": schema, "strict": False}


def _text_part(text: str) -> dict[str, Any]:
    return {"type": "output_text", "annotations": [], "logprobs": [], "text": text}


def _refusal_part(text: str) -> dict[str, Any]:
    return {"type": "refusal", "refusal": text}


def _item_events(made: _Made, index: int) -> list[dict[str, Any]]:
    """What a stream tells of one item; of the last one of a cut answer not its end."""
    item, call = made.items[index]
    place = {"output_index": index, "item_id": item["id"]}
    if call is not None:
        begun = item | {"status": "in_progress", "arguments": ""}
        kind, text = "response.function_call_arguments", item["arguments"]
        middle = [{"type": f"{kind}.delta", **place, "delta": piece} for piece in sse.pieces(text)]
        end = [{"type": f"{kind}.done", **place, "arguments": text, "name": item["name"]}]
    else:
        begun = item | {"status": "in_progress", "content": []}
        middle, end = _part_events(item["content"][0], place | {"content_index": 0})
    added = {"type": "response.output_item.added", "output_index": index, "item": begun}
    done = {"type": "response.output_item.done", "output_index": index, "item": item}
    cut = made.status is None and index == len(made.items) - 1
    return [added, *middle] if cut else [added, *middle, *end, done]


def _part_events(part: dict[str, Any], place: dict[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What a stream tells of the only part of a message: up to its last delta, and after it."""
    more: dict[str, Any] = {}
    if part["type"] == "refusal":
        kind, field, empty = "response.refusal", "refusal", _refusal_part("")
    else:
        kind, field, empty, more = "response.output_text", "text", _text_part(""), {"logprobs": []}
    added = {"type": "response.content_part.added", **place, "part": empty}
    deltas = [{"type": f"{kind}.delta", **place, "delta": piece, **more} for piece in sse.pieces(part[field])]
    done = {"type": f"{kind}.done", **place, field: part[field], **more}
    return [added, *deltas], [done, {"type": "response.content_part.done", **place, "part": part}]
