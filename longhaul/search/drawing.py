"""Hypothesis draws strikes from the ground of the swarm, and shrinks what fails to the fewest and simplest.

Where the swarm's seeds go wide, this looks for the smallest plan from the start: strikes are places (site, nth) and not
ticks, plain crashes come before faults and low numbers before high ones, so that shrinking ends where a person can read it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

from harness.errors import UsageError
from harness.faults import CrashAfter, CrashBefore, CrashMidAnswer, CrashThenLands, Strike, TornAppend
from harness.run import execute
from harness.spec import Spec
from harness.swarm import LASTING, STRIKES_MOST, Ground, Target, ground_of
from longhaul.search.failing import Failing

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

DEATHS = (CrashBefore, CrashAfter, CrashThenLands, TornAppend, CrashMidAnswer)


def smallest(spec: Spec, failing: Failing, examples: int = 200, seed: int = 0) -> Spec | None:
    """The simplest plan on the ground of a spec that fails, or None where none of so many examples does.

    The same for the same arguments: nothing is remembered between calls, and no clock is looked at. Plans that say nothing
    do not count as examples. Raises `UsageError` where Hypothesis is not installed.
    """
    hypothesis = imported()
    clean = replace(spec, strikes=(), heal=False)
    ground = ground_of(execute(clean))

    def fails(strikes: tuple[Strike, ...]) -> bool:
        hypothesis.assume(_comes_about(strikes))
        said = failing(replace(spec, strikes=strikes, heal=True))
        hypothesis.assume(said is not None)
        return bool(said)

    settings = hypothesis.settings(
        max_examples=examples, derandomize=True, database=None, deadline=None,
        phases=(hypothesis.Phase.generate, hypothesis.Phase.shrink), print_blob=False,
    )  # fmt: skip
    errors = hypothesis.errors
    try:
        strikes = hypothesis.find(plans(ground), fails, settings=settings, random=Random(seed))
    except (errors.NoSuchExample, errors.Unsatisfiable):
        return None
    return replace(spec, strikes=strikes, heal=True)


def plans(ground: Ground) -> SearchStrategy[tuple[Strike, ...]]:
    """The Hypothesis strategy of lists of strikes on a ground: one to four, each another."""
    strategies = imported().strategies
    sites = list(dict.fromkeys(target.site for target in ground.targets))
    targets = [[target for target in ground.targets if target.site == site] for site in sites]

    @strategies.composite  # type: ignore[untyped-decorator,unused-ignore]
    def strike(draw: Callable[[SearchStrategy[Any]], Any]) -> Strike:
        def one(items: Sequence[Any]) -> Any:
            return items[draw(strategies.integers(0, len(items) - 1))]

        target = one(one(targets))
        if target.site == "boot":
            return Strike("boot", 2, target.fault)
        nth = draw(strategies.integers(1, target.passages))
        return Strike(target.site, nth, target.fault, one(_times(target)), recovery=draw(strategies.booleans()))

    return strategies.lists(strike(), min_size=1, max_size=STRIKES_MOST, unique=True).map(tuple)  # type: ignore[no-any-return]


def _times(target: Target) -> tuple[int | None, ...]:
    """How often it may strike in a row, the fewest first; a death once."""
    return (1, 2, None) if isinstance(target.fault, LASTING) else (1,) if target.id == "crash" else (1, 2)


def _comes_about(strikes: tuple[Strike, ...]) -> bool:
    """Whether what needs a death has one; else the run need not be made to know that it says nothing."""
    needs = any(strike.recovery or strike.site == "boot" for strike in strikes)
    return not needs or any(isinstance(strike.fault, DEATHS) and not strike.recovery for strike in strikes)


def imported() -> Any:
    """Hypothesis, imported when it is needed. Raises `UsageError` that names the extra where it is not installed."""
    try:
        import hypothesis
        import hypothesis.strategies
    except ImportError:
        raise UsageError(
            "drawing examples needs Hypothesis, which is not installed: pip install 'longhaul[search]'; "
            "without it, --seeds searches with the swarm"
        ) from None
    return hypothesis
