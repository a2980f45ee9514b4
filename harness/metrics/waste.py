"""What the input is spent on, as shares of all input tokens of the answered requests, the policy's own included.

Every token is one of these, and the shares add up to 1:

* **unused schemas**: definitions of tools that are called in no reply of the run, as they were offered: whole, or a stub;
* **static**: definitions of the other tools, and what stays unchanged of the first request, sent again;
* **overhead**: placeholders, summaries and notes (what no tool, no model and no first request said), and the policy's own
  requests;
* **duplicate**: tool results that stand in the view already, word for word;
* **dead**: results after the last step that needs a fact in them, with the value that held then, and the calls that asked for
  them. What proves an item done is needed to the end; what nothing ever needs is dead after it was read once;
* **live**: the rest.

Which fact is needed when is known exactly, to the end of the run, where the scenario knows every demand (`Demands`); else dead
and live cannot be told apart and are None. Tokens are the harness's own count, with a real vendor too. Source of the
categories: Pichay's profile of 857 coding sessions; there, dead is guessed from later references.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from harness.metrics.shown import FOREVER, Piece, Shown, Step, completing, shown_of, went_well
from harness.tokens import count_tokens, tools_tokens

if TYPE_CHECKING:
    from harness.run import Run


_PARTS = ("total", "unused", "static", "overhead", "duplicate", "dead", "sent")


@dataclass(frozen=True)
class Waste:
    """Input tokens by what they are spent on; `dead` is None where demands are unknown, and is part of `rest` then.

    `sent` are the tokens of messages over all steps, `distinct` those of different messages.
    """

    total: int
    unused_schema: int
    static: int
    overhead: int
    duplicate: int
    dead: int | None
    rest: int
    sent: int
    distinct: int


@lru_cache(maxsize=2)
def waste_of(run: Run) -> Waste:
    """The waste profile of a run in tokens, counted once."""
    shown = shown_of(run)
    called = {call["name"] for step in shown.steps for call in step.replied}
    used = tools_tokens(tuple(tool for tool in run.setup.tools if tool.name in called))
    return _Fold(shown, _lifetimes(run, shown), used, frozenset(called)).waste()


@dataclass(eq=False)
class _Standing:
    """A message in the view since step `since`; `opening` where it stood in the first request, `twin` where it is a copy."""

    piece: Piece
    since: int
    opening: bool
    twin: bool


@dataclass(eq=False)
class _Fold:
    """Each message is counted once, when it leaves the view or the run ends: so the cost is that of the new messages."""

    shown: Shown
    lifetimes: dict[str, int]
    used: int
    called: frozenset[str]
    view: list[_Standing] = field(default_factory=list)
    texts: dict[str, int] = field(default_factory=dict)
    spent: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_PARTS, 0))
    seen: dict[tuple[str, ...], int] = field(default_factory=dict)
    tokens: int = 0

    def waste(self) -> Waste:
        """Fold all steps."""
        for number, step in enumerate(self.shown.steps):
            self._change(step, number == 0)
            if step.call.answered:
                self._schemas(step)
        end = self.shown.steps[-1].place + self.shown.steps[-1].call.answered if self.shown.steps else 0
        for standing in self.view:
            self._leave(standing, end)
        own = sum(call.offered for call in self.shown.own)
        spent, known = self.spent, self.shown.demands is not None
        parts = (spent["unused"], spent["static"], spent["overhead"] + own, spent["duplicate"])
        total = spent["total"] + own
        dead = spent["dead"]
        return Waste(
            total, *parts, dead if known else None, total - sum(parts) - (dead if known else 0),
            spent["sent"], sum(self.seen.values()),
        )  # fmt: skip

    def _change(self, step: Step, first: bool) -> None:
        if step.gone:
            for standing in self.view[-len(step.gone) :]:
                self._leave(standing, step.place)
            del self.view[-len(step.gone) :]
        for piece in step.new:
            twin = piece.result and self.texts.get(piece.text, 0) > 0
            if piece.result:
                self.texts[piece.text] = self.texts.get(piece.text, 0) + 1
            self.tokens += piece.tokens
            self.view.append(_Standing(piece, step.place, first, twin))

    def _leave(self, standing: _Standing, end: int) -> None:
        piece, times = standing.piece, end - standing.since
        self.tokens -= piece.tokens
        if piece.result:
            self.texts[piece.text] -= 1
        if times <= 0:
            return
        spent, said = self.spent, piece.tokens - piece.made
        spent["sent"] += piece.tokens * times
        self.seen[_name(piece)] = piece.tokens
        spent["overhead"] += piece.made * times
        if standing.opening:
            spent["static"] += said * (times - 1)
        elif standing.twin:
            spent["duplicate"] += said * times
        else:
            last = max(standing.since, _last_need(piece, self.shown, self.lifetimes))
            spent["dead"] += said * max(0, end - 1 - last)

    def _schemas(self, step: Step) -> None:
        self.spent["total"] += step.call.offered
        schemas = max(0, step.call.offered - self.tokens)
        used = min(self._used(step), schemas)
        self.spent["unused"] += schemas - used
        self.spent["static"] += used if step.place else 0

    def _used(self, step: Step) -> int:
        """Tokens of the definitions in a request of tools that are called in the run."""
        sizes = step.call.definitions
        if sizes is None:
            return self.used
        return count_tokens(sum(size for name, size in sizes.items() if name in self.called))


def _name(piece: Piece) -> tuple[str, ...]:
    """What makes two sights of a message the same message."""
    message = piece.message
    calls = ",".join(call["id"] for call in message.get("calls", ()))
    return message["role"], message.get("call_id", ""), calls, piece.text


def _last_need(piece: Piece, shown: Shown, lifetimes: dict[str, int]) -> int:
    """The last step that needs a message; -1 where none does."""
    message, last = piece.message, shown.last
    if message["role"] == "tool":
        facts = max((last.get(fact, -1) for fact in piece.facts), default=-1)
        evidence = lifetimes.get(message.get("call_id", ""), -1)
        return max(facts, evidence)
    if message["role"] == "assistant":
        return max((lifetimes.get(call["id"], -1) for call in message.get("calls", ())), default=-1)
    return FOREVER


def _lifetimes(run: Run, shown: Shown) -> dict[str, int]:
    """The last step that needs a call, by its id: as evidence of an item, as a failed try of one, or for its result's facts."""
    demands = shown.demands
    if demands is None:
        return {}
    found: dict[str, int] = {}
    for call, item in completing(run, demands):
        found[call.id] = FOREVER if went_well(call) else shown.last_of_items.get(item, FOREVER)
    for step in shown.steps:
        for piece in step.new:
            name = piece.message.get("call_id", "")
            if piece.facts and name:
                needed = max(shown.last.get(fact, -1) for fact in piece.facts)
                found[name] = max(needed, found.get(name, -1))
    return found


def _share(run: Run, count: int | None) -> float | None:
    total = waste_of(run).total
    return None if count is None or not total else count / total


def waste_dead(run: Run) -> float | None:
    """Share of the input: tool results after the last step that needs a fact in them, with their calls; None where demands are
    unknown."""
    return _share(run, waste_of(run).dead)


def waste_duplicate(run: Run) -> float | None:
    """Share of the input: tool results that stand in the view already, word for word."""
    return _share(run, waste_of(run).duplicate)


def waste_unused_schema(run: Run) -> float | None:
    """Share of the input: definitions, as they were offered, of tools that no reply of the run calls."""
    return _share(run, waste_of(run).unused_schema)


def waste_static(run: Run) -> float | None:
    """Share of the input: definitions of used tools, and the first request as far as it is unchanged, sent again."""
    return _share(run, waste_of(run).static)


def waste_overhead(run: Run) -> float | None:
    """Share of the input: placeholders, summaries, notes, and the policy's own requests."""
    return _share(run, waste_of(run).overhead)


def waste_live(run: Run) -> float | None:
    """Share of the input: the rest, which still serves; None where demands are unknown."""
    found = waste_of(run)
    return None if found.dead is None else _share(run, found.rest)


def amplification(run: Run) -> float | None:
    """How often a token of a message is sent: the sum of size x steps survived, divided by the sum of sizes."""
    found = waste_of(run)
    return found.sent / found.distinct if found.distinct else None
