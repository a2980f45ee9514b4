"""The model that reads: a pure function of the request it is shown. Text in, reply out, no side channel.

It does the next item whose facts it sees and of which it sees no evidence. A fact that it does not see it looks up where it
knows to look or is told to; where nothing tells it that something is missing, it makes a value up. Finished work of which
no trace is left is done again, and without a visible goal it stops early. So an orchestrator that keeps the text keeps the
fact, whatever its own data structures are.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import replace
from hashlib import blake2b
from typing import Any

import msgspec

from fakes.demands import demands_of_work
from fakes.models.luck import Luck
from fakes.models.profile import Profile
from fakes.models.profiles import profile
from fakes.models.sight import ASTRAY, Sight, done_line, pointer, sight_of, times_lost
from fakes.work import Action, Item, Source, Work
from harness.demands import Demands
from harness.policies.prompts import PROMPTS
from harness.tokens import count_tokens, text_bytes, tools_tokens
from harness.types import Message, Reply, Request, Tool, ToolCall
from harness.vector import Vector

LOOKUPS_MAX = 2
"""Failed look-ups in view after which nobody tries again."""

THOUGHT = " I have looked at what is done and at what is left, and this is the next step."

WORDS = ("Next: ", "Going on with ", "Now ", "I continue with ")
"""Wordings; a request that was answered before is answered in other words."""


class Reader:
    """A reader of one work graph with the skills of one profile. `seed` decides which visible facts go unused.

    `trial` tells attempts at the same task apart: the same model, in part other luck.
    """

    def __init__(self, work: Work, name: str = "perfect", seed: int = 0) -> None:
        self.work = work
        self.profile: Profile = profile(name)
        self.luck = Luck(work.goal[1], seed)
        self.window = self.profile.window
        self.latency_ms = self.profile.pace.mean_ms
        self._exact = self.profile.exact and work.success >= 1
        self._sight = sight_of(work)
        needs = dict.fromkeys(need for item in work.items for need in item.needs)
        self._sources = {need: work.source(need) for need in needs}
        self._offered: tuple[tuple[Tool, ...], dict[str, frozenset[str]]] = (), {}
        self._definitions = 0
        self._moving = any(item.sources for item in work.items)
        self._hidden = tuple(need for need, source in self._sources.items() if source is None or not source.obvious)

    @property
    def demands(self) -> Demands:
        """What the work will ask for: for metrics, never for the model itself."""
        return replace(demands_of_work(self.work), lookup=self.profile.skills.lookup)

    def trial(self, number: int) -> Reader:
        """The same model at the same task for another time; trial 0 is this one."""
        again = self.fork()
        again.luck = replace(self.luck, trial=number)
        return again

    def latency_of(self, digest: str) -> int:
        """Milliseconds that the answer to a request takes, by the digest of the request."""
        pace = self.profile.pace
        return pace.mean_ms if pace.steady else pace.latency_ms(self.luck.of_trial("latency", digest))

    def fork(self) -> Reader:
        """A reader that remembers the same view and goes on by itself."""
        forked = copy(self)
        forked._sight = self._sight.fork()
        return forked

    def essence(self, view: Vector[Message]) -> Any:
        """What of a view decides all that this model will do from here on, wordings and ids apart.

        None for a profile that minds where in the view a fact stands. Valid until the reader reads on.
        """
        if not self._exact:
            return None
        return self._sight(view).known

    def __call__(self, request: Request, nth: int) -> Reply:
        """Answer a request that was answered `nth` times before."""
        view = request.messages
        self._see_tools(request.tools)
        sight = self._sight(view if isinstance(view, Vector) else Vector(view))
        if not request.tools or _asks_for_summary(view[-1]):
            return Reply(self._summary(sight, request.max_output))
        if sight.facts.get(self.work.goal[0]) != self.work.goal[1]:
            return Reply("I see nothing that is left to do.")
        actions = self._actions(sight, nth)
        if not actions:
            return Reply(self.work.answer)
        actions[0] = self._named(sight, actions[0], len(request.tools))
        actions = self._as_offered(actions)
        stem = self._stem(sight, nth)
        calls = tuple(
            ToolCall(f"call_{stem}{index}", action.tool, msgspec.json.encode(action.arguments).decode())
            for index, action in enumerate(actions)
        )
        said = WORDS[nth % len(WORDS)] + ", ".join(action.tool for action in actions)
        return Reply(self._at_length(sight, said, calls), calls, "calls")

    def _at_length(self, sight: Sight, said: str, calls: tuple[ToolCall, ...]) -> str:
        """What is said with the calls, as long as this model's answers are."""
        if not self.profile.pace.tokens:
            return said
        wanted = self.profile.pace.output_tokens(self.luck.of_trial("size", sight.trail))
        bare = count_tokens(sum(text_bytes(call.name + call.arguments) for call in calls) + text_bytes(said))
        missing = max(0, (wanted - bare) * 32 // 10)
        return said + (THOUGHT * (missing // len(THOUGHT) + 1))[:missing]

    def _named(self, sight: Sight, action: Action, tools: int) -> Action:
        """The call, or one of a tool that does not exist: the more tools are offered, the more often."""
        rate = self.profile.hallucination(tools)
        if not rate or self.luck("tool", action.tool, sorted(action.arguments.items()), sight.errors) >= rate:
            return action
        return Action(f"{action.tool}_now", action.arguments)

    def _see_tools(self, tools: tuple[Tool, ...]) -> None:
        """Their definitions stand before all messages: what they say, and how long they are."""
        if self._offered[0] is not tools:
            self._offered, self._definitions = (tools, arguments_of(tools)), tools_tokens(tools)

    def _as_offered(self, actions: list[Action]) -> list[Action]:
        """The calls with those arguments only that the definitions name: of a stub a model knows none.

        Calls that have come to be alike are one call.
        """
        fitted: list[Action] = []
        for action in actions:
            known = self._offered[1].get(action.tool)
            if known is not None and not action.arguments.keys() <= known:
                action = Action(
                    action.tool, {name: action.arguments[name] for name in action.arguments if name in known}
                )
                if action in fitted:
                    continue
            fitted.append(action)
        return fitted

    def _actions(self, sight: Sight, nth: int) -> list[Action]:
        work = self.work
        if work.opening and not sight.done and not sight.facts.keys() - {work.goal[0]} and not sight.tools:
            return [work.opening]
        otherwise = nth > 0 and not work.ordered
        items = list(_first(self._left(sight), work.width + otherwise))
        if otherwise and len(items) > 1:
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
            source = item.sources.get(need) or self._sources[need]
            if source is None or source.action in found:
                continue
            if source.obvious or self._knows_where(sight, item, need, source):
                found.append(self._looked_up(sight, item, need, source))
        return found

    def _knows_where(self, sight: Sight, item: Item, need: str, source: Source) -> bool:
        """Whether something names where a fact is, or this model misses it without that."""
        lost = times_lost(sight, source.action)
        if lost >= LOOKUPS_MAX or not (source.action.arguments or self._finds(item, need, lost)):
            return False
        if _named_in(sight, source):
            return True
        notice = 0.0 if source.derived else self.profile.skills.notice
        return self.luck.uses(notice, item.drawn, need, "notice")

    def _looked_up(self, sight: Sight, item: Item, need: str, source: Source) -> Action:
        """The look-up of a fact; where this model's skill ends it asks for something that is not there."""
        if source.obvious or not source.action.arguments or self._finds(item, need, times_lost(sight, source.action)):
            return source.action
        return Action(source.action.tool, {name: f"{value}{ASTRAY}" for name, value in source.action.arguments.items()})

    def _finds(self, item: Item, need: str, lost: int) -> bool:
        """Whether this model's skill takes it from a pointer to the fact, after so many visible failures."""
        return self.luck.uses(self.profile.skills.lookup, item.drawn, need, "lookup", lost)

    def _values(self, sight: Sight, item: Item) -> dict[str, str]:
        """The facts as this model uses them: seen and used, or made up."""
        values = {}
        slip = self._slips(sight, item)
        for need in item.needs:
            seen = sight.facts.get(need)
            if seen is not None and need != slip and self._uses(sight, item, need):
                values[need] = seen
            else:
                values[need] = self._mistaken(sight, need)
        return values

    def _mistaken(self, sight: Sight, need: str) -> str:
        """What stands in for a fact that is not used: an older value where one is in sight, else a guess."""
        older = sight.older.get(need) if need in sight.facts else None
        return older or self.work.guesses.get(need, "unknown")

    def _slips(self, sight: Sight, item: Item) -> str | None:
        """The fact that this model gets wrong by itself at this step, if it does: a hard task, or errors in view."""
        if self._exact:
            return None
        skills = self.profile.skills
        share = skills.error + skills.error_of_errors * sight.errors / max(1, sight.results)
        attempts = sight.failures.get(item.name, 0)
        slips = self.luck(item.drawn, "slip", attempts) < share
        if not slips and self.luck.of_trial(item.drawn, "hard", attempts) >= self.work.step_error:
            return None
        return next((need for need in item.needs if need in self.work.guesses), item.needs[0] if item.needs else None)

    def _uses(self, sight: Sight, item: Item, need: str) -> bool:
        """Whether this model uses a fact that it sees, as its profile says for the place where the fact stands."""
        if self._exact:
            return True
        kind = self.work.kinds.get(need, "literal")
        before, after = self._definitions + sight.places[need], sight.tokens - sight.places[need]
        p = self.profile.p_use(before + after, before, after, kind)
        return self.luck.uses(p, item.drawn, need, sight.failures.get(item.name, 0))

    def _summary(self, sight: Sight, max_output: int) -> str:
        """What is done, and every fact that cannot simply be looked up again: its value, or where it may be found."""
        hidden = self._hidden if self._exact else tuple(name for name in self._hidden if not self._drops(sight, name))
        lines = self._summary_lines(sight, hidden)
        if count_tokens(sum(text_bytes(line) + 1 for line in lines)) > max_output:
            needed = {need for item in self._left(sight) for need in item.needs}
            lines = self._summary_lines(sight, tuple(name for name in hidden if name in needed))
        text = ""
        for line in filter(None, reversed(lines)):
            longer = f"{text}\n{line}" if text else line
            if count_tokens(text_bytes(longer)) > max_output:
                break
            text = longer
        return text or "Nothing was done so far."

    def _summary_lines(self, sight: Sight, hidden: tuple[str, ...]) -> list[str]:
        """What is done, and of each fact its value or what was said of where it is."""
        lines = [done_line(self.work, sight)]
        left = list(self._left(sight)) if self._moving else []
        now = {need: source for item in reversed(left) for need, source in item.sources.items()}
        for name in hidden:
            source = now.get(name) or self._sources[name]
            if name in sight.facts:
                lines.append(f"{name} = {sight.facts[name]}")
            elif source is not None and _named_in(sight, source):
                where = pointer(source.action) if source.action.arguments else source.action.tool
                lines.append(f"[result of {where} omitted]")
        return list(dict.fromkeys(lines))

    def _drops(self, sight: Sight, name: str) -> bool:
        """Whether a summary made now loses a fact; what came from a summary is lost at another rate."""
        skills = self.profile.skills
        kept = skills.summary_again if name in sight.condensed else skills.summary
        return not self.luck.uses(kept, name, "summary", len(sight.done))

    def _stem(self, sight: Sight, nth: int) -> str:
        """The stem of the call ids: another one for every text and every repetition."""
        return blake2b(f"{self.luck.name}/{sight.trail}/{sight.tokens}/{nth}".encode(), digest_size=5).hexdigest()


def _named_in(sight: Sight, source: Source) -> bool:
    """Whether something in sight names the call by which a fact is found."""
    return pointer(source.action) in sight.pointed if source.action.arguments else source.action.tool in sight.tools


def reader(work: Work, seed: int, profile: str) -> Reader:
    """The reader of a profile, as a scenario makes it for its work."""
    return Reader(work, profile, seed)


def arguments_of(tools: tuple[Tool, ...]) -> dict[str, frozenset[str]]:
    """By tool, the arguments that its definition names; without those whose definition does not say."""
    return {tool.name: frozenset(tool.schema["properties"]) for tool in tools if "properties" in tool.schema}


def _first(items: Iterator[Item], count: int) -> Iterator[Item]:
    for _, item in zip(range(count), items, strict=False):
        yield item


def _asks_for_summary(last: Message) -> bool:
    return last.role == "user" and last.content in PROMPTS
