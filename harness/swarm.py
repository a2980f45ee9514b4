"""A seed becomes explicit strikes: each seed draws its own mix of faults first, and then how many strikes, where and when.

    ground = ground_of(execute(spec))
    replace(spec, strikes=swarm(7, ground), heal=True)

To leave most kinds of faults out of a run is what finds most, after TigerBeetle's VOPR: a run in which everything fails at
once gets nowhere. Strikes are drawn by hash, so a seed means the same strikes everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from harness.catalogue.faults import HAZARDS, expectation, touched
from harness.checks import CHECKS, SAFETY, Check, converges, effect_once
from harness.draws import share_of
from harness.faults import (
    ContextOverflow,
    CrashAfter,
    CrashBefore,
    CrashMidAnswer,
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
from harness.resolve import scenario
from harness.run import Run, build
from harness.spec import Spec

STRIKES_MOST = 4
"""Strikes of one seed. Most bugs need no more than three operations (CrashMonkey, OSDI'18)."""

SHARE_OF_KINDS = 0.3
"""Of the kinds of faults, what one seed has in its mix."""

LASTING = (RateLimit, ServerError, FailBefore, Hang, NoSpace, DiskRefuses)
"""What can stay until it is mended, and leave a session that can be taken up again then."""

UNMENDED = ("H04", "H09", "F18", "T15")
"""Faults after which no healing helps: a journal that is damaged, or newer; a job declared done; a call that always kills."""

ALONE = ("boot", "sleep", "human", "query")
"""Sites where a strike comes in one mode only: once, at what its trouble brings about."""

RECOVERY_MOST = 3
"""A strike in recovery is at one of the first so many passages after a death: a resumed life may have little left to do."""

LOSSES = (ContextOverflow(), StopReason("model_context_window_exceeded"), QuotaExceeded("request_too_large"))
"""Faults that make an orchestrator throw away what its model was told: whether the work still comes out right is luck."""

WAITED = (RateLimit, ServerError, FailBefore, Hang)
"""Faults after which there is a wait before the next try."""

WAIT_MS = 60_000
"""What a vendor asks for in a worsened plan: longer than it takes until a new life begins."""

SLEEPS_MOST = 3
"""A death in a wait is in one of the first so many."""

CALLS = ("model", "tool")
"""Kinds of sites of what an orchestrator asks of others."""

WORDLESS = (EmptyResult, ErrorInOk)
"""Faults after which the outcome of a call does not say what was done."""


def demands(spec: Spec) -> tuple[Check, ...]:
    """What a healed run owes: everything where its strikes are to be masked, else safety, and the goal once all is healed.

    Where what was said is lost, what must never happen is left; and where nothing was said about what was done, a model
    that is told no more of it may decide to do it again, which is no fault of the orchestrator. A model that has no tool
    left can only say that it is done, as after F18: what was not done before that is no one's fault either.
    """
    struck = [strike.fault for strike in spec.strikes]
    if _toolless(spec):
        return SAFETY
    if any(fault in LOSSES for fault in struck):
        wordless = any(isinstance(fault, WORDLESS) for fault in struck)
        return tuple(check for check in SAFETY if not (wordless and check is effect_once))
    return CHECKS if expectation(spec) == "mask" else (*SAFETY, converges)


def _toolless(spec: Spec) -> bool:
    """Whether the strikes leave no tool."""
    gone = {strike.fault.name for strike in spec.strikes if isinstance(strike.fault, ToolGone)}
    return bool(gone) and gone.issuperset(tool.name for tool in build(scenario(spec.scenario), spec).tools)


@dataclass(frozen=True)
class Target:
    """A fault at a site: which one of the catalogue it is (`crash` for a plain death), and how often the site is passed.

    `ends` says that an orchestrator may rightly end the run where the fault strikes, so that nothing can strike behind it.
    """

    id: str
    fault: Any
    site: str
    passages: int
    ends: bool = False


@dataclass(frozen=True)
class Ground:
    """Every fault that a run of a spec can be struck by, at every site where it fits, crashes first.

    `passed` are the passages (site, nth) of the run that nothing struck, in order; `blind` the sites of tools that change
    the world and cannot be asked whether they did.
    """

    targets: tuple[Target, ...]
    passed: tuple[tuple[str, int], ...]
    blind: tuple[str, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """The kinds of faults, each once."""
        return tuple(dict.fromkeys(target.id for target in self.targets))

    @cached_property
    def places(self) -> dict[tuple[str, int], int]:
        """When each passage (site, nth) came, from 0; a site that is only passed under fire is not in it."""
        return {passage: place for place, passage in enumerate(self.passed)}

    def passages(self, site: str, first: int, last: int) -> int:
        """How often a site was passed from place `first` on and before place `last`."""
        return sum(passed == site for passed, _ in self.passed[first:last])


def ground_of(clean: Run) -> Ground:
    """The ground of a run that nothing struck."""
    passed = ((event.site, event.nth) for event in clean.events if event.site in clean.passages and event.nth)
    blind = tuple(f"tool:{tool.name}" for tool in clean.setup.tools if tool.effect != "read" and tool.kind == "blind")
    return Ground((*_crashes(clean), *_faults(clean)), tuple(dict.fromkeys(passed)), blind)


def _crashes(clean: Run) -> Iterator[Target]:
    sites = {**clean.passages, **_under_fire(clean)}
    del sites["boot"]
    for site, count in sites.items():
        deaths: list[Any] = [CrashMidAnswer()] if site == "wire" else [CrashBefore(), CrashAfter()]
        if site.startswith("disk:"):
            deaths += [CrashAfter("all"), CrashAfter("half")]
        if site == "disk:append":
            deaths += [TornAppend(), CrashAfter("reordered"), CrashAfter("bit_flip")]
        yield from (Target("crash", fault, site, count) for fault in deaths)


def _faults(clean: Run) -> Iterator[Target]:
    sites = {**clean.passages, **_under_fire(clean)}
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
                        ends = expectation(replace(clean.spec, strikes=(strike,))) != "mask"
                        yield Target(hazard.id, fault, site, count, ends)


def _under_fire(clean: Run) -> dict[str, int]:
    """Sites that a run which nothing strikes never passes, and passes where something does (`_opened` says what)."""
    changing = [tool for tool in clean.setup.tools if tool.effect != "read"]
    sites = {"boot": 1, "sleep": 1} | ({"human": 1} if any(tool.kind == "blind" for tool in changing) else {})
    return sites | {f"query:{tool.name}": 1 for tool in changing if tool.kind == "queryable"}


def _variants(fault: Any, clean: Run) -> list[Any]:
    """The faults that stand for one of the catalogue in this run: its own tools vanish, and only what can drift does."""
    if isinstance(fault, ToolGone):
        return [ToolGone(tool.name) for tool in clean.setup.tools]
    return [] if isinstance(fault, Drift) and clean.setup.drift is None else [fault]


def swarm(seed: int, ground: Ground, most: int = STRIKES_MOST) -> tuple[Strike, ...]:
    """The strikes of a seed: one to `most` of them, from the seed's own mix of faults; one more where they need a death.

    A strike that never fires makes a run invalid. So what may end the run strikes once, and everything else before it;
    strikes in recovery count what is still passed after the death; and what strikes where a run comes only in trouble
    brings the trouble along. No passage is struck twice: two faults of one answer can tell a lie that nobody could see
    through, such as an error that hides behind an empty success. Who passes no door cannot be struck.
    """
    if not ground.passed:
        return ()
    draws = _Draws(seed)
    mix = [name for name in ground.ids if name == "crash" or draws.share(name) < SHARE_OF_KINDS]
    drawn = [_drawn(draws, ground, mix) for _ in range(1 + draws.below(most))]
    end = len(ground.passed)
    last = next((_placed(one, end, ground, draws) for one in drawn if one.ends), ())
    end = ground.places[last[0].site, last[0].nth] if last else end
    before = [strike for one in drawn if not one.ends for strike in _placed(one, end, ground, draws)]
    return _struck_once(before, last) or (_death(draws, ground, len(ground.passed)),)


def _struck_once(before: Iterable[Strike], last: Iterable[Strike]) -> tuple[Strike, ...]:
    """The strikes in order, of those at one passage only the first and what kills; `last` counts as first of all."""
    first: dict[tuple[str, int, bool], Strike] = {}
    for strike in (*last, *before):
        first.setdefault(_passage(strike), strike)
    return tuple(dict.fromkeys(one for one in (*before, *last) if _kills(one) or one == first[_passage(one)]))


def _passage(strike: Strike) -> tuple[str, int, bool]:
    return strike.site, strike.nth, strike.recovery


def worsened(seed: int, strikes: tuple[Strike, ...]) -> tuple[tuple[Strike, ...], ...]:
    """A seed's strikes made worse as no seed draws them: a death in a long wait; and alone, a death in a call, each time.

    Each way where the strikes have what it needs, so none to two of them. That death is alone because what is struck behind
    it never comes about; and it is none at the disk, where the session cannot even write down that it gives up. A seed
    draws what it always drew.
    """
    ways = []
    sleeps = sum(strike.times or SLEEPS_MOST for strike in strikes if isinstance(strike.fault, WAITED))
    if sleeps:
        died = Strike("sleep", 1 + seed % min(sleeps, SLEEPS_MOST), CrashBefore())
        others = (one for one in strikes if (one.site, one.nth) != (died.site, died.nth))
        long = (replace(one, fault=RateLimit(WAIT_MS)) if one.fault == RateLimit() else one for one in others)
        ways.append((*long, died))
    calls = [one for one in strikes if isinstance(one.fault, CrashBefore | CrashAfter) and kind_of(one.site) in CALLS]
    if calls:
        ways.append((replace(calls[-1], times=None, recovery=False),))
    return tuple(ways)


def _kills(strike: Strike) -> bool:
    return isinstance(strike.fault, CrashBefore | CrashAfter | TornAppend | CrashMidAnswer)


@dataclass(frozen=True)
class _Drawn:
    """A strike whose passage is not settled yet, and whether the run may end there."""

    strike: Strike
    ends: bool


def _drawn(draws: _Draws, ground: Ground, mix: list[str]) -> _Drawn:
    """A fault of the mix at a site, in one of its modes."""
    name = mix[draws.below(len(mix))]
    targets = [target for target in ground.targets if target.id == name]
    target = targets[draws.below(len(targets))]
    plain = Strike(target.site, 1, target.fault)
    mode = -1 if kind_of(target.site) in ALONE else draws.below(8)
    if mode == 0 or (mode == 1 and name == "crash"):
        return _Drawn(replace(plain, recovery=True), target.ends)
    if mode == 1:
        return _Drawn(replace(plain, times=2), target.ends)
    if mode == 2 and isinstance(target.fault, LASTING):
        return _Drawn(replace(plain, times=None), True)
    return _Drawn(plain, target.ends)


def _placed(one: _Drawn, end: int, ground: Ground, draws: _Draws) -> tuple[Strike, ...]:
    """The strike at a passage before place `end`, after what it needs to come about; nothing where there is no place."""
    strike = one.strike
    opening = _opening(strike, end, ground, draws)
    if opening is not None:
        return (*opening, replace(strike, nth=2) if strike.site == "boot" else strike) if opening else ()
    count = ground.passages(strike.site, 0, end)
    if not count:
        return ()
    struck = replace(strike, nth=1 + draws.below(count))
    if not strike.recovery:
        return (struck,)
    death = _death(draws, ground, ground.places[struck.site, struck.nth] + 1)
    left = ground.passages(struck.site, ground.places[death.site, death.nth], end)
    return (death, replace(struck, nth=1 + draws.below(max(1, min(left, RECOVERY_MOST)))))


def _opening(strike: Strike, end: int, ground: Ground, draws: _Draws) -> tuple[Strike, ...] | None:
    """The trouble without which a site is never passed; None where it is passed anyway, () where there is no place left."""
    kind, _, name = strike.site.partition(":")
    if kind == "boot":
        return (_death(draws, ground, end),) if end else ()
    if kind == "sleep":
        count = ground.passages("model", 0, end)
        return (Strike("model", 1 + draws.below(count), RateLimit()),) if count else ()
    if kind not in ("query", "human"):
        return None
    tools = [site for site in dict(ground.passed) if site == f"tool:{name}" or (not name and site in ground.blind)]
    counts = [(site, ground.passages(site, 0, end)) for site in tools]
    return next(((Strike(site, 1 + draws.below(count), CrashAfter()),) for site, count in counts if count), ())


def _death(draws: _Draws, ground: Ground, end: int) -> Strike:
    """A plain death somewhere before place `end`, which is at least 1."""
    deaths = [target for target in ground.targets if target.id == "crash" and ground.passages(target.site, 0, end)]
    target = deaths[draws.below(len(deaths))]
    return Strike(target.site, 1 + draws.below(ground.passages(target.site, 0, end)), target.fault)


class _Draws:
    """Numbers that follow from a seed and nothing else."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._count = 0

    def share(self, name: str) -> float:
        """A number from 0 to 1 for a name."""
        return share_of(f"{self._seed}/{name}")

    def below(self, count: int) -> int:
        """The next whole number below `count`."""
        self._count += 1
        return int(self.share(str(self._count)) * count)
