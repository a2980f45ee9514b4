"""What the catalogue says of one crash point, beside its entry."""

from __future__ import annotations

from dataclasses import dataclass

from harness.catalogue.entry import Entry


@dataclass(frozen=True)
class CrashPoint:
    """A named moment of an agent's turn at which its process may die.

    `on_disk` is what the dead process left, `resume` what the next one rightly does with it, `invariants` the ids of what
    is at stake, `model_calls` how many requests more than without the crash the resumed run may send, and `twice` whether
    it must also be struck as the second crash, in a life that is itself a resume.
    """

    entry: Entry
    on_disk: str
    resume: str
    invariants: tuple[str, ...]
    model_calls: int = 0
    twice: bool = False

    @property
    def id(self) -> str:
        """The id in the catalogue, C00 to C71."""
        return self.entry.id

    @property
    def live(self) -> bool:
        """Whether it can occur here; else `entry.pending` names the capability that is missing."""
        return self.entry.live
