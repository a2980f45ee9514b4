"""Stages in order, the cheap ones first, until the view fits."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from inspect import isgenerator

from harness.policies.exchanges import tokens_of
from harness.policies.mask_observations import MaskObservations
from harness.policies.summarize import Summarize
from harness.types import Policy, Reply, View


@dataclass(frozen=True)
class Pipeline:
    """Run the stages until at most `enough` of the budget is used; a later stage sees what the earlier ones left.

    Imitates the chained condensers of OpenHands (`CondenserPipeline`), where every stage is run; to stop where it is enough,
    and these stages, are choices made here. For the order of one product see `clear_compact_summarize`.
    """

    stages: tuple[Policy, ...] = (MaskObservations(), Summarize())
    enough: float = 0.5

    def __call__(self, view: View, budget: int) -> Generator[View, Reply, View]:
        shown = view
        for stage in self.stages:
            if tokens_of(shown) <= self.enough * budget:
                break
            answer = stage(shown, budget)
            shown = (yield from answer) if isgenerator(answer) else answer
        return shown
