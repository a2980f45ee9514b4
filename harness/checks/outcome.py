"""Did it end, and is the world right?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.checks.fold import Fold, FoldedCheck
from harness.checks.record import Reading
from harness.checks.verdict import Verdict, cannot_tell, conclude
from harness.history import Event

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


class _Converges(Fold):
    """I23: once the faults are over and somebody takes the run up again, it returns with its work done (or had failed for
    good, for a reason that its journal gives). A journal that was changed at rest is out of contract.
    """

    name = "converges"
    wants = (("life", "healed"),)

    healed: int = 0

    def see(self, event: Event, reading: Reading) -> None:
        """The event since which no fault strikes."""
        self.healed = event.number

    def verdict(self, reading: Reading, end: Run) -> Verdict:
        """The ending of a healed run is that of its last life."""
        if not self.healed:
            return cannot_tell(self.name, "the faults of the run were never lifted: its spec says nothing of heal=True")
        if reading.file.rewritten:
            return cannot_tell(self.name, f"the journal was changed at rest, at event {reading.file.rewritten}")
        since = f"the faults were over at event {self.healed}"
        if end.ending != "returned":
            return conclude(self.name, 1, f"{since}, and the run ended as {end.ending}: {end.reason}")
        if not end.setup.claims_completion or not end.wrong:
            return conclude(self.name, 1)
        reason = _failed_for_good(reading)
        if reason:
            return cannot_tell(self.name, f"the session had failed for good: {reason}")
        return conclude(self.name, 1, f"{since}, the run returned, and the world is wrong: {end.wrong}")


def _failed_for_good(reading: Reading) -> str:
    ends = (line for line in reversed(reading.lines or ()) if line.type == "Finished" and line.safe)
    last = next(ends, None)
    failed = last is not None and last.entry.get("outcome") == "failed"
    return str(last.entry.get("reason") or "it says not why") if last is not None and failed else ""


world_correct = FoldedCheck(_WorldCorrect)
ending_sane = FoldedCheck(_EndingSane)
converges = FoldedCheck(_Converges)
