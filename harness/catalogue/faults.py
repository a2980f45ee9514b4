"""The 53 faults of the catalogue, and what is to be expected of a run that is struck by them."""

from __future__ import annotations

from harness import resolve
from harness.catalogue.hazard import Hazard, Shape, Touches
from harness.catalogue.host_hazards import HOST_HAZARDS
from harness.catalogue.model_hazards import MODEL_HAZARDS
from harness.catalogue.tool_hazards import TOOL_HAZARDS
from harness.faults import Strike
from harness.run import build
from harness.spec import Spec, limits_of
from harness.types import Expected, Kind, Scenario, Setup

HAZARDS: tuple[Hazard, ...] = (*MODEL_HAZARDS, *TOOL_HAZARDS, *HOST_HAZARDS)
"""Every fault, in the order of the catalogue: F of the model, T of tools and the world, H of the host."""

WORST: tuple[Expected, ...] = ("mask", "surface", "out_of_contract")
"""Expectations, each weaker than the one before it."""


def hazard_of(strike: Strike, kind: Kind = "deduplicating", touches: Touches = "any") -> tuple[Hazard, Shape] | None:
    """The fault of the catalogue that a strike brings about, and in which shape; None for a stranger's fault.

    A plain crash is mostly none either: those are the crash points of the catalogue. `touches` says of a strike at a tool
    whether that one reads or changes the world.
    """
    fitting = [(hazard, shape) for hazard in HAZARDS for shape in hazard.shapes if shape.fits(strike, kind, touches)]
    claimed = [found for found in fitting if found[1].claims(strike)]
    return next(iter(claimed or [found for found in fitting if found[1].when is None]), None)


def touched(site: str, setup: Setup) -> Touches:
    """Whether the tool of a site reads or changes the world; `any` where the site is none of a tool."""
    kind, _, name = site.partition(":")
    effects = {tool.name: tool.effect for tool in setup.tools}
    if kind != "tool" or name not in effects:
        return "any"
    return "read" if effects[name] == "read" else "mutating"


def expectation(spec: Spec) -> Expected:
    """What is right under the strikes of a spec: the weakest of what is right under each.

    `mask` is judged by every check, `surface` by what must never happen; an orchestrator that does more than it must is
    never blamed for it. What is not in the catalogue (a crash, a stranger's fault) is to be masked where it passes.
    """
    scenario = resolve.scenario(spec.scenario)
    setup = build(scenario, spec)
    expected = [_expected(strike, spec, scenario, setup) for strike in spec.strikes]
    return max(expected, key=WORST.index, default="mask")


def _expected(strike: Strike, spec: Spec, scenario: Scenario, setup: Setup) -> Expected:
    lasts = strike.times is None or strike.times >= limits_of(spec, setup).tries
    found = hazard_of(strike, spec.kind, touched(strike.site, setup))
    if found is None:
        return "surface" if lasts else "mask"
    hazard, shape = found
    if hazard.id in scenario.contract:
        return scenario.contract[hazard.id][0]
    return hazard.expectation(shape, lasts)
