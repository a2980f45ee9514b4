"""What came back, and what is made of it: values of the right types, answers that may be used, results as the model reads them.

A vendor or a tool may send anything. Nothing gets into the journal that could not be read from it again.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from harness.orchestrators.reference.entries import Failed, Remedy
from harness.plain import plain_repr
from harness.tokens import count_tokens, message_tokens, text_bytes
from harness.types import Message, Reply, Result, ToolCall, Usage, shown

WHOLE = ("end", "calls", "stop", "tool_calls", "end_turn", "tool_use", "stop_sequence")
"""Stop reasons of a whole answer; nothing acts on a partial one."""

PAUSED = "pause_turn"
"""The vendor wants the answer so far sent back, and goes on from there."""

WITHHELD = ("refusal", "content_filter")
FILLED = ("model_context_window_exceeded",)
DONE = "done, no output"
TOKENS_MAX = 1 << 40
"""More than any vendor counts in one request."""


def useful(reply: Reply) -> bool:
    """Whether an answer is whole and says something, or is a part of one that goes on."""
    return bool(reply.text or reply.calls) and (reply.stop in WHOLE or (reply.stop == PAUSED and not reply.calls))


def sound_reply(reply: Reply) -> Reply:
    """The reply with a value of the right type in every field: nothing where the vendor gave none."""
    try:  # adding up is the cheapest way to see that all of them are texts, or numbers
        usage, texts = reply.usage, reply.text + reply.stop
        for call in reply.calls:
            texts += call.id + call.name + call.arguments
        total = usage.input + usage.cached + usage.output if usage else 0
        if type(texts) is str and type(total) is int and -TOKENS_MAX < total < TOKENS_MAX:
            return reply
    except TypeError:
        pass
    calls = tuple(ToolCall(_text(call.id), _text(call.name), _text(call.arguments)) for call in reply.calls or ())
    return Reply(_text(reply.text), calls, _text(reply.stop), _sound_usage(reply.usage))


def _sound_usage(usage: Usage | None) -> Usage | None:
    counts = (usage.input, usage.cached, usage.output) if usage else ()
    sound = all(type(count) is int and 0 <= count < TOKENS_MAX for count in counts)
    return usage if sound else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else plain_repr(value)


def odd_usage(usage: Usage | None) -> str:
    """What is wrong with the vendor's count; empty where nothing is. Our own count holds in any case."""
    if usage is None:
        return "the vendor gave no usable count"
    return "" if usage.output > 0 and usage.cached <= usage.input else f"the vendor counted {plain_repr(usage)}"


def unusable(reply: Reply, what: str) -> tuple[str, str, Remedy] | None:
    """Why an answer counts as a failed attempt (its name, a sentence, what may help); None where it does not.

    A text that a policy asked for must be whole: a line that was cut in the middle would be a wrong fact.
    """
    if reply.stop in WHOLE and (reply.text or what == "model"):
        return None
    if reply.stop in WITHHELD:
        return "Refused", f"the model withheld its answer ({reply.stop}) {reply.text[:200]}".rstrip(), "person"
    if reply.stop in FILLED:
        return "ContextTooLong", f"the answer did not fit the window any more ({reply.stop})", "shrink"
    if not reply.stop:
        return "CutAnswer", "the answer came without its end; nothing of it is used", "again"
    if what == "policy":
        return "CutAnswer", f"the summary is empty or not whole ({reply.stop})", "again"
    return None


def failed_answer(what: str, reply: Reply, why: tuple[str, str, Remedy], wait: int, now: int) -> Failed:
    """The entry for an answer that came, was paid for, and cannot be used."""
    error, message, remedy = why
    return Failed(
        rule="answers", facts={"stop": reply.stop}, what=what, error=error, message=message, remedy=remedy,
        not_before=now + wait if remedy == "again" else 0, answered=True,
        tokens=message_tokens(Message("assistant", reply.text, reply.calls)),
    )  # fmt: skip


def plain(result: Result, tokens_max: int) -> bool:
    """Whether a result is sound and can be shown just as it is: what nearly all of them are."""
    try:
        text = result.content + result.error
        numbers = result.fetched_at + result.version + result.duration_ms + result.bytes + result.truncated
    except TypeError:
        return False
    return (
        type(text) is str and type(numbers) is int and result.status == "ok"
        and text[:1] not in _SUSPECT and len(text) * 5 <= tokens_max * 4
    )  # fmt: skip


_SUSPECT = ("", "{", " ", "\n", "\r", "\t")
"""Beginnings of a result that is empty, or may be an object that holds an error."""


def sound_result(result: Result) -> Result:
    """The result with a value of the right type in every field; a status that nobody knows is an error."""
    status: Literal["ok", "error"] = "ok" if result.status == "ok" else "error"
    why = _text(result.error)
    if status == "error" and not why:
        why = f"the tool answered with status {plain_repr(result.status)}"
    return Result(
        _text(result.content), status, why, _number(result.fetched_at), _number(result.version),
        _number(result.duration_ms), _number(result.bytes), bool(result.truncated),
    )  # fmt: skip


def _number(value: object) -> int:
    return value if type(value) is int and abs(value) <= TOKENS_MAX else 0


def contradiction(result: Result) -> str:
    """What in a result says neither that the call was done nor that it was not: an error within an ok, an unknown status."""
    content = result.content
    if result.status not in ("ok", "error"):
        return f"status {plain_repr(result.status)}"
    if result.status != "ok" or not isinstance(content, str) or not content.lstrip().startswith("{"):
        return ""
    try:
        given = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return ""
    error = given.get("error") if isinstance(given, dict) else None
    return (error if isinstance(error, str) else plain_repr(error))[:1_000] if error else ""


def told(result: Result, mutating: bool, tokens_max: int) -> str:
    """What the view shows instead of a result, where that is too long or would be misread; empty where it shows it as it is."""
    if result.status != "ok":
        return clipped(shown(result), tokens_max)
    if not result.content:
        return DONE if mutating else ""
    error = contradiction(result)
    return f"error: {error}" if error else clipped(result.content, tokens_max)


def clipped(text: str, tokens_max: int) -> str:
    """Head and tail of a text that is too long, with a note of what is missing; empty where it fits.

    Whole lines are kept where there are any: half a line can be read as a whole one that says something else. What is
    left of a line that alone is too long ends in an ellipsis.
    """
    if len(text) * 5 <= tokens_max * 4 or count_tokens(text_bytes(text)) <= tokens_max:
        return ""
    share = tokens_max * 32 // 10 * len(text) // max(1, text_bytes(text)) // 2
    head, tail = text[:share], text[len(text) - share :]
    whole_head, broken_head = head.rpartition("\n")[::2] if "\n" in head else (f"{head}...", "")
    broken_tail, whole_tail = tail.partition("\n")[::2] if "\n" in tail else ("", f"...{tail}")
    missing = len(text) - 2 * share + len(broken_head) + len(broken_tail)
    return (
        f"{whole_head}\n[{missing} of {len(text)} characters are left out here; the journal holds them]\n{whole_tail}"
    )
