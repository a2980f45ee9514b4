"""Recall where a scenario knows every demand: is a fact still in view when the work comes to the item that needs it?

A model can only use what it sees, so at the step that uses a fact nothing is ever lost: it was looked up again, or a wrong
value was used. So an item is judged earlier, at the first step after the items before it: then each fact that it needs, told
at an earlier step with the value that still holds, is in view, by pointer (a call that told it is shown, its result is not) or
lost. What was never told yet is no reference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from harness.arguments import object_in
from harness.demands import Demands
from harness.metrics.recall import BY_POINTER, IN_VIEW, LOST, Recall, band
from harness.metrics.shown import Fact, Piece, Shown, Step


def demanded(shown: Shown, demands: Demands) -> Recall:
    """The recall of a run whose demands are known."""
    tally = _Tally()
    due = _due(shown, demands)
    for number, step in enumerate(shown.steps):
        tally.take(number, step)
        for item in due.get(number, ()):
            for name in demands.needs[item]:
                tally.judge(number, name)
    in_view, by_pointer, lost = tally.counts
    return Recall(in_view, by_pointer, lost, dict(sorted(tally.bands.items())))


def _due(shown: Shown, demands: Demands) -> dict[int, list[str]]:
    """By step, the items that the work comes to there: those that the next step tries that tries any for the first time."""
    found: dict[int, list[str]] = {}
    tried: set[str] = set()
    since = 0
    for number, step in enumerate(shown.steps):
        items = [item for item in _items(step, demands) if item not in tried]
        if items:
            found[since] = items
            tried.update(items)
            since = number + 1
    return found


def _items(step: Step, demands: Demands) -> Iterator[str]:
    for call in step.replied:
        item = demands.completes(call["name"], object_in(call["arguments"]) or {})
        if item is not None and item in demands.needs:
            yield item


@dataclass(eq=False)
class _Tally:
    """`told` is the value of a fact that holds, with the step that told it last, `tellers` the calls whose results told it."""

    counts: list[int] = field(default_factory=lambda: [0, 0, 0])
    bands: dict[int, list[int]] = field(default_factory=dict)
    told: dict[str, tuple[str, int]] = field(default_factory=dict)
    tellers: dict[Fact, set[str]] = field(default_factory=dict)
    facts: Counter[Fact] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)

    def take(self, number: int, step: Step) -> None:
        """Bring the view up to date."""
        for piece in step.gone:
            self.facts.subtract(piece.facts)
            self.calls.subtract(_calls(piece))
        for piece in step.new:
            self.facts.update(piece.facts)
            self.calls.update(_calls(piece))
            if piece.result:
                for fact in piece.facts:
                    self.tellers.setdefault(fact, set()).add(piece.message.get("call_id", ""))
        self.told |= {name: (value, number) for name, value in step.told.items()}

    def judge(self, number: int, name: str) -> None:
        """One fact that an item needs which is due at this step."""
        value, since = self.told.get(name, ("", number))
        if since == number:
            return
        fact = (name, value)
        if self.facts[fact] > 0:
            place = IN_VIEW
        else:
            place = BY_POINTER if any(self.calls[call] > 0 for call in self.tellers.get(fact, ())) else LOST
        self.counts[place] += 1
        self.bands.setdefault(band(number - since), [0, 0, 0])[place] += 1


def _calls(piece: Piece) -> list[str]:
    return [call["id"] for call in piece.message.get("calls", ())]
