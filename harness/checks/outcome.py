"""Did it end, and is the world right?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.checks.verdict import Verdict, cannot_tell, conclude

if TYPE_CHECKING:
    from harness.run import Run


def world_correct(run: Run) -> Verdict:
    """Where the orchestrator returned, the final world is right by the scenario's own check."""
    if not run.setup.claims_completion:
        return cannot_tell("world_correct", "the scenario makes no claim about the final world")
    if run.ending != "returned":
        return cannot_tell("world_correct", f"the run did not return but ended as {run.ending}")
    return conclude("world_correct", 1, run.wrong)


_ENDINGS = {
    "stuck": "nobody could move any more",
    "raised": "the orchestrator let an exception out",
    "limit": "a limit of the harness ended it",
    "waiting": "it waits for a person for ever",
}


def ending_sane(run: Run) -> Verdict:
    """The run ended by returning: not stuck, not by an exception, not by a limit of the harness, not waiting for ever."""
    if run.ending == "returned":
        return conclude("ending_sane", 1)
    what = _ENDINGS.get(run.ending, "it did not return")
    return conclude("ending_sane", 1, f"ended as {run.ending} at event {run.events[-1].number}: {what}: {run.reason}")
