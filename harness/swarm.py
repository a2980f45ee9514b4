"""A seed becomes explicit strikes: each seed draws its own mix of faults first, and then how many strikes, where and when.

    ground = ground_of(execute(spec))
    replace(spec, strikes=swarm(7, ground), heal=True)

To leave most kinds of faults out of a run is what finds most, after TigerBeetle's VOPR: a run in which everything fails at
once gets nowhere. Strikes are drawn by hash, so a seed means the same strikes everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from harness.catalogue.faults import HAZARDS, expectation, touched
from harness.checks import CHECKS, SAFETY, Check, converges, effect_once
from harness.faults import (
    ContextOverflow,
    CrashAfter,
    CrashBefore,
    DiskRefuses,
    Drift,
    EmptyResult,
    ErrorInOk,
    FailBefore,
    Hang,
    NoSpace,
    QuotaExceeded,
    RateLimit,
    ServerError,
    StopReason,
    Strike,
    ToolGone,
    TornAppend,
)
from harness.faults.sites import kind_of
from harness.run import Run
from harness.spec import Spec

STRIKES_MOST = 4
"""Strikes of one seed. Most bugs need no more than three operations (CrashMonkey, OSDI'18)."""

SHARE_OF_KINDS = 0.3
"""Of the kinds of faults, what one seed has in its mix."""

LASTING = (RateLimit, ServerError, FailBefore, Hang, NoSpace, DiskRefuses)
"""What can stay until it is mended, and leave a session that can be taken up again then."""

UNMENDED = ("H04", "H09", "F18", "T15")
"""Faults after which no healing helps: a journal that is damaged, or newer; a job declared done; a call that always kills."""


LOSSES = (ContextOverflow(), StopReason("model_context_window_exceeded"), QuotaExceeded("request_too_large"))
"""Faults that make an orchestrator throw away what its model was told: whether the work still comes out right is luck."""


WORDLESS = (EmptyResult, ErrorInOk)
"""Faults after which the outcome of a call does not say what was done."""


def demands(spec: Spec) -> tuple[Check, ...]:
    """What a healed run owes: everything where its strikes are to be masked, else safety, and the goal once all is healed.

    Where what was said is lost, what must never happen is left; and where nothing was said about what was done, a model
    that is told no more of it may decide to do it again, which is no fault of the orchestrator.
    """
    struck = [strike.fault for strike in spec.strikes]
    if any(fault in LOSSES for fault in struck):
        wordless = any(isinstance(fault, WORDLESS) for fault in struck)
        return tuple(check for check in SAFETY if not (wordless and check is effect_once))
    return CHECKS if expectation(spec) == "mask" else (*SAFETY, converges)


@dataclass(frozen=True)
class Target:
    """A fault at a site: which one of the catalogue it is (`crash` for a plain death), and how often the site is passed."""

    id: str
    fault: Any
    site: str
    passages: int


@dataclass(frozen=True)
class Ground:
    """Every fault that a run of a spec can be struck by, at every site where it fits; crashes first."""

    targets: tuple[Target, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """The kinds of faults, each once."""
        return tuple(dict.fromkeys(target.id for target in self.targets))


def ground_of(clean: Run) -> Ground:
    """The ground of a run that nothing struck."""
    return Ground((*_crashes(clean), *_faults(clean)))


def _crashes(clean: Run) -> Iterator[Target]:
    for site, count in clean.passages.items():
        deaths: list[Any] = [CrashBefore(), CrashAfter()]
        if site.startswith("disk:"):
            deaths += [CrashAfter("all"), CrashAfter("half")]
        if site == "disk:append":
            deaths += [TornAppend(), CrashAfter("reordered"), CrashAfter("bit_flip")]
        yield from (Target("crash", fault, site, count) for fault in deaths)


def _faults(clean: Run) -> Iterator[Target]:
    sites = {**clean.passages, "boot": 3, "human": 2, "sleep": 2}
    sites |= {
        f"query:{tool.name}": 2 for tool in clean.setup.tools if tool.effect != "read" and tool.kind == "queryable"
    }
    for hazard in HAZARDS:
        if hazard.id in UNMENDED:
            continue
        for shape in hazard.shapes:
            weakest = shape.expected or hazard.expected
            if weakest == "out_of_contract" or isinstance(shape.fault, CrashBefore | CrashAfter):
                continue
            for fault in _variants(shape.fault, clean):
                for site, count in sites.items():
                    strike = Strike(site, 1, fault)
                    if kind_of(site) in shape.sites and shape.fits(strike, clean.spec.kind, touched(site, clean.setup)):
                        yield Target(hazard.id, fault, site, count)


def _variants(fault: Any, clean: Run) -> list[Any]:
    """The faults that stand for one of the catalogue in this run: its own tools vanish, and only what can drift does."""
    if isinstance(fault, ToolGone):
        return [ToolGone(tool.name) for tool in clean.setup.tools]
    return [] if isinstance(fault, Drift) and clean.setup.drift is None else [fault]


def swarm(seed: int, ground: Ground, most: int = STRIKES_MOST) -> tuple[Strike, ...]:
    """The strikes of a seed: one to `most` of them, from the seed's own mix of faults."""
    draws = _Draws(seed)
    mix = [name for name in ground.ids if name == "crash" or draws.share(name) < SHARE_OF_KINDS]
    strikes = tuple(_strike(draws, ground, mix) for _ in range(1 + draws.below(most)))
    if any(strike.recovery or strike.site == "boot" for strike in strikes):
        strikes = (_crash(draws, ground), *strikes)
    return tuple(dict.fromkeys(strikes))


def _crash(draws: _Draws, ground: Ground) -> Strike:
    deaths = [target for target in ground.targets if target.id == "crash"]
    target = deaths[draws.below(len(deaths))]
    return Strike(target.site, 1 + draws.below(target.passages), target.fault)


def _strike(draws: _Draws, ground: Ground, mix: list[str]) -> Strike:
    name = mix[draws.below(len(mix))]
    targets = [target for target in ground.targets if target.id == name]
    target = targets[draws.below(len(targets))]
    nth = 1 + draws.below(target.passages)
    if target.site == "boot":
        return Strike("boot", 2, target.fault)
    mode = draws.below(8)
    if target.id == "crash":
        return Strike(target.site, 1 + draws.below(5), target.fault, recovery=True) if mode < 2 else Strike(
            target.site, nth, target.fault
        )  # fmt: skip
    if mode == 0:
        return Strike(target.site, 1 + draws.below(4), target.fault, recovery=True)
    if mode == 1:
        return Strike(target.site, nth, target.fault, times=2)
    if mode == 2 and isinstance(target.fault, LASTING):
        return Strike(target.site, nth, target.fault, times=None)
    return Strike(target.site, nth, target.fault)


class _Draws:
    """Numbers that follow from a seed and nothing else."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._count = 0

    def share(self, name: str) -> float:
        """A number from 0 to 1 for a name."""
        digest = blake2b(f"{self._seed}/{name}".encode(), digest_size=8).digest()
        return int.from_bytes(digest) / 2**64

    def below(self, count: int) -> int:
        """The next whole number below `count`."""
        self._count += 1
        return int(self.share(str(self._count)) * count)
