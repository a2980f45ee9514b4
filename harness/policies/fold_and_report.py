"""Finished sub-tasks give way to a report that the model writes of them."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from harness.policies.changes import is_summary, smaller, summarised
from harness.policies.exchanges import exchanges, joined, pinned
from harness.policies.prompts import REPORT
from harness.policies.tasks import finished
from harness.types import Message, Reply, View


@dataclass(frozen=True)
class FoldAndReport:
    """Replace the exchanges of finished sub-tasks by one report of their outcome; the newest `keep` exchanges stay.

    Imitates Context-Folding (Sun et al. 2025): the branch goes, its return message stays. There the agent branches and
    returns by itself, one sub-task at a time; here all that are finished under pressure are reported together. Earlier reports
    stay word for word, and so does what belongs to no sub-task. A look at what was reported before goes into the next report.
    """

    keep: int = 2

    def __call__(self, view: View, budget: int) -> Generator[View, Reply, View]:
        units = exchanges(view)
        reports = "\n".join(unit[0].content for unit in units if is_summary(unit[0]))
        gone = finished(units, self.keep, reports).keys()
        if not gone:
            return view
        pins = joined(unit for unit in units if pinned(unit))
        reply = yield (*pins, *joined(units[index] for index in sorted(gone)), Message("user", REPORT))
        report = {max(gone): (summarised(reply.text),)} | {index: () for index in gone if index != max(gone)}
        changed = joined(report.get(index, unit) for index, unit in enumerate(units))
        return smaller(view, changed, budget) if reply.text else view
