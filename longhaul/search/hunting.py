"""Run the swarm's seeds on an orchestrator, and shrink what breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from harness.checks import Verdict
from harness.errors import HarnessError
from harness.run import execute
from harness.spec import Spec
from harness.swarm import Ground, demands, ground_of, swarm
from longhaul.search.failing import Owed, broken_by, judged
from longhaul.search.shrinking import shrunk

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Found:
    """A plan that broke who is on trial: the invariant and its witness, the plan as it was found, and as small as it gets."""

    check: str
    witness: str
    plan: Spec
    small: Spec


@dataclass
class Hunt:
    """What the plans of one base came to. `found` holds one plan for each invariant that broke, `failed` counts them all.

    `alarms` are plans in which the reference fails as well as who is on trial; they are not among the failed.
    """

    base: Spec
    planned: int = 0
    valid: int = 0
    failed: int = 0
    found: list[Found] = field(default_factory=list)
    alarms: list[Spec] = field(default_factory=list)


def planned(base: Spec, seeds: Iterable[int]) -> Iterator[Spec]:
    """The healed plans of a base, one for each seed."""
    ground = ground_of(execute(replace(base, strikes=(), heal=False)))
    return (plan_of(base, seed, ground) for seed in seeds)


def plan_of(base: Spec, seed: int, ground: Ground) -> Spec:
    """The plan of a seed: struck as the swarm says, then healed."""
    return replace(base, strikes=swarm(seed, ground), heal=True)


def hunt(base: Spec, seeds: Iterable[int], progress: Progress = lambda planned: None, owed: Owed = demands) -> Hunt:
    """Try the clean run and then every seed; of each invariant that breaks, the first plan is shrunk."""
    came = Hunt(base)
    for plan in (base, *planned(base, seeds)):
        _try(plan, came, owed)
        progress(came.planned)
    return came


def _try(plan: Spec, came: Hunt, owed: Owed) -> None:
    judgement = judged(plan, owed)
    came.planned += 1
    came.valid += judgement.outcome != "invalid"
    if judgement.outcome != "fail":
        return
    if not broken_by(owed=owed)(plan):
        came.alarms.append(plan)
        return
    came.failed += 1
    verdict = judgement.failed[0]
    if verdict.name not in {found.check for found in came.found}:
        came.found.append(found_at(plan, verdict, owed))


def found_at(plan: Spec, verdict: Verdict, owed: Owed = demands) -> Found:
    """A failing plan and its shrunk form, in which the same invariant breaks."""
    small = shrunk(plan, broken_by(verdict.name, owed))
    witness = next((said.witness for said in judged(small, owed).failed if said.name == verdict.name), "")
    if not witness:
        raise HarnessError(f"{small!r} fails {verdict.name} and then does not: the run is not determined by its spec")
    return Found(verdict.name, witness, plan, small)
