"""The work graph of a scenario: items to do, the facts each one needs, where facts come from, what proves an item done.

The reader knows the graph the way a capable model knows its trade: it knows that a file must be read before it is edited
(an obvious source), and it does not know of a rule that it has never been told or has forgotten (a hidden one).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

from fakes.models.profile import FactKind

Facts: TypeAlias = Mapping[str, str]


@dataclass(frozen=True)
class Action:
    """One call: a tool and its arguments."""

    tool: str
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Source:
    """Where a fact comes from. `obvious`: a model knows that it must look there; else it looks only where told to.

    A call `derived` from what was found elsewhere is made only by who is told of it: nobody else knows what to ask for.
    """

    action: Action
    obvious: bool = True
    derived: bool = False


@dataclass(frozen=True)
class Item:
    """One piece of work: the facts it needs, and the call that does it, made from the values of those facts.

    `evidence` is the name of a fact that proves it done wherever it stands; so does the call itself with its result.
    `sources` are where facts of this item come from, where that is elsewhere than the work says: a value that was changed
    stands somewhere else later on. Items that are `alike` stand and fall together: what a model gets right in one of them it
    gets right in all that show it as well, because it does not think each of them over anew.
    """

    name: str
    needs: tuple[str, ...]
    act: Callable[[Facts], Action]
    evidence: str = ""
    sources: Mapping[str, Source] = field(default_factory=dict, hash=False)
    alike: str = ""

    @property
    def drawn(self) -> str:
        """What luck at this item is a matter of: of the item, or of all that are like it."""
        return self.alike or self.name


@dataclass(frozen=True)
class Work:
    """A whole job.

    `goal` is the fact that must stay visible for anybody to go on. `opening` is the first call, made while nothing shows
    that the work has begun. `source` tells where a fact comes from; `guesses` are the values a model makes up for hidden
    facts it does not see. `completes` tells which item a successful call does. `width` is how many items are done in one
    turn, `answer` the final text. `kinds` says of facts that are not literal what they are. `success` is the share of trials
    of this very task that go right with nothing forgotten: each step of the others goes wrong by itself, `step_error`.
    """

    goal: tuple[str, str]
    items: tuple[Item, ...]
    source: Callable[[str], Source | None]
    completes: Callable[[str, Mapping[str, Any]], str | None]
    opening: Action | None = None
    guesses: Facts = field(default_factory=dict)
    width: int = 1
    answer: str = "Everything is done."
    kinds: Mapping[str, FactKind] = field(default_factory=dict)
    success: float = 1.0
    ordered: bool = False

    @cached_property
    def step_error(self) -> float:
        """The share of items that go wrong by themselves, because the task is hard; one that needs no fact cannot."""
        steps = len({item.drawn for item in self.items if item.needs})
        return 1 - float(self.success ** (1 / max(1, steps)))

    def source_of(self, item: Item, fact: str) -> Source | None:
        """Where a fact comes from that an item needs."""
        return item.sources.get(fact) or self.source(fact)

    def goal_line(self) -> str:
        """The line by which the goal is recognised in a text."""
        return f"{self.goal[0]} = {self.goal[1]}"
