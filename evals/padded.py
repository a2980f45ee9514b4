"""A mutant's own failing plan with strikes of the swarm about it, which have nothing to do with why it fails."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from harness.checks import CHECKS, SAFETY, Check
from harness.faults import Strike
from harness.mutants import Ground, Mutant
from harness.mutants.trying import failing_plan, specs_of
from harness.run import execute
from harness.spec import Spec
from harness.swarm import ground_of, swarm
from longhaul.grid import REFERENCE
from longhaul.search.failing import Owed, broken_by


def padded(mutant: Mutant, seeds: Iterable[int], least: int) -> tuple[int, Owed, Spec | None]:
    """How many paddings were tried, by what the plan is judged, and the plan, if any seed's strikes suit it.

    They suit where the plan then has at least so many strikes, all of them come about, the mutant is broken as it was
    before, and the reference is not. Raises `HarnessError` for a mutant that survives.
    """
    plan = failing_plan(mutant)
    owed = partial(_owed, _checks(mutant, plan))
    broken = broken_by(mutant.killed_by, owed)
    ground = ground_of(execute(replace(plan, orchestrator=REFERENCE, strikes=(), heal=False)))
    tried = 0
    for seed in seeds:
        fuller = replace(plan, strikes=_about(plan.strikes, swarm(seed, ground)))
        if len(fuller.strikes) < least:
            continue
        tried += 1
        if broken(fuller):
            return tried, owed, fuller
    return tried, owed, None


def _about(strikes: tuple[Strike, ...], drawn: tuple[Strike, ...]) -> tuple[Strike, ...]:
    """The strikes of a plan behind what was drawn, each passage left to the plan where both strike it."""
    taken = {(strike.site, strike.nth) for strike in strikes}
    return (*(strike for strike in drawn if (strike.site, strike.nth) not in taken), *strikes)


def _checks(mutant: Mutant, plan: Spec) -> tuple[Check, ...]:
    """The checks by which the plan was judged when it killed the mutant."""
    killer = next(check for check in CHECKS if check.__name__ == mutant.killed_by)
    return CHECKS if _ground(mutant, plan).progress else tuple(dict.fromkeys((*SAFETY, killer)))


def _ground(mutant: Mutant, plan: Spec) -> Ground:
    """The ground that a plan stands on."""
    clean = replace(plan, orchestrator=REFERENCE)
    return next(ground for ground in mutant.grounds if clean in specs_of(ground))


def _owed(checks: tuple[Check, ...], spec: Spec) -> tuple[Check, ...]:
    """The same checks for every plan."""
    return checks
