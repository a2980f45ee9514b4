"""A policy that offers what is not there, for a golden journal: the session must end by its name."""

from __future__ import annotations

from dataclasses import dataclass

from harness.types import Tool, View


@dataclass(frozen=True)
class OffersTwice:
    """All goes well until something was done; from then on every tool is offered twice."""

    def __call__(self, view: View, budget: int) -> View:
        return view

    def offer(self, view: View, tools: tuple[Tool, ...], budget: int) -> tuple[Tool, ...]:
        """The tools, once or twice."""
        return tools if len(view) < 5 else tools * 2
