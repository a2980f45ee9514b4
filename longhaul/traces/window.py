"""Recall at matched tokens: what a plain window of the newest tokens would have held at the very same step.

A policy that keeps more shows more, so recall alone ranks policies by their size: `keep_all` wins by construction. So each
reference is judged twice: in the view that the policy showed, and in a window of just as many tokens of the whole
conversation, the opening (everything before the first call, which no policy drops) and the newest tokens of the rest. With
W the tokens of the policy's messages, P those of the opening, and n those from the newest occurrence of the identifier (its
first letter) to the end of the whole conversation, the window holds it iff n <= W - P.

A pointer is not free. Following it brings a result of F tokens into the view, so where the policy has only a pointer, the
window gets these too: n <= W - P + F. The window points as policies do, with the newest call that returned the identifier,
where that message is in it from its beginning; that is rare, and is there so that `keep_all` comes to 0 exactly, even where
results are so long that nobody shows them whole.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import accumulate
from typing import Any

from harness.history import Event
from harness.metrics.recall import (
    BY_POINTER,
    IN_VIEW,
    LOST,
    Reference,
    band,
    identifiers,
    message_size,
    named,
    references,
    spoken,
)
from harness.tokens import count_tokens, text_bytes

LOOKUP = 0.75
"""The chance that a model which follows a pointer finds what it looks for: that of the profile `mid`."""


@dataclass(frozen=True)
class References:
    """How many identifiers were where when a call used them, and where a window of as many tokens would have had them."""

    in_view: int = 0
    by_pointer: int = 0
    lost: int = 0
    window_in_view: int = 0
    window_by_pointer: int = 0

    @property
    def total(self) -> int:
        """All references."""
        return self.in_view + self.by_pointer + self.lost

    def recall(self, lookup: float) -> float | None:
        """in view + lookup x by pointer, as a share of the references; None where there were none."""
        return round((self.in_view + lookup * self.by_pointer) / self.total, 9) if self.total else None

    def gain(self, lookup: float) -> float | None:
        """The recall above that of a window of as many tokens, from -1 to 1; None where there were no references."""
        view, pointer = self.in_view - self.window_in_view, self.by_pointer - self.window_by_pointer
        return round((view + lookup * pointer) / self.total, 9) if self.total else None


def together(several: Iterable[References]) -> References:
    """Their sum."""
    rows = [[getattr(one, field.name) for field in fields(References)] for one in several]
    return References(*map(sum, zip(*rows, strict=True))) if rows else References()


def compared(events: Sequence[Event], whole: Whole | None) -> dict[int, References]:
    """The references of a run, by the least distance of their band, each held against the window at its step.

    `whole` is None where the run itself kept everything: then the window is what it showed.
    """
    bands: dict[int, list[int]] = {}
    for one in references(events):
        counts = bands.setdefault(band(one.distance), [0, 0, 0, 0, 0])
        counts[one.found] += 1
        window = whole.window(one) if whole else one.found
        if window != LOST:
            counts[3 + window] += 1
    return {least: References(*counts) for least, counts in sorted(bands.items())}


class Whole:
    """A conversation of which nothing was taken away, from the events of a run that kept everything.

    `ends` are the numbers of messages that its steps showed, `starts` the tokens before each message.
    """

    def __init__(self, events: Sequence[Event]) -> None:
        self._messages: list[Mapping[str, Any]] = []
        self._ends: list[int] = []
        self._steps: dict[str, int] = {}
        for event in events:
            if event.site == "model" and event.kind == "request" and event.detail["tools"]:
                del self._messages[event.detail["shared"] :]
                self._messages += event.detail["new"]
                self._ends.append(len(self._messages))
            elif event.site == "model" and event.kind == "reply":
                for call in event.detail["calls"][:1]:
                    self._steps.setdefault(call["id"], len(self._ends) - 1)
        sizes = [count_tokens(message_size(message)) for message in self._messages]
        self._starts = list(accumulate(sizes, initial=0))
        self._opening = self._ends[0] if self._ends else 0
        self._index(named(events))

    def _index(self, wanted: frozenset[str]) -> None:
        """Which messages hold an identifier, make a call, or bring its result."""
        self._places: dict[str, list[int]] = {}
        self._made: dict[str, int] = {}
        self._results: dict[str, int] = {}
        for place, message in enumerate(self._messages):
            texts = [message["content"], *(spoken(call["arguments"]) for call in message.get("calls", ()))]
            for word in {word for text in texts for word in wanted.intersection(identifiers(text))}:
                self._places.setdefault(word, []).append(place)
            for call in message.get("calls", ()):
                self._made[call["id"]] = place
            if message.get("call_id"):
                self._results[message["call_id"]] = place

    def window(self, one: Reference) -> int:
        """Where a window of as many tokens has what is referred to: IN_VIEW, BY_POINTER or LOST.

        A step that the whole conversation did not come to speaks for nobody: the window does what the policy did.
        """
        step = self._steps.get(one.asked)
        if step is None:
            return one.found
        end = self._ends[step]
        room = one.tokens - self._starts[self._opening] + self._fetched(one.pointer)
        if self._holds(one.word, end, room):
            return IN_VIEW
        call = self._made.get(one.source, end)
        return BY_POINTER if call < end and self._starts[end] - self._starts[call] <= room else LOST

    def _fetched(self, pointer: str) -> int:
        """Tokens that come back when this call is made again."""
        place = self._results.get(pointer)
        return 0 if place is None else self._starts[place + 1] - self._starts[place]

    def _holds(self, word: str, end: int, room: int) -> bool:
        """Whether the opening, or so many tokens before the `end`, hold a word."""
        places = self._places.get(word, [])
        newest = bisect_left(places, end) - 1
        if newest < 0:
            return False
        place = places[newest]
        left = room - (self._starts[end] - self._starts[place + 1])
        if places[0] < self._opening or left >= self._starts[place + 1] - self._starts[place]:
            return True
        return left > 0 and count_tokens(_bytes_from(word, self._messages[place])) <= left


def _bytes_from(word: str, message: Mapping[str, Any]) -> int:
    """Bytes from the last occurrence of a word in a message that holds it to the end of that message."""
    after = 0
    for call in reversed(message.get("calls", ())):
        if word in call["arguments"] and word in identifiers(spoken(call["arguments"])):
            return after + text_bytes(call["arguments"][_last(word, call["arguments"]) :])
        after += text_bytes(call["name"] + call["arguments"])
    return after + text_bytes(message["content"][_last(word, message["content"]) :])


def _last(word: str, text: str) -> int:
    """Where a word stands last in a text that holds it, and is no part of a longer one.

    Where it only seems to be one (`\\n` before it, in JSON), where it stands last at all.
    """
    at = last = text.rfind(word)
    while at >= 0 and not _alone(text, at, at + len(word)):
        at = text.rfind(word, 0, at + len(word) - 1)
    return max(at if at >= 0 else last, 0)


def _alone(text: str, start: int, stop: int) -> bool:
    """Whether what stands there ends at its ends: dots and hyphens join words, but only where a word follows."""
    before = text[max(0, start - 80) : start].rstrip(".-")[-1:]
    after = text[stop : stop + 80].lstrip(".-")[:1]
    return not any(letter.isascii() and (letter.isalnum() or letter == "_") for letter in (before, after))
