"""The emergency: a view made to fit without a policy and without the model. Pins stay, pairs stay whole.

Long results are cut down to a common level first, the short ones stay whole; only where that is not enough the oldest
exchanges go. Whoever reads the view is told what is missing.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from harness.orchestrators.reference.answers import clipped
from harness.policies.exchanges import exchanges, joined, pinned
from harness.tokens import message_tokens, view_tokens
from harness.types import Message, View

LEVEL_LEAST = 64
"""Tokens below which a result is not cut down any further."""

NOTE_TOKENS = 40
"""Room for the note that says what is missing."""


def squeezed(view: View, tokens_max: int) -> tuple[Message, ...]:
    """The view in at most so many tokens, where its pins allow that; a shorter one in any case, or the same."""
    messages = tuple(view)
    if view_tokens(messages) <= tokens_max:
        return messages
    cut = _levelled(messages, tokens_max)
    return cut if view_tokens(cut) <= tokens_max else _newest(cut, tokens_max)


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


def _newest(messages: Sequence[Message], tokens_max: int) -> tuple[Message, ...]:
    """The pins and the newest exchanges that fit, with a note in place of the others."""
    units = exchanges(messages)
    room = tokens_max - NOTE_TOKENS - sum(view_tokens(unit) for unit in units if pinned(unit))
    kept: set[int] = set()
    for index in range(len(units) - 1, -1, -1):
        if pinned(units[index]):
            continue
        room -= view_tokens(units[index])
        if room < 0:
            break
        kept.add(index)
    left = [unit for index, unit in enumerate(units) if index in kept or pinned(unit)]
    gone = len(messages) - sum(len(unit) for unit in left)
    place = next((index for index, unit in enumerate(left) if not pinned(unit)), len(left))
    note = Message(
        "user", f"[{gone} earlier messages did not fit any more and are left out; look up again what you need]"
    )
    return joined([*left[:place], (note,), *left[place:]])
