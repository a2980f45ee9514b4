"""Every moment of a run at which its process may die, with what is on disk and under way just then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from harness.catalogue.written import Fact, Written, written
from harness.history import Event
from harness.points import When
from harness.types import Tool

if TYPE_CHECKING:
    from harness.run import Run


@dataclass
class Batch:
    """Calls that are under way together: how many were begun, and how many of them have had their effect."""

    begun: int = 0
    settled: int = 0


@dataclass(frozen=True)
class Moment:
    """One moment at which a life may end.

    `facts` are the records that this passage writes or makes durable, `pending` those that a crash here may take,
    `unflushed` their bytes. A torn write is cut `inside` of a fact or `behind` it, at byte `cut_at` of `size`. `settled` of
    the calls in `batch` have had their effect.
    """

    site: str
    nth: int
    when: When
    life: int
    number: int
    facts: tuple[Fact, ...] = ()
    pending: tuple[Fact, ...] = ()
    unflushed: int = 0
    durable: bool = False
    inside: Fact | None = None
    behind: Fact | None = None
    following: Fact | None = None
    cut_at: int = 0
    size: int = 0
    text_only: bool = False
    tool: Tool | None = None
    call: str = ""
    conditional: bool = False
    batch: Batch = field(default_factory=Batch)
    settled: int = 0

    @property
    def door(self) -> str:
        """The site without the name of a tool."""
        return self.site if self.site.startswith("disk:") else self.site.partition(":")[0]


@dataclass(frozen=True)
class Moments:
    """The moments of a run in their order, and what they were read from."""

    all: tuple[Moment, ...]
    journal: Written
    begun_in: dict[str, int]
    mutating: frozenset[str]


def moments(run: Run) -> Moments:
    """Every moment of a run at which a strike of ours can kill it: where a planned fault already strikes, none can."""
    reader = _Reader(run)
    found = tuple(moment for event in run.events for moment in reader.read(event))
    struck = {(event.site, event.nth) for event in run.events if event.kind == "struck"}
    free = tuple(moment for moment in found if (moment.site, moment.nth) not in struck)
    return Moments(free, reader.journal, reader.begun_in, frozenset(reader.mutating))


class _Reader:
    """Goes through the events and knows at each what is pending and under way."""

    def __init__(self, run: Run) -> None:
        self.journal = written(run)
        self.begun_in: dict[str, int] = {}
        self.mutating: set[str] = set()
        self._tools = {tool.name: tool for tool in run.setup.tools}
        self._pending: list[Fact] = []
        self._unflushed = 0
        self._durable = False
        self._batch = Batch()
        self._under_way: dict[tuple[str, int], Event] = {}
        self._seen_text_only: set[int] = set()
        self._read: set[tuple[str, str]] = set()
        self._naps: list[tuple[int, Moment]] = []

    def read(self, event: Event) -> Iterator[Moment]:
        """The moments around one event, in their order."""
        yield from self._woken(event)
        match event.site.partition(":")[0], event.kind:
            case "life", "died":
                self._die(event)
            case "disk", "done":
                yield from self._disk(event)
            case "model", "request":
                if not event.detail["tools"] and self._tools:
                    self._seen_text_only.add(event.nth)
                yield self._at(event, "before", text_only=event.nth in self._seen_text_only)
            case "model", "reply":
                yield self._at(event, "after", text_only=event.nth in self._seen_text_only)
            case "wire", "sent" if event.detail["status"] == 200:
                yield self._at(event, "torn")
            case "tool", kind:
                yield from self._tool(event, kind)
            case ("query", "call") | ("human", "question"):
                yield self._at(event, "before")
            case ("query", "result") | ("human", "answer"):
                yield self._at(event, "after")
            case "sleep", "sleep":
                yield self._at(event, "before")
                self._naps.append((event.at_ms + max(0, event.detail["ms"]), self._at(event, "after")))

    def _at(self, event: Event, when: When, **more: Any) -> Moment:
        state: dict[str, Any] = {
            "pending": tuple(self._pending), "unflushed": self._unflushed, "durable": self._durable,
            "batch": self._batch, "settled": self._batch.settled,
        }  # fmt: skip
        return Moment(event.site, event.nth, when, event.life, event.number, **{**state, **more})

    def _woken(self, event: Event) -> Iterator[Moment]:
        """The ends of waits that were reached before this event."""
        due = [nap for until, nap in self._naps if event.at_ms >= until]
        self._naps = [(until, nap) for until, nap in self._naps if event.at_ms < until]
        yield from (nap for nap in due if nap.life == event.life)

    def _die(self, event: Event) -> None:
        self._durable = self._durable or event.detail["kept"] > 0
        self._pending, self._unflushed = [], 0
        self._batch = Batch()
        self._under_way.clear()
        self._naps.clear()

    def _disk(self, event: Event) -> Iterator[Moment]:
        facts = self.journal.appends.get(event.number, ())
        if event.site == "disk:flush":
            facts = tuple(self._pending)
        yield self._at(event, "before", facts=facts)
        if event.site == "disk:append":
            self._pending += facts
            self._unflushed += event.detail["bytes"]
            yield from self._cuts(event, facts)
        elif event.site == "disk:flush":
            self._durable = self._durable or self._unflushed > 0
            self._pending, self._unflushed = [], 0
        yield self._at(event, "after", facts=facts)

    def _cuts(self, event: Event, facts: tuple[Fact, ...]) -> Iterator[Moment]:
        """A torn write may end inside of each record, and between each and the next."""
        size = event.detail["bytes"]
        if not facts:
            yield self._at(event, "torn", cut_at=size // 2, size=size)
            return
        for fact, following in zip(facts, (*facts[1:], None), strict=True):
            middle = fact.start + max(1, (fact.end - fact.start) // 2)
            yield self._at(event, "torn", facts=facts, inside=fact, cut_at=middle, size=size)
            if following is not None and following.start >= fact.end:
                yield self._at(event, "torn", facts=facts, behind=fact, following=following, cut_at=fact.end, size=size)

    def _tool(self, event: Event, kind: str) -> Iterator[Moment]:
        tool = self._tools.get(event.site.removeprefix("tool:"))
        passage = (event.site, event.nth)
        if kind == "call":
            yield self._begin(event, tool)
        elif kind == "effect" or (kind == "result" and passage in self._under_way and not _changes(tool)):
            self._batch.settled += 1
        if kind == "result":
            call = self._under_way.pop(passage, None)
            yield self._at(event, "after", tool=tool, call=event.detail["id"])
            if call is not None and tool is not None and tool.effect == "read":
                self._read.update(_arguments(call))
        elif kind == "error":
            self._under_way.pop(passage, None)
        if kind in ("result", "error") and not self._under_way:
            self._batch = Batch()

    def _begin(self, event: Event, tool: Tool | None) -> Moment:
        call = event.detail["id"]
        self.begun_in.setdefault(call, event.life)
        if _changes(tool):
            self.mutating.add(call)
        self._under_way[event.site, event.nth] = event
        self._batch.begun += 1
        named = {pair for pair in _arguments(event) if tool is not None and pair[0] in tool.intent}
        conditional = tool is not None and tool.effect == "write" and bool(named & self._read)
        return self._at(event, "before", tool=tool, call=call, conditional=conditional)


def _changes(tool: Tool | None) -> bool:
    return tool is not None and tool.effect != "read"


def _arguments(event: Event) -> set[tuple[str, str]]:
    try:
        given = msgspec.json.decode(event.detail["arguments"], type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeError):
        return set()
    return {(name, repr(value)) for name, value in given.items()}
