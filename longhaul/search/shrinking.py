"""Make a plan that is known to fail as small as it gets: delete strikes, lower numbers, put the simplest for the rest.

This is for what was found elsewhere (a seed of the swarm, a mutant's plan, a user's own), which Hypothesis did not draw and
so cannot shrink; and for what Hypothesis does not draw: the horizon of the job, and whether it is healed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass, replace
from itertools import combinations
from typing import Any

from harness.errors import UsageError
from harness.faults import CrashAfter, CrashBefore, Strike
from harness.spec import Spec
from longhaul.search.failing import Failing

TRIES_MOST = 1_500
"""Plans that are tried to shrink one; most need less than a tenth of it."""

SUBSETS_MOST = 6
"""Up to so many strikes every smaller choice of them is tried, the smallest first; of more, one is left out at a time."""

HORIZONS = (1, 2, 3, 4, 5, 6, 8, 12, 16, 24, 40)


def shrunk(spec: Spec, failing: Failing, most: int = TRIES_MOST) -> Spec:
    """The simplest plan that still fails, reached from one that does by making it simpler step by step.

    Always the same for the same plan. Raises `UsageError` for a spec that does not fail.
    """
    if not failing(spec):
        raise UsageError(f"{spec!r} does not fail, so there is nothing to shrink")
    seen = {spec}
    smaller: Spec | None = spec
    while smaller is not None:
        spec = smaller
        smaller = None
        for candidate in simpler(spec):
            if candidate in seen:
                continue
            if len(seen) > most:
                return spec
            seen.add(candidate)
            if _fails(candidate, failing):
                smaller = candidate
                break
    return spec


def _fails(candidate: Spec, failing: Failing) -> bool:
    """Whether a candidate fails; one that cannot be built (a job too short for it) does not."""
    try:
        return bool(failing(candidate))
    except UsageError:
        return False


def simpler(spec: Spec) -> Iterator[Spec]:
    """Specs that are simpler in one respect, the biggest step first."""
    for strikes in _fewer(spec.strikes):
        yield replace(spec, strikes=strikes)
    if spec.heal:
        yield replace(spec, heal=False)
    for horizon in HORIZONS:
        if horizon < spec.horizon:
            yield replace(spec, horizon=horizon)
            yield replace(spec, horizon=horizon, strikes=_scaled(spec, horizon))
    if spec.horizon > 1:
        yield replace(spec, horizon=spec.horizon - 1)
    for place, strike in enumerate(spec.strikes):
        for other in _simpler_strikes(strike):
            yield replace(spec, strikes=(*spec.strikes[:place], other, *spec.strikes[place + 1 :]))


def _fewer(strikes: tuple[Strike, ...]) -> Iterator[tuple[Strike, ...]]:
    if len(strikes) > SUBSETS_MOST:
        yield from (tuple(strikes[:place] + strikes[place + 1 :]) for place in range(len(strikes)))
        return
    for count in range(len(strikes)):
        yield from combinations(strikes, count)


def _scaled(spec: Spec, horizon: int) -> tuple[Strike, ...]:
    """The strikes as early in a shorter job as they were in this one."""
    return tuple(replace(strike, nth=max(1, strike.nth * horizon // spec.horizon)) for strike in spec.strikes)


def _simpler_strikes(strike: Strike) -> Iterator[Strike]:
    if strike.chance < 1:
        yield replace(strike, chance=1.0)
    if strike.recovery:
        yield replace(strike, recovery=False)
    if strike.times != 1:
        yield replace(strike, times=1)
    if strike.times is None or strike.times > 2:
        yield replace(strike, times=2)
    for fault in _simpler_faults(strike.fault):
        yield replace(strike, fault=fault)
    for nth in sorted({1, 2, strike.nth // 2, strike.nth - 1}):
        if 1 <= nth < strike.nth:
            yield replace(strike, nth=nth)


def _simpler_faults(fault: Any) -> Iterator[Any]:
    """The same fault as it is by default, and of two crashes the one in which nothing passed."""
    if isinstance(fault, CrashAfter):
        yield CrashBefore()
    if is_dataclass(fault) and not isinstance(fault, type):
        usual = all(item.default is not MISSING for item in fields(fault))
        if usual and fault != type(fault)():
            yield type(fault)()
