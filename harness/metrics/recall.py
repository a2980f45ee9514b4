"""Reference recall: is what the model uses later still in the view, or at least reachable from it?

For each reply with tool calls, the identifiers in the arguments of its calls that first came up in an earlier tool result:
at that very request each of them was

* **in view**: somewhere in the text or in the arguments of a shown message;
* **by pointer**: not in view, but a call whose result held it is still shown (a placeholder, or a result cut short), so that
  making that call again brings it back;
* **lost**: neither.

What the goal, a person (who may answer `ask_user`) or the model itself named first is no reference. An identifier is a word
of 4 to 80 characters that plain English does not have: with a digit, an underscore, a dot or a hyphen inside, or a capital
after a small letter. Paths count by their components, because tools print them relative and models write them absolute.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from harness.arguments import NOT_JSON
from harness.tokens import count_tokens, text_bytes

if TYPE_CHECKING:
    from harness.history import Event

_WORD = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{2,78}[A-Za-z0-9_]")
_TELLING = re.compile(r"[0-9_.-]|[a-z][A-Z]")

IN_VIEW, BY_POINTER, LOST = range(3)

PERSON = "tool:ask_user"
"""Where a person answers: what they name first is theirs, and no reference to a tool result."""

REMEMBERED_CHARACTERS = 20_000
"""Longer texts are read anew each time: what is remembered stays below some 100 MB."""


def identifiers(text: str) -> tuple[str, ...]:
    """The identifiers of a text, each once, in order of appearance."""
    return _identifiers(text) if len(text) <= REMEMBERED_CHARACTERS else _identifiers.__wrapped__(text)


@lru_cache(maxsize=2_048)
def _identifiers(text: str) -> tuple[str, ...]:
    """Remembered, because run after run under other policies shows the same texts."""
    return tuple(word for word in dict.fromkeys(_WORD.findall(text)) if _TELLING.search(word))


def spoken(arguments: str) -> str:
    """The strings and numbers inside the JSON of a call's arguments, one a line; broken JSON as it is."""
    try:
        return "\n".join(_leaves(msgspec.json.decode(arguments)))
    except NOT_JSON:
        return arguments


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner)
    elif value is not None:
        yield str(value)


@dataclass(frozen=True)
class Recall:
    """References by where they were found; `bands` are the same three counts by the least distance of a band (`band`)."""

    in_view: int = 0
    by_pointer: int = 0
    lost: int = 0
    bands: Mapping[int, list[int]] = field(default_factory=dict, compare=False)

    @property
    def total(self) -> int:
        """All references."""
        return self.in_view + self.by_pointer + self.lost

    def score(self, p_lookup: float = 1.0) -> float | None:
        """in view + p_lookup x by pointer, as a share of the references; None where there were none.

        `p_lookup` is the chance that a model follows a pointer and finds what it looks for, a skill of its profile.
        """
        return self.share(self.in_view + p_lookup * self.by_pointer)

    def share(self, count: float) -> float | None:
        """So many of all references, as a share."""
        return round(count / self.total, 9) if self.total else None


def band(distance: int) -> int:
    """The least distance of the band of so many turns: 1, 2, 4, 8, ..."""
    return 1 << (max(1, distance).bit_length() - 1)


class Reference(NamedTuple):
    """An identifier of an earlier tool result in the calls of a reply, and where the request before that reply held it.

    `found` is IN_VIEW, BY_POINTER or LOST, `distance` the turns since the newest of the calls whose results held it,
    `source`, was made. `pointer` is the newest of these calls that is shown; empty but for BY_POINTER. `asked` is the id of the
    first call of the reply, `tokens` what the messages of the request take.
    """

    word: str
    found: int
    distance: int
    asked: str
    tokens: int
    source: str
    pointer: str


def recall(events: Sequence[Event]) -> Recall:
    """Reference recall of a history: all events of one run, in order."""
    counts = [0, 0, 0]
    bands: dict[int, list[int]] = {}
    for one in references(events):
        counts[one.found] += 1
        bands.setdefault(band(one.distance), [0, 0, 0])[one.found] += 1
    return Recall(counts[IN_VIEW], counts[BY_POINTER], counts[LOST], dict(sorted(bands.items())))


def references(events: Sequence[Event]) -> Iterator[Reference]:
    """Every reference of a history, in order: all events of one run."""
    tally = _Tally(named(events))
    for event in events:
        if event.site == "model" and event.kind == "request":
            tally.shown(event.detail)
        elif event.site == "model" and event.kind == "reply":
            yield from tally.replied(event.detail)
        elif event.kind == "result" and event.site.startswith("tool:"):
            tally.returned(event.detail, event.site == PERSON)


def message_size(message: Mapping[str, Any]) -> int:
    """UTF-8 bytes of a message as the door notes it: its text, and the names and arguments of its calls."""
    calls = message.get("calls", ())
    return text_bytes(message["content"]) + sum(text_bytes(call["name"] + call["arguments"]) for call in calls)


def named(events: Iterable[Event]) -> frozenset[str]:
    """The identifiers that some call names. Nothing else can be a reference, and of long runs they are a small part."""
    replies = (event.detail for event in events if event.site == "model" and event.kind == "reply")
    return frozenset(
        word for reply in replies for call in reply["calls"] for word in identifiers(spoken(call["arguments"]))
    )


@dataclass
class _Tally:
    """What was seen so far of the identifiers that are `named` by calls.

    `sources` holds for an identifier the calls whose results held it, or nothing where it was first named otherwise. Texts
    are numbered; `places` tells which texts hold an identifier, `texts` which of them, and `calls` which calls, are in view.
    """

    named: frozenset[str]
    sources: dict[str, set[str]] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    places: dict[str, list[int]] = field(default_factory=dict)
    view: list[tuple[tuple[int, ...], tuple[str, ...], int]] = field(default_factory=list)
    tokens: int = 0
    texts: set[int] = field(default_factory=set)
    calls: set[str] = field(default_factory=set)
    offered: bool = False
    turn: int = 0
    turns: dict[str, int] = field(default_factory=dict)

    def shown(self, detail: Mapping[str, Any]) -> None:
        """A request: bring the view up to date."""
        if detail["shared"] < len(self.view):
            del self.view[detail["shared"] :]
            self.texts = {number for numbers, _, _ in self.view for number in numbers}
            self.calls = {call for _, calls, _ in self.view for call in calls}
            self.tokens = sum(tokens for _, _, tokens in self.view)
        for message in detail["new"]:
            calls = message.get("calls", ())
            numbers = (
                self._number(message["content"]),
                *(self._number(spoken(call["arguments"])) for call in calls),
            )
            names = tuple(call["id"] for call in calls)
            tokens = count_tokens(message_size(message))
            self.view.append((numbers, names, tokens))
            self.tokens += tokens
            self.texts.update(numbers)
            self.calls.update(names)
        self.offered = detail["tools"] > 0
        self.turn += self.offered

    def _number(self, text: str) -> int:
        """The number of a text; one that is new is read for identifiers."""
        number = self.numbers.get(text)
        if number is None:
            number = self.numbers[text] = len(self.numbers)
            for word in self._words(text):
                self.places.setdefault(word, []).append(number)
                self.sources.setdefault(word, set())
        return number

    def _words(self, text: str) -> frozenset[str]:
        """The identifiers of a text that matter."""
        return self.named.intersection(identifiers(text))

    def replied(self, detail: Mapping[str, Any]) -> Iterator[Reference]:
        """A reply: judge what its calls refer to; what is new in it is the model's own."""
        used = dict.fromkeys(word for call in detail["calls"] for word in identifiers(spoken(call["arguments"])))
        for word in used if self.offered else ():
            sources = self.sources.get(word)
            if sources:
                yield self._judged(word, sources, detail["calls"][0]["id"])
        for word in (*self._words(detail["text"]), *used):
            self.sources.setdefault(word, set())

    def _judged(self, word: str, sources: set[str], asked: str) -> Reference:
        source, pointer = self._newest(sources), ""
        if not self.texts.isdisjoint(self.places.get(word, ())):
            found = IN_VIEW
        else:
            pointer = self._newest(sources & self.calls)
            found = BY_POINTER if pointer else LOST
        return Reference(word, found, self.turn - self.turns[source], asked, self.tokens, source, pointer)

    def _newest(self, calls: set[str]) -> str:
        return max(calls, key=lambda call: (self.turns[call], call), default="")

    def returned(self, detail: Mapping[str, Any], by_person: bool = False) -> None:
        """A tool result: what nobody has named before comes from here, unless a person said it."""
        self.turns.setdefault(detail["id"], self.turn)  # now, because it may never be shown
        for word in self._words(detail.get("content") or detail.get("error") or ""):
            sources = self.sources.get(word)
            if sources is None:
                self.sources[word] = set() if by_person else {detail["id"]}
            elif sources and not by_person:
                sources.add(detail["id"])
