"""A finished sub-task becomes its result line."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace

from harness.policies.changes import smaller
from harness.policies.exchanges import exchanges, joined
from harness.policies.tasks import finished
from harness.types import Message, View


@dataclass(frozen=True)
class Fold:
    """Of each finished sub-task keep the call that it came to with one line of its result; the newest `keep` exchanges stay.

    Imitates Context-Folding (Sun et al. 2025), where an agent branches for a sub-task and returns with its outcome. Here
    the exchanges about one thing (a path, a name, an id) are a sub-task, and nobody writes a return message: see
    `fold_and_report`. What belongs to no sub-task stays. One turn may be about several things: it is folded once all of
    them are finished.
    """

    keep: int = 2

    def __call__(self, view: View, budget: int) -> View:
        units = exchanges(view)
        folded: dict[int, tuple[Message, ...]] = {}
        for index, outcome in finished(units, self.keep).items():
            said, *results = units[index]
            folded[index] = (said, *map(_line, results)) if outcome else ()
        return (
            smaller(view, joined(folded.get(index, unit) for index, unit in enumerate(units)), budget)
            if folded
            else view
        )


def _line(result: Message) -> Message:
    """A result in its last line that says anything."""
    lines = [line for line in result.content.split("\n") if line.strip()]
    return replace(result, content=lines[-1]) if len(lines) > 1 else result
