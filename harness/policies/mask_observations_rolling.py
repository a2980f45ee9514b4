"""Old tool results give way to pointers, every turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from harness.policies.changes import as_pages, results_in, smaller
from harness.types import View


@dataclass(frozen=True)
class MaskObservationsRolling:
    """Show the tool results of the newest `keep` turns, whatever the pressure; a pointer stands for each older one.

    Imitates observation masking in The Complexity Trap (Lindenbauer et al. 2025), where the newest 10 turns stay. A turn is a
    message with its calls, however many they are. Each turn changes the middle of the view, so nothing behind that place is
    read from a prompt cache.
    """

    trigger: ClassVar[float] = 0.0
    keep: int = 10

    def __call__(self, view: View, budget: int) -> View:
        turns = [place for place, message in enumerate(view) if message.calls]
        first = turns[-self.keep] if 0 < self.keep <= len(turns) else 0 if self.keep else len(view)
        return smaller(view, as_pages(view, {place for place in results_in(view) if place < first}), budget)
