"""The judge's own book of a journal: calls begun, keys, outcomes, tokens and turns, counted from the entries alone.

It shares nothing with `evolve`, so that a state that forgot something is found out. One entry costs constant time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from harness.orchestrators.reference.entries import (
    REQUESTS,
    Answered,
    Asked,
    Called,
    Condensed,
    Entry,
    Failed,
    Finished,
    Replied,
    Resumed,
    Returned,
    Started,
    Waiting,
)  # fmt: skip
from harness.types import Limits, Reply

REFUSALS = ("RateLimited", "AuthenticationFailed", "InvalidRequest", "ContextTooLong")
"""Failures of a call that say that this attempt had no effect: it was turned away."""

WHOLE = ("end", "calls", "stop", "tool_calls", "end_turn", "tool_use", "stop_sequence")
"""Why an answer ended that is whole; no call of any other may be made."""


class Begun(msgspec.Struct, gc=False):
    """A call without outcome. `running`: an attempt is under way; `doubtful`: an earlier one may have had its effect."""

    name: str
    running: bool = True
    doubtful: bool = False
    asking: bool = False


class Book:
    """What the record says so far; `note` takes one more entry into account.

    `open` are the calls begun and without outcome, `pending` the calls of the last answer that were not begun, `keys` the
    key under which a call was begun first, `owners` the call of each key.
    """

    def __init__(self) -> None:
        self.limits = Limits()
        self.tokens = 0
        self.turns = 0
        self.over = False
        self.parked = False
        self.partial = False
        self.open: dict[str, Begun] = {}
        self.pending: dict[str, None] = {}
        self.keys: dict[str, str] = {}
        self.owners: dict[str, str] = {}

    def note(self, entry: Entry) -> str:
        """Take one entry into account; what is wrong with the record itself, empty where nothing is."""
        take = _TAKE.get(entry.__class__)
        return (take(self, entry) or "") if take is not None else ""

    def maybe_happened(self, name: str) -> bool:
        """Whether an open call may have had its effect, should the process die now."""
        begun = self.open[name]
        return begun.running or begun.doubtful


def _started(book: Book, entry: Started) -> None:
    book.limits = entry.limits


def _resumed(book: Book, entry: Resumed) -> None:
    book.parked = False
    for begun in book.open.values():
        begun.doubtful = begun.doubtful or begun.running
        begun.running = False


def _asked(book: Book, entry: Asked) -> None:
    book.tokens += entry.tokens


def _paid(book: Book, reply: Reply) -> None:
    """Count the output as the vendor does, but no more than was reserved for it: its count may be odd."""
    if reply.usage is not None:
        book.tokens += max(0, min(reply.usage.output, book.limits.max_output))


def _replied(book: Book, entry: Replied) -> str:
    reply = entry.reply
    _paid(book, reply)
    book.turns += 1
    book.partial = reply.stop not in WHOLE
    left = (*book.open, *book.pending) if book.open or book.pending else ()
    book.open.clear()
    book.pending = {call.id: None for call in reply.calls}
    return f"the model had answered while calls had no result: {', '.join(left)}" if left else ""


def _condensed(book: Book, entry: Condensed) -> None:
    _paid(book, entry.reply)


def _called(book: Book, entry: Called) -> str:
    wrong = ""
    unheard_of = entry.facts is not None and entry.facts.get("found") is False
    for intent in entry.intents:
        name, key = intent.call.id, intent.key
        known = book.keys.setdefault(name, key)
        owner = book.owners.setdefault(key, name)
        if known != key:
            wrong = f"call {name} was begun under the key {known}, and then under {key}"
        elif owner != name:
            wrong = f"call {name} was begun under the key {key} of call {owner}"
        book.pending.pop(name, None)
        begun = book.open.get(name)
        if begun is None:
            book.open[name] = Begun(intent.call.name)
        else:
            begun.running, begun.asking, begun.doubtful = True, False, begun.doubtful and not unheard_of
    return wrong


def _returned(book: Book, entry: Returned) -> None:
    book.open.pop(entry.id, None)
    book.pending.pop(entry.id, None)


def _failed(book: Book, entry: Failed) -> None:
    begun = book.open.get(entry.what) if entry.what not in REQUESTS else None
    if begun is None:
        return
    if begun.asking:  # the question to the person failed, not the call
        return
    begun.doubtful = begun.doubtful or entry.error not in REFUSALS
    begun.running = False


def _waiting(book: Book, entry: Waiting) -> None:
    if begun := book.open.get(entry.id):
        begun.asking = True


def _answered(book: Book, entry: Answered) -> None:
    begun = book.open.get(entry.id)
    if begun is None:
        return
    if entry.happened:
        del book.open[entry.id]
    else:
        begun.running = begun.asking = False
        begun.doubtful = entry.happened is None


def _finished(book: Book, entry: Finished) -> None:
    book.parked = entry.outcome == "parked"
    book.over = not book.parked


_TAKE: dict[type, Callable[[Book, Any], str | None]] = {
    Started: _started,
    Resumed: _resumed,
    Asked: _asked,
    Replied: _replied,
    Condensed: _condensed,
    Called: _called,
    Returned: _returned,
    Failed: _failed,
    Waiting: _waiting,
    Answered: _answered,
    Finished: _finished,
}
