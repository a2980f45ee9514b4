"""Every fault of the catalogue, in every shape and mode, at every site where a clean run gives it a place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from evals.cases import run_of
from harness import resolve
from harness.catalogue.faults import HAZARDS, touched
from harness.catalogue.hazard import Hazard, Mode, Shape
from harness.faults import CrashBefore, Drift, Strike, ToolGone
from harness.faults.sites import kind_of
from harness.run import Run
from harness.spec import Spec

CHANCE = 0.3
SEEDS = range(100)


@dataclass(frozen=True)
class Case:
    """One spec, and which fault of the catalogue it brings about, in which mode."""

    hazard: str
    mode: Mode
    spec: Spec


def cases(hazard: Hazard, clean: Spec, thorough: bool = False) -> tuple[Case, ...]:
    """Every case of a fault on a clean spec; none where the spec never passes a site that it can strike.

    Struck is the second passage of a site, or the only one; `thorough` adds the first, a middle and the last one. Where
    only the kind of the tools differs from another clean spec, what is no fault of a tool is left to `thorough` too. Over the
    wire only what strikes the wire is tried.
    """
    run = run_of(clean)
    alike = not thorough and clean.kind != resolve.scenario(clean.scenario).kinds[0]
    found = [
        Case(hazard.id, mode, struck)
        for shape in hazard.shapes
        if clean.kind in shape.kinds and (clean.setting != "wire" or "wire" in shape.sites)
        for site in sites(shape, run)
        if kind_of(site) == "tool" or not alike
        for mode in hazard.modes
        for struck in _struck(shape, site, mode, run, thorough)
    ]
    return tuple(dict.fromkeys(found))


def sites(shape: Shape, run: Run) -> tuple[str, ...]:
    """The sites of a run at which a shape of a fault can strike and makes sense."""
    fault, setup = shape.fault, run.setup
    if isinstance(fault, ToolGone):
        return ("boot",) if any(tool.name == fault.name for tool in setup.tools) else ()
    if isinstance(fault, Drift) and setup.drift is None:
        return ()
    passed = sorted(site for site in run.passages if kind_of(site) in shape.sites)
    wanted = tuple(site for site in passed if shape.touches in ("any", touched(site, setup)))
    return (*wanted, "boot") if "boot" in shape.sites else wanted


def _struck(shape: Shape, site: str, mode: Mode, run: Run, thorough: bool) -> Iterator[Spec]:
    spec, fault = run.spec, shape.fault
    if site == "boot":
        crash = Strike("model", 3, CrashBefore())
        yield replace(spec, strikes=(crash, Strike("boot", 2, fault, None if mode == "for_ever" else 1)))
        return
    count = run.passages[site]
    if mode == "recovery":
        crash = Strike("model", _death(site, spec), CrashBefore())
        yield replace(spec, strikes=(crash, Strike(site, 1, fault, recovery=True)))
    elif mode == "chance":
        strike = Strike(site, 1, fault, None, CHANCE)
        seed = next(seed for seed in SEEDS if any(strike.hits(nth, seed) for nth in range(1, count + 1)))
        yield replace(spec, seed=seed, strikes=(strike,))
    else:
        times = {"once": 1, "n_times": 2, "for_ever": None}[mode]
        for nth in _places(count, thorough):
            yield replace(spec, strikes=(Strike(site, nth, fault, times),))


def _places(count: int, thorough: bool) -> tuple[int, ...]:
    second = min(2, count)
    return tuple(dict.fromkeys((second, 1, (count + 1) // 2, count))) if thorough else (second,)


def _death(site: str, spec: Spec) -> int:
    """The request before which the process dies, so that the site is still passed afterwards."""
    run = run_of(replace(spec, strikes=(Strike("model", 2, CrashBefore()),)))
    return 2 if any(event.life and event.site == site for event in run.events) else 1


@dataclass(frozen=True)
class Covered:
    """How often one fault strikes: in how many specs, in which modes; or why it cannot."""

    id: str
    specs: int
    modes: tuple[Mode, ...]
    why: str


def coverage(every: tuple[Case, ...]) -> tuple[Covered, ...]:
    """One row for each fault of the catalogue, in its order."""
    rows = []
    for hazard in HAZARDS:
        own = [case for case in every if case.hazard == hazard.id]
        modes = tuple(mode for mode in hazard.modes if any(case.mode == mode for case in own))
        why = f"pending({hazard.entry.pending})" if hazard.entry.pending else hazard.unstruck
        rows.append(Covered(hazard.id, len(own), modes, why))
    return tuple(rows)


def holes(rows: tuple[Covered, ...]) -> list[str]:
    """The live faults that strike nowhere, or not in all of their modes."""
    modes = {hazard.id: hazard.modes for hazard in HAZARDS}
    return [
        f"{row.id} strikes in {row.specs} specs, in the modes {', '.join(row.modes) or 'none'} of {', '.join(modes[row.id])}"
        for row in rows
        if not row.why and row.modes != modes[row.id]
    ]
