"""The emergency: a view made to fit without a policy and without the model. Pins stay, pairs stay whole.

Long results are cut down to a common level first, the short ones stay whole; only where that is not enough the oldest
exchanges go. Whoever reads the view is told what is missing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec.structs import replace

from harness.orchestrators.reference.answers import clipped
from harness.policies.exchanges import exchanges, joined, pinned
from harness.tokens import count_tokens, message_tokens, text_bytes, view_tokens
from harness.types import Message, View

LEVEL_LEAST = 64
"""Tokens below which a result is not cut down any further."""

NOTE_TOKENS = 40
"""Room for the note that says what is missing."""

LEFT_OUT = "earlier messages did not fit any more and are left out; look up again what you need"
DONE_BEFORE = "What was done in them stays done:"
LINE_CHARACTERS = 200
"""Of an outcome that changed the world, what is kept when its exchange is left out."""


def squeezed(view: View, tokens_max: int, reading: Collection[str] = ()) -> tuple[Message, ...]:
    """The view in at most so many tokens, where its pins and what was done for good allow that.

    `reading` are the names of the tools that change nothing; what any other did is kept in a line, however often the view
    is made to fit. So the result may be longer than asked for, or no shorter than the view: whoever asked must see to it.
    """
    messages = tuple(view)
    if view_tokens(messages) <= tokens_max:
        return messages
    cut = _levelled(messages, tokens_max)
    return cut if view_tokens(cut) <= tokens_max else _newest(cut, tokens_max, reading)


def _levelled(messages: Sequence[Message], tokens_max: int) -> tuple[Message, ...]:
    """Every result cut to the highest level at which the view fits, or to the lowest one that is worth while."""
    sizes = [message_tokens(message) for message in messages]
    low, high = LEVEL_LEAST, max(sizes)
    while low < high:
        level = (low + high + 1) // 2
        low, high = (level, high) if view_tokens(_cut(messages, sizes, level)) <= tokens_max else (low, level - 1)
    return _cut(messages, sizes, low)


def _cut(messages: Sequence[Message], sizes: Sequence[int], level: int) -> tuple[Message, ...]:
    cut = []
    for message, size in zip(messages, sizes, strict=True):
        short = clipped(message.content, level - NOTE_TOKENS) if _may_be_cut(message) and size > level else ""
        cut.append(replace(message, content=short) if short else message)
    return tuple(cut)


def _may_be_cut(message: Message) -> bool:
    return message.role == "tool" and not message.pinned


def _newest(messages: Sequence[Message], tokens_max: int, reading: Collection[str]) -> tuple[Message, ...]:
    """The pins and the newest exchanges that fit; a note in place of the others says what was done in them for good."""
    units = exchanges(messages)
    room = tokens_max - NOTE_TOKENS - sum(view_tokens(unit) for unit in units if pinned(unit))
    kept: set[int] = set()
    for index in range(len(units) - 1, -1, -1):
        if pinned(units[index]):
            continue
        lines = [line for unit in units[:index] if not pinned(unit) for line in _done(unit, reading)]
        if room - view_tokens(units[index]) < _tokens(lines):
            break
        room -= view_tokens(units[index])
        kept.add(index)
    left = [unit for index, unit in enumerate(units) if index in kept or pinned(unit)]
    lost = [unit for index, unit in enumerate(units) if index not in kept and not pinned(unit)]
    place = next((index for index, unit in enumerate(left) if not pinned(unit)), len(left))
    return joined([*left[:place], (_note(lost, reading),), *left[place:]])


def _note(lost: Sequence[Sequence[Message]], reading: Collection[str]) -> Message:
    """What stands in place of lost exchanges. What changed the world must not be done again because nobody remembers it."""
    lines = [line for unit in lost for line in _done(unit, reading)]
    count = sum(len(unit) for unit in lost)
    return Message("user", "\n".join([f"[{count} {LEFT_OUT}]", *([DONE_BEFORE, *lines] if lines else [])]))


def _done(unit: Sequence[Message], reading: Collection[str]) -> list[str]:
    """One line for each call of an exchange that changed the world, and those that an earlier note kept."""
    if unit[0].role == "user" and LEFT_OUT in unit[0].content:
        return unit[0].content.splitlines()[2:]
    ids = {call.id for call in unit[0].calls if call.name not in reading}
    told = (
        message.content for message in unit[1:] if message.call_id in ids and not message.content.startswith("error")
    )
    return [content.partition("\n")[0][:LINE_CHARACTERS] for content in told if content]


def _tokens(lines: Sequence[str]) -> int:
    return count_tokens(sum(text_bytes(line) + 1 for line in lines))
