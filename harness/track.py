"""What one run keeps across the lives of its process: world, disk, history, the count of passages, and the strikes.

`Host` is one life; the track is everything that outlives it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from harness.cache import cached_tokens
from harness.disk import Disk, Medium
from harness.faults import Strike
from harness.history import History
from harness.intake import Intake, Taken, common_prefix
from harness.spec import Spec, limits_of
from harness.types import Limits, Model, Policy, Setup, Tool

Faults: TypeAlias = tuple[Callable[..., Any], ...]
"""The faults that hit one passage, outermost first."""

BOOT_MS = 1_000
"""Virtual time from a crash to the next life."""

WINDOW_DEFAULT = 1_000_000
"""Context window, in tokens, of a model that states none."""


TURNS_UNCAPPED = 10_000
"""Turns that the harness's own limits reckon with where a run has no cap on turns."""

PASSAGES_PER_TURN = 100
"""The harness itself ends a run that passes one site more than this many times the turns (and ten) of its limits."""


@dataclass(frozen=True)
class Exhausted:
    """The harness's own end for a life that passes one site again and again, and would for ever."""

    passages_max: int

    async def __call__(self, passage: Any, proceed: Any) -> Any:
        """End the life as `limit`."""
        return await passage.give_up(f"more than {self.passages_max} passages of {passage.site}")


class Track:
    """The state of a run across lives. Only hosts write to it."""

    def __init__(self, spec: Spec, setup: Setup, policy: Policy, strikes: Sequence[Strike] = ()) -> None:
        self.spec = spec
        self.setup = setup
        self.policy = policy
        self.limits: Limits = limits_of(spec, setup)
        self.tools: dict[str, Tool] = {tool.name: tool for tool in setup.tools}
        self.model: Model = setup.model(spec.model.name)
        self.window: int = getattr(self.model, "window", WINDOW_DEFAULT)
        self.latency_ms: int = getattr(self.model, "latency_ms", 1_000)
        self.budget = budget_of(spec, setup)
        self.world = setup.world
        self.disk: Medium = Disk()
        self.history = History()
        self.intake = Intake()
        self.now_ms = 0
        self.life = 0
        self.requests = 0
        self.broken: Exception | None = None
        self.turns_max = self.limits.turns or TURNS_UNCAPPED
        self.passages_max = PASSAGES_PER_TURN * (10 + self.turns_max)
        self.fired = [0] * len(strikes)
        self._passages: dict[str, int] = {}
        self._strikes: dict[str, list[tuple[int, Strike]]] = {}
        self._warm: tuple[Taken | None, int] = (None, 0)
        for index, strike in enumerate(strikes):
            self._strikes.setdefault(strike.site, []).append((index, strike))

    def enter(self, site: str) -> tuple[int, Faults]:
        """Count one passage of a site; return its number and the faults that hit it, outermost first."""
        nth = self._passages.get(site, 0) + 1
        self._passages[site] = nth
        if nth > self.passages_max:
            return nth, (Exhausted(self.passages_max),)
        planned = self._strikes.get(site)
        if planned is None:
            return nth, ()
        faults = []
        for index, strike in planned:
            if strike.hits(nth):
                self.fired[index] += 1
                faults.append(strike.fault)
        return nth, tuple(faults)

    def passages(self) -> dict[str, int]:
        """How often each site was passed so far."""
        return dict(self._passages)

    def record(self, at_ms: int, site: str, nth: int, kind: str, detail: dict[str, Any]) -> None:
        """Write one event of the current life into the history."""
        self.now_ms = at_ms
        self.history.add((self.life, at_ms), site, nth, kind, detail)

    def cached(self, taken: Taken, at_ms: int) -> int:
        """Tokens of an answered request that the vendor reads from its cache; warms the cache."""
        before, when = self._warm
        self._warm = (taken, at_ms)
        if before is None or (before.tools is not taken.tools and before.tools != taken.tools):
            return 0
        own = taken.tokens - taken.view.weight
        return cached_tokens(own + taken.view.sum_first(common_prefix(before.view, taken.view)), at_ms - when)


def budget_of(spec: Spec, setup: Setup) -> int:
    """The view budget in tokens: absolute, or a share of the scenario's working set."""
    if isinstance(spec.view_budget, int):
        return spec.view_budget
    return max(1, int(setup.working_set * spec.view_budget))
