"""Whether a plan breaks an orchestrator: the question that every search asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from harness.checks import Check, Judgement, judge
from harness.errors import HarnessError
from harness.run import execute
from harness.spec import Spec
from harness.swarm import demands
from longhaul.grid import REFERENCE

Failing: TypeAlias = Callable[[Spec], bool | None]
"""Whether a spec fails; None where its run says nothing, because a planned strike never fired."""

Owed: TypeAlias = Callable[[Spec], tuple[Check, ...]]
"""The checks by which the run of a spec is judged."""


def judged(spec: Spec, owed: Owed = demands) -> Judgement:
    """Run a plan and judge it. Raises `HarnessError` where a check raised: that is no verdict on anybody."""
    judgement = judge(execute(spec), owed(spec))
    broken = next((verdict for verdict in judgement.verdicts if verdict.harness_error), None)
    if broken is not None:
        raise HarnessError(f"check {broken.name} on {spec!r}: {broken.witness}")
    return judgement


def broken_by(check: str = "", owed: Owed = demands) -> Failing:
    """Fails where this check is violated (any, if none is named) and the reference, put into its place, does not fail.

    What the reference fails too is a demand too hard or a bug of the reference, and no news of who is on trial.
    """

    def failing(spec: Spec) -> bool | None:
        judgement = judged(spec, owed)
        if judgement.outcome == "invalid":
            return None
        failed = [verdict.name for verdict in judgement.failed]
        if not failed or (check and check not in failed):
            return False
        return spec.orchestrator == REFERENCE or judged(replace(spec, orchestrator=REFERENCE), owed).outcome != "fail"

    return failing
