"""The model that reads: a pure function of the request it is shown. Text in, reply out, no side channel.

It does the next item whose facts it sees and of which it sees no evidence. A fact that it does not see it looks up where it
knows to look or is told to; where nothing tells it that something is missing, it makes a value up. Finished work of which
no trace is left is done again, and without a visible goal it stops early. So an orchestrator that keeps the text keeps the
fact, whatever its own data structures are.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from hashlib import blake2b
from typing import Any

import msgspec

from fakes.models.profile import Profile, profile, used
from fakes.models.sight import Sight, done_line, sight_of
from fakes.work import Action, Item, Work
from harness.policies.prompts import PROMPTS
from harness.tokens import count_tokens, text_bytes
from harness.types import Message, Reply, Request, ToolCall
from harness.vector import Vector

WORDS = ("Next: ", "Going on with ", "Now ", "I continue with ")
"""Wordings; a request that was answered before is answered in other words."""


class Reader:
    """A reader of one work graph with the skills of one profile. `seed` decides which visible facts go unused."""

    def __init__(self, work: Work, name: str = "perfect", seed: int = 0) -> None:
        self.work = work
        self.profile: Profile = profile(name)
        self.seed = seed
        self.window = self.profile.window
        self.latency_ms = self.profile.latency_ms
        self._sight = sight_of(work)
        needs = dict.fromkeys(need for item in work.items for need in item.needs)
        self._sources = {need: work.source(need) for need in needs}
        self._hidden = tuple(need for need, source in self._sources.items() if source is None or not source.obvious)

    def fork(self) -> Reader:
        """A reader that remembers the same view and goes on by itself."""
        forked = copy(self)
        forked._sight = self._sight.fork()
        return forked

    def essence(self, view: Vector[Message]) -> Any:
        """What of a view decides all that this model will do from here on, wordings and ids apart.

        None for a profile that minds where in the view a fact stands. Valid until the reader reads on.
        """
        if self.profile.literal < 1:
            return None
        return self._sight(view).known

    def __call__(self, request: Request, nth: int) -> Reply:
        """Answer a request that was answered `nth` times before."""
        view = request.messages
        sight = self._sight(view if isinstance(view, Vector) else Vector(view))
        if not request.tools or _asks_for_summary(view[-1]):
            return Reply(self._summary(sight, request.max_output))
        if sight.facts.get(self.work.goal[0]) != self.work.goal[1]:
            return Reply("I see nothing that is left to do.")
        actions = self._actions(sight, nth)
        if not actions:
            return Reply(self.work.answer)
        stem = self._stem(sight, nth)
        calls = tuple(
            ToolCall(f"call_{stem}{index}", action.tool, msgspec.json.encode(action.arguments).decode())
            for index, action in enumerate(actions)
        )
        return Reply(WORDS[nth % len(WORDS)] + ", ".join(action.tool for action in actions), calls, "calls")

    def _actions(self, sight: Sight, nth: int) -> list[Action]:
        work = self.work
        if work.opening and not sight.done and not sight.facts.keys() - {work.goal[0]} and not sight.tools:
            return [work.opening]
        items = list(_first(self._left(sight), work.width + (nth > 0)))
        if nth and len(items) > 1:
            items = items[1:] if nth % 2 else items[::-1]
        if not items:
            return []
        lookups = self._lookups(sight, items[0])
        if lookups:
            return lookups
        ready = (item for item in items[1 : work.width] if not self._lookups(sight, item))
        return [item.act(self._values(sight, item)) for item in (items[0], *ready)]

    def _left(self, sight: Sight) -> Iterator[Item]:
        """The items without evidence of being done, in order; what was found done is not looked at again."""
        items, done = self.work.items, sight.done
        while sight.first_open < len(items) and items[sight.first_open].name in done:
            sight.first_open += 1
        return (items[place] for place in range(sight.first_open, len(items)) if items[place].name not in done)

    def _lookups(self, sight: Sight, item: Item) -> list[Action]:
        """What must be looked up for an item: facts not in sight that it knows, or is told, to look for."""
        found: list[Action] = []
        for need in item.needs:
            if need in sight.facts:
                continue
            source = self._sources[need]
            if source is None:
                continue
            if (source.obvious or source.action.tool in sight.tools) and source.action not in found:
                found.append(source.action)
        return found

    def _values(self, sight: Sight, item: Item) -> dict[str, str]:
        """The facts as this model uses them: seen and used, or made up."""
        values = {}
        for need in item.needs:
            seen = sight.facts.get(need)
            if seen is not None and self._uses(sight, item, need):
                values[need] = seen
            else:
                values[need] = self.work.guesses.get(need, "unknown")
        return values

    def _uses(self, sight: Sight, item: Item, need: str) -> bool:
        """Whether this model uses a fact that it sees, as its profile says for the place where the fact stands."""
        place = sight.places[need]
        p = self.profile.p_use(sight.tokens, place, sight.tokens - place)
        return used(self.seed, item.name, need, sight.failures.get(item.name, 0), p)

    def _summary(self, sight: Sight, max_output: int) -> str:
        """What is done, and every fact that cannot simply be looked up again: its value, or where it may be found."""
        lines = [done_line(self.work, sight)]
        for name in self._hidden:
            source = self._sources[name]
            if name in sight.facts:
                lines.append(f"{name} = {sight.facts[name]}")
            elif source is not None and source.action.tool in sight.tools:
                lines.append(f"[result of {source.action.tool} omitted]")
        text = ""
        for line in filter(None, reversed(lines)):
            longer = f"{text}\n{line}" if text else line
            if count_tokens(text_bytes(longer)) > max_output:
                break
            text = longer
        return text or "Nothing was done so far."

    def _stem(self, sight: Sight, nth: int) -> str:
        """The stem of the call ids: another one for every text and every repetition."""
        return blake2b(f"{self.seed}/{sight.trail}/{sight.tokens}/{nth}".encode(), digest_size=5).hexdigest()


def _first(items: Iterator[Item], count: int) -> Iterator[Item]:
    for _, item in zip(range(count), items, strict=False):
        yield item


def _asks_for_summary(last: Message) -> bool:
    return last.role == "user" and last.content in PROMPTS
