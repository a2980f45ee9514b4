"""Try a mutant on its grounds until its check fails, and the clean reference in the very same specs.

trial = tried(mutant("no_flush"))
trial.plan, trial.witness, trial.alarms
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from harness.checks import CHECKS, SAFETY, Check, Judgement, judge
from harness.errors import HarnessError
from harness.mutants.mutant import Ground, Mutant
from harness.points import Point, crash_points, strike_of
from harness.run import execute
from harness.spec import Orchestrator, Spec


@dataclass(frozen=True)
class Trial:
    """What became of a mutant.

    `plan` is the first spec in which its check failed (None: it survived), `witness` that verdict in one sentence, and
    `specs` how many were tried. `alarms` are specs in which the clean reference failed: each is a fault of a check, or a
    bug of the reference.
    """

    mutant: Mutant
    plan: Spec | None
    witness: str
    specs: int
    alarms: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Killed by the check that was named beforehand, without a false alarm."""
        return self.plan is not None and not self.alarms


@lru_cache(maxsize=256)
def tried(mutant: Mutant) -> Trial:
    """Try a mutant, grounds in order, the clean run of each before its crashes. Raises `HarnessError` for unknown checks."""
    killer = next((check for check in CHECKS if check.__name__ == mutant.killed_by), None)
    if killer is None:
        raise HarnessError(
            f"mutant {mutant.name!r} is to be killed by {mutant.killed_by!r}, and there is no such check"
        )
    alarms: list[str] = []
    count = 0
    for ground in mutant.grounds:
        checks = CHECKS if ground.progress else tuple(dict.fromkeys((*SAFETY, killer)))
        for spec in specs_of(ground):
            count += 1
            clean = _judged(spec, checks)
            if any(verdict.harness_error for verdict in clean.verdicts):
                raise HarnessError(f"{spec!r}: {clean.violated}")
            if clean.outcome == "fail":
                alarms.append(f"{spec!r}: {clean.violated}")
            struck = replace(spec, orchestrator=Orchestrator("mutant", name=mutant.name))
            judgement = judge(execute(struck), checks)
            found = next((verdict for verdict in judgement.failed if verdict.name == mutant.killed_by), None)
            if found is not None and judgement.outcome == "fail":
                return Trial(mutant, struck, found.witness, count, tuple(alarms))
    return Trial(mutant, None, "", count, tuple(alarms))


def failing_plan(mutant: Mutant) -> Spec:
    """The spec that kills a mutant: the smallest of its grounds. Raises `HarnessError` for a mutant that survives."""
    plan = tried(mutant).plan
    if plan is None:
        raise HarnessError(f"mutant {mutant.name!r} survives: {mutant.killed_by} fails on none of its grounds")
    return plan


def specs_of(ground: Ground) -> Iterator[Spec]:
    """The spec of a ground, and then that spec with one crash more, at each point that the clean reference passes."""
    yield ground.spec
    if not ground.crashes:
        return
    for point in _points(ground.spec):
        if point.site.startswith(ground.crashes):
            yield replace(ground.spec, strikes=(*ground.spec.strikes, strike_of(point, ground.survive)))


@lru_cache(maxsize=256)
def _points(spec: Spec) -> tuple[Point, ...]:
    return crash_points(execute(spec))


@lru_cache(maxsize=4_096)
def _judged(spec: Spec, checks: tuple[Check, ...]) -> Judgement:
    return judge(execute(spec), checks)
