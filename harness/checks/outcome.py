"""Did it end, and is the world right?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.checks.fold import Fold, FoldedCheck
from harness.checks.record import Reading
from harness.checks.verdict import Verdict, cannot_tell, conclude

if TYPE_CHECKING:
    from harness.run import Run


class _WorldCorrect(Fold):
    """Where the orchestrator returned, the final world is right by the scenario's own check."""

    name = "world_correct"

    def verdict(self, reading: Reading, end: Run) -> Verdict:
        """Ask the scenario."""
        if not end.setup.claims_completion:
            return cannot_tell(self.name, "the scenario makes no claim about the final world")
        if end.ending != "returned":
            return cannot_tell(self.name, f"the run did not return but ended as {end.ending}")
        return conclude(self.name, 1, end.wrong)


_ENDINGS = {
    "stuck": "nobody could move any more",
    "raised": "the orchestrator let an exception out",
    "limit": "a limit of the harness ended it",
    "waiting": "it waits for a person for ever",
}


class _EndingSane(Fold):
    """The run ended by returning: not stuck, not by an exception, not by a limit of the harness, not waiting for ever."""

    name = "ending_sane"

    def verdict(self, reading: Reading, end: Run) -> Verdict:
        """Name the ending."""
        if end.ending == "returned":
            return conclude(self.name, 1)
        what = _ENDINGS.get(end.ending, "it did not return")
        return conclude(self.name, 1, f"ended as {end.ending} at event {end.history.count}: {what}: {end.reason}")


world_correct = FoldedCheck(_WorldCorrect)
ending_sane = FoldedCheck(_EndingSane)
