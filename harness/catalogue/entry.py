"""One entry of the catalogue: what every id has, whether it names a crash point, a fault or an invariant."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """An id, its title, what goes wrong there and why, the usual fix, and where it was seen.

    `pending` names the capability without which it cannot occur here yet; empty where it is live.
    """

    id: str
    title: str
    cause: str
    fix: str
    source: str
    pending: str = ""

    @property
    def live(self) -> bool:
        """Whether it can occur here."""
        return not self.pending
