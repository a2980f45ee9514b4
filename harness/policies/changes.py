"""What policies share: pointers in place of results, what a call is about, and when a changed view is worth returning."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from harness.arguments import canonical, object_in
from harness.policies.exchanges import halves, joined, pinned, tokens_of
from harness.policies.prompts import HEAD
from harness.tokens import message_tokens, text_bytes, view_tokens
from harness.types import Message, ToolCall, View

POINTER = "[result of "
ARGUMENT_CHARACTERS = 60
"""Of the arguments of a call, how much a pointer repeats; the call itself still stands in the view."""


def calls_in(view: View) -> dict[str, ToolCall]:
    """The calls of a view by their ids."""
    return {call.id: call for message in view for call in message.calls}


def results_in(view: View) -> list[int]:
    """Where the tool results of a view stand, the oldest first."""
    return [index for index, message in enumerate(view) if message.role == "tool"]


def all_but(keep: int, places: Sequence[int]) -> set[int]:
    """The places without the newest `keep`."""
    return set(places[: max(0, len(places) - keep)])


def paged(message: Message, call: ToolCall | None, why: str = "") -> Message:
    """A result replaced by a pointer to its call; the very message where it is pinned, a pointer, or shorter than one."""
    name = f"{call.name} {call.arguments[:ARGUMENT_CHARACTERS]}" if call else "a call"
    text = f"{POINTER}{name} omitted: {why or f'{text_bytes(message.content)} bytes'}]"
    if message.pinned or message.content.startswith(POINTER) or text_bytes(text) >= text_bytes(message.content):
        return message
    return replace(message, content=text)


def same_call(call: ToolCall) -> tuple[str, str]:
    """What two calls have in common that ask the same: the tool and its arguments, however they are spelled."""
    return call.name, canonical(call.arguments)


THINGS = ("path", "file_path", "file", "filename", "id", "name")
"""Names of arguments that say what a call is about, where it has one of them."""


def about(call: ToolCall) -> str:
    """What a call is about: its path, name or id, else its first argument that is a text; '' where there is none."""
    given = object_in(call.arguments) or {}
    texts = {name: value for name, value in given.items() if isinstance(value, str) and value}
    return next((texts[name] for name in THINGS if name in texts), next(iter(texts.values()), ""))


def is_error(message: Message) -> bool:
    """Whether a result says that its call failed."""
    return message.role == "tool" and message.content.startswith("error")


def is_summary(message: Message) -> bool:
    """Whether a message stands for what was summarised before."""
    return message.role == "user" and not message.pinned and message.content.startswith(HEAD)


def summary_text(message: Message) -> str:
    """What a summary says, without its head."""
    return message.content.removeprefix(HEAD).strip("\n")


def summarised(text: str) -> Message:
    """The message that stands for what was summarised."""
    return Message("user", f"{HEAD}\n{text}")


class Aged(NamedTuple):
    """A view by age: its pins and earlier summaries, what is new since and may go, and the newest exchanges, which stay."""

    pins: tuple[Message, ...]
    summaries: tuple[Message, ...]
    new: tuple[Message, ...]
    newest: tuple[Message, ...]


def aged(view: View, keep: int) -> Aged:
    """A view by age, the newest `keep` exchanges apart."""
    before, newest = halves(view, keep)
    loose = [unit for unit in before if not pinned(unit)]
    return Aged(
        pins=joined(unit for unit in before if pinned(unit)),
        summaries=tuple(unit[0] for unit in loose if is_summary(unit[0])),
        new=joined(unit for unit in loose if not is_summary(unit[0])),
        newest=joined(newest),
    )


def smaller(view: View, changed: Sequence[Message], budget: int) -> View:
    """The changed view, or the very old one where it is no smaller or the policy's own messages exceed the budget."""
    old = set(view)
    added = view_tokens(message for message in changed if message.role != "tool" and message not in old)
    return changed if added <= budget and view_tokens(changed) < tokens_of(view) else view


def as_pages(view: View, places: set[int]) -> tuple[Message, ...]:
    """The view with pointers in these places."""
    calls = calls_in(view)
    return tuple(
        paged(message, calls.get(message.call_id)) if index in places else message for index, message in enumerate(view)
    )


def saving(message: Message, call: ToolCall | None) -> int:
    """Tokens that a pointer in place of a result saves."""
    return message_tokens(message) - message_tokens(paged(message, call))
