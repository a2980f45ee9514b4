"""What a reader sees in a request: the facts in its text, the work that shows as done, and what failed.

A fold over the messages, so that a growing view costs its new messages only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, TypeAlias
from zlib import crc32

import msgspec

from fakes.work import Action, Source, Work
from harness.arguments import object_in
from harness.folding import Folding
from harness.policies.prompts import HEADS
from harness.tokens import count_tokens, message_tokens
from harness.types import Message, ToolCall

_OMITTED = re.compile(r"^\[result of (\w+)(?: (\{.*\}))?", re.MULTILINE)
DONE = "done"
UP_TO = "all up to "

ASTRAY = "?"
"""What a model whose skill ends adds to the arguments of a look-up, so that it finds nothing."""


@dataclass
class Sight:
    """Facts by name, items done, tools that something visible points at, failed attempts by item.

    `results` and `errors` count the visible results and those that are errors, `lost` the failed calls of a tool that does
    no item, and of each call by which a hidden fact is found. `condensed` are the facts that stand in a summary only, `older`
    the values that another one took the place of, of facts of which the newest holds. `pointed` are those calls by which
    hidden facts are found, of which a result stands in the view or a placeholder names it.

    `places` are the tokens before the end of the line in which a fact stands (a character taken for a byte), `tokens` those
    of all messages, `trail` is a checksum over everything that was read, and `first_open` counts the items found done from
    the first on.
    """

    facts: dict[str, str] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    tools: set[str] = field(default_factory=set)
    failures: dict[str, int] = field(default_factory=dict)
    open: dict[str, ToolCall] = field(default_factory=dict)
    first_open: int = 0
    places: dict[str, int] = field(default_factory=dict)
    tokens: int = 0
    trail: int = 0
    results: int = 0
    errors: int = 0
    lost: dict[str, int] = field(default_factory=dict)
    condensed: set[str] = field(default_factory=set)
    older: dict[str, str] = field(default_factory=dict)
    pointed: set[str] = field(default_factory=set)

    def fork(self) -> Sight:
        """A sight that is added to by itself."""
        return replace(
            self, facts=self.facts.copy(), done=self.done.copy(), tools=self.tools.copy(),
            failures=self.failures.copy(), open=self.open.copy(), places=self.places.copy(),
            lost=self.lost.copy(), condensed=self.condensed.copy(), older=self.older.copy(),
            pointed=self.pointed.copy(),
        )  # fmt: skip

    @property
    def known(self) -> tuple[Any, ...]:
        """What all further work follows from where every visible fact is used, wherever it stands."""
        return self.facts, self.done, self.tools, self.failures, self.open, self.pointed


def sight_of(work: Work) -> Folding[Sight]:
    """A fold from a view to what a reader of this work graph sees in it."""
    wanted = {need for item in work.items for need in item.needs} | {work.goal[0]}
    proves = {item.evidence: item.name for item in work.items if item.evidence}
    index = {item.name: position for position, item in enumerate(work.items)}
    names = [item.name for item in work.items]
    changing = {name for name, kind in work.kinds.items() if kind == "interference"}
    pointers = _pointers(work, wanted)
    paged = _Paged(frozenset(_bare(work, wanted)), frozenset(index))

    def step(sight: Sight, message: Message) -> Sight:
        content, before, read = message.content, sight.tokens, 0
        sight.tokens += message_tokens(message)
        sight.trail = crc32(f"{message.call_id}\n{content}".encode("utf-8", "surrogatepass"), sight.trail)
        for call in message.calls:
            sight.open[call.id] = call
        if message.role == "tool":
            _result(work, sight, message, pointers, paged)
        if "[result of " in content:
            for tool, arguments in _OMITTED.findall(content):
                sight.tools.add(tool)
                _point(sight, pointers, tool, arguments)
        condensed = message.role == "user" and content.startswith(HEADS)
        for line in content.split("\n") if " = " in content else ():
            read += len(line) + 1
            name, is_fact, value = line.partition(" = ")
            if not is_fact:
                continue
            if name in wanted:
                if name in changing and sight.facts.get(name, value.rstrip()) != value.rstrip():
                    sight.older[name] = sight.facts[name]
                sight.facts[name] = value.rstrip()
                sight.places[name] = min(before + count_tokens(read), sight.tokens)
                (sight.condensed.add if condensed else sight.condensed.discard)(name)
            elif name in proves:
                sight.done.add(proves[name])
            elif name == DONE:
                sight.done.update(_listed(value.rstrip(), names, index))
        return sight

    return Folding(Sight, step, Sight.fork)


def pointer(action: Action) -> str:
    """The call by which a fact is found, in one spelling."""
    return f"{action.tool} {msgspec.json.encode(action.arguments, order='sorted').decode()}"


def times_lost(sight: Sight, action: Action) -> int:
    """How many visible look-ups failed that were about the same; one that does not say what it was about counts for all."""
    if not action.arguments:
        return sight.lost.get(action.tool, 0)
    return sight.lost.get(_about(action), 0) + sight.lost.get(_about(Action(action.tool)), 0)


def _about(action: Action) -> str:
    """What a look-up is about: a call that went astray is about the same as the one that was meant."""
    return f"{action.tool} {sorted((name, str(value).rstrip(ASTRAY)) for name, value in action.arguments.items())}"


Pointers: TypeAlias = dict[str, tuple[set[str], set[str]]]
"""By tool, the calls with arguments by which hidden facts are found: those that anybody can make, and derived ones."""


def _pointers(work: Work, wanted: set[str]) -> Pointers:
    found: Pointers = {}
    for source in _sources(work, wanted):
        if not source.obvious and source.action.arguments:
            found.setdefault(source.action.tool, (set(), set()))[source.derived].add(pointer(source.action))
    return found


def _point(sight: Sight, pointers: Pointers, tool: str, arguments: str) -> None:
    """Note what a result or a placeholder names. One that tells no arguments, or cuts them, stands for all calls of its tool
    that can be made by who knows what they are about, and for none that takes what was found elsewhere."""
    if tool not in pointers:
        return
    known, derived = pointers[tool]
    given = object_in(arguments)
    if given is None:
        sight.pointed |= known
    elif (named := pointer(Action(tool, given))) in known | derived:
        sight.pointed.add(named)


class _Paged(NamedTuple):
    """Tools that are called without arguments by somebody who knows them (`bare`), and the names of all items."""

    bare: frozenset[str]
    items: frozenset[str]

    def brought_back(self, tool: str, given: dict[str, Any] | None, item: str | None, answer: str) -> bool:
        """Whether a refused call only brought the parameters of a tool back: nothing was looked up, and no item tried.

        It gave none, and was answered with what is required.
        """
        return given == {} and tool not in self.bare and item not in self.items and "required" in answer


def _bare(work: Work, wanted: set[str]) -> Iterator[str]:
    actions = [*([work.opening] if work.opening else []), *(source.action for source in _sources(work, wanted))]
    return (action.tool for action in actions if not action.arguments)


def _sources(work: Work, wanted: set[str]) -> list[Source]:
    """Where facts come from: by the work, and by items for which they come from elsewhere."""
    found = [work.source(name) for name in sorted(wanted)]
    found += [source for item in work.items for source in item.sources.values()]
    return [source for source in found if source is not None]


def _result(work: Work, sight: Sight, message: Message, pointers: Pointers, paged: _Paged) -> None:
    call = sight.open.pop(message.call_id, None)
    if call is None:
        return
    read = object_in(call.arguments)
    given = read or {}
    item = work.completes(call.name, given)
    sight.results += 1
    if message.content.startswith("error"):
        sight.errors += 1
        if paged.brought_back(call.name, read, item, message.content):
            return
        if item is None:
            sight.lost[call.name] = sight.lost.get(call.name, 0) + 1
            if call.name in pointers:
                about = _about(Action(call.name, given))
                sight.lost[about] = sight.lost.get(about, 0) + 1
        else:
            sight.failures[item] = sight.failures.get(item, 0) + 1
            _forget(work, sight, item)
        return
    sight.tools.add(call.name)
    _point(sight, pointers, call.name, call.arguments)
    if item is not None:
        sight.done.add(item)


def _forget(work: Work, sight: Sight, name: str) -> None:
    """After a failure, what was looked up for the item may be stale: look again."""
    for item in work.items:
        if item.name == name:
            for need in item.needs:
                source = work.source_of(item, need)
                if source is not None and source.obvious:
                    sight.facts.pop(need, None)


def _listed(value: str, names: list[str], index: dict[str, int]) -> list[str]:
    """The items that a line `done = all up to X, Y, Z` names."""
    listed: list[str] = []
    for part in value.split(", "):
        if part.startswith(UP_TO) and part[len(UP_TO) :] in index:
            listed += names[: index[part[len(UP_TO) :]] + 1]
        elif part in index:
            listed.append(part)
    return listed


def done_line(work: Work, sight: Sight) -> str:
    """The work that shows as done in one line, as short as it can be said."""
    names = [item.name for item in work.items]
    prefix = next((n for n, name in enumerate(names) if name not in sight.done), len(names))
    parts = [f"{UP_TO}{names[prefix - 1]}"] if prefix else []
    parts += [name for name in names[prefix:] if name in sight.done]
    return f"{DONE} = {', '.join(parts)}" if parts else ""
