"""The ceiling: nothing is ever dropped."""

from __future__ import annotations

from dataclasses import dataclass

from harness.types import View


@dataclass(frozen=True)
class KeepAll:
    """Show everything, whatever it costs, until the window is full."""

    def __call__(self, view: View, budget: int) -> View:
        return view
