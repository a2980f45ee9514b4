"""The numbers of one recorded conversation, by the formulas of `harness.metrics`, and its waste as far as it can be told.

Every token that a call showed is counted in one kind: *static* (shown by the first call and again), *duplicate* (a message
with the same content was already shown), *dead* (an estimate: a tool result after the last call that names an identifier
which stands in it, or, if none ever does, after it was shown once), *overhead* (summaries and placeholders of the recorded
harness), and *live*, the remainder.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from harness.cache import cached_tokens
from harness.metrics.recall import identifiers, spoken
from harness.metrics.tokens import epochs, exponent, growth, slope, spikes
from longhaul.traces.shown import Item, Shown, arguments_of, calls, tokens_in
from scenarios.importers.trajectory import Trajectory

KINDS = ("static", "duplicate", "dead", "overhead", "live")
SHORT = 16
"""Contents of fewer tokens are no duplicates: `ok` comes again and again and costs nothing."""

GROWTH_CALLS = 24
"""Fewer calls have no growth class: in four of five short chats that it called exponential, the sum grew nearly linearly."""


@dataclass(frozen=True)
class Measured:
    """One conversation. Tokens are the project's count; `vendor_input` is what the recording says that the vendor counted.

    `waste` are tokens by kind, summed over the calls; `tools` is the part of the input that tool results are. `compactions`
    and `microcompactions` are those that the recorded harness made itself.
    """

    id: str
    model: str
    harness: str
    messages: int
    results: int
    errors: int
    inputs: tuple[int, ...]
    input: int
    cached: int
    output: int
    vendor_input: int
    compactions: int
    microcompactions: int
    tools: int
    unique: int
    waste: Mapping[str, int]

    @property
    def calls(self) -> int:
        """Calls of the model."""
        return len(self.inputs)

    @property
    def peak(self) -> int:
        """Tokens of the biggest input."""
        return max(self.inputs, default=0)

    @property
    def slope(self) -> float | None:
        """Tokens that a call adds: the median over epochs of the Theil-Sen slope."""
        return slope(self.inputs)

    @property
    def growth(self) -> str | None:
        """The growth class; None below 24 calls."""
        return growth(self.inputs) if self.calls >= GROWTH_CALLS else None

    @property
    def exponent(self) -> float | None:
        """The cumulative exponent; None below 12 calls."""
        return exponent(self.inputs)

    @property
    def spikes(self) -> int:
        """Calls whose input jumped."""
        return spikes(self.inputs)

    @property
    def epochs(self) -> int:
        """Stretches in which the input grows; the next one begins where it fell below 0.8 of the one before."""
        return len(epochs(self.inputs))

    @property
    def amplification(self) -> float | None:
        """How often a token was sent on average."""
        return self.input / self.unique if self.unique else None


def measure(trajectory: Trajectory) -> Measured:
    """Measure one conversation."""
    messages = trajectory.messages
    books = _Books(messages)
    view = Shown()
    inputs: list[int] = []
    waste = dict.fromkeys(KINDS, 0)
    cached = output = 0
    for call in calls(trajectory, view, books.item):
        inputs.append(call.input)
        cached += cached_tokens(min(call.prefix, call.input), 0)
        output += sum(tokens_in(messages[place]) for place in range(call.start, call.stop))
        waste["overhead"] += call.overhead
        for place in range(call.start, call.stop):
            books.used(messages[place], call.number)
    ended = [*view.gone, *((item, view.calls) for item in view.items.values())]
    tools = _account(ended, waste)
    waste["live"] = sum(inputs) - sum(waste.values())
    kinds = [event.get("kind") for event in trajectory.events]
    results = [message for message in messages if message["role"] == "tool"]
    return Measured(
        trajectory.id, trajectory.model, trajectory.harness, len(messages), len(results),
        sum(bool(message.get("is_error")) for message in results), tuple(inputs), sum(inputs), cached, output,
        _vendor(messages), kinds.count("compaction"), kinds.count("microcompaction"), tools,
        sum(item.tokens for item, end in ended if end > item.first), waste,
    )  # fmt: skip


def _account(ended: Iterable[tuple[Item, int]], waste: dict[str, int]) -> int:
    """Put the tokens of every item and call into their kind; the tokens of tool results."""
    tools = 0
    for item, end in ended:
        shown = end - item.first
        if shown <= 0:
            continue
        if item.role == "tool":
            tools += shown * item.tokens
        if item.first == 0:
            waste["static"] += (shown - 1) * item.tokens
        elif item.duplicate:
            waste["duplicate"] += shown * item.tokens
        elif item.role == "tool":
            waste["dead"] += max(0, end - 1 - max(item.first, item.last_use)) * item.tokens
    return tools


def _vendor(messages: Iterable[Mapping[str, Any]]) -> int:
    """Input tokens as the vendor counted them, cached ones included; 0 where the recording does not say."""
    told = [message["usage"] for message in messages if isinstance(message.get("usage"), Mapping)]
    return sum(int(usage.get(key) or 0) for usage in told for key in ("in", "cache_read", "cache_write"))


class _Books:
    """Which items hold the identifiers that calls name. Only words that some call names are kept, so it stays small."""

    def __init__(self, messages: Sequence[Mapping[str, Any]]) -> None:
        self._messages = messages
        self._named = {word for message in messages for word in _words(message)}
        self._holders: dict[str, list[Item]] = {}
        self._elsewhere: set[str] = set()
        self._seen: set[bytes] = set()

    def item(self, index: int, call: int) -> Item:
        """The item of a message; the identifiers in a tool result that nobody named before are its own."""
        message = self._messages[index]
        text = message.get("content") or ""
        made = Item(index, message["role"], tokens_in(message), call)
        if made.tokens >= SHORT and message["role"] != "assistant":
            digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
            made.duplicate = digest in self._seen
            self._seen.add(digest)
        words = self._named.intersection(identifiers(text)) if self._named else ()
        for word in words:
            if message["role"] == "tool" and word not in self._elsewhere:
                self._holders.setdefault(word, []).append(made)
            elif word not in self._holders:
                self._elsewhere.add(word)
        return made

    def used(self, message: Mapping[str, Any], call: int) -> None:
        """A call names identifiers: the results that hold them are still in use."""
        for word in _words(message):
            held = self._holders.get(word)
            if held is None:
                self._elsewhere.add(word)
            for item in held or ():
                item.last_use = call


def _words(message: Mapping[str, Any]) -> Iterable[str]:
    for call in message.get("tool_calls") or ():
        yield from identifiers(spoken(arguments_of(call)))
