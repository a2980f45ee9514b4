"""The floor: everything but the pins is dropped."""

from __future__ import annotations

from dataclasses import dataclass

from harness.types import View


@dataclass(frozen=True)
class DropAll:
    """Keep the pins only."""

    def __call__(self, view: View, budget: int) -> View:
        return tuple(message for message in view if message.pinned)
