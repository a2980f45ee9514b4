"""What the catalogue's own specs cover: which sites were passed, which faults fired, and how often each check had its say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from evals.cases import clean_specs
from harness.catalogue.faults import HAZARDS
from harness.catalogue.located import Located, located, spec_at
from harness.checks import CHECKS, judge
from harness.faults import FAULTS, Strike
from harness.faults.sites import SITES, kind_of
from harness.run import execute
from harness.spec import Model, Policy, Spec
from harness.types import Limits

HORIZON = 8
WIDE = Policy("summarize")
STREAMED = Model("perfect", format="anthropic", stream=True)


@dataclass
class Covered:
    """Counts over many runs, by name."""

    sites: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    premises: Counter[str] = field(default_factory=Counter)

    def holes(self) -> list[str]:
        """What is live and never occurred."""
        kinds = [f"site {kind}" for kind in SITES if not self.sites[kind]]
        faults = [f"fault {fault.__name__}" for fault in FAULTS if not self.faults[fault.__name__]]
        checks = [f"premise of {check.__name__}" for check in CHECKS if not self.premises[check.__name__]]
        return [*kinds, *faults, *checks]

    def text(self) -> str:
        """One line for each of the three."""
        parts = (("sites", self.sites), ("faults", self.faults), ("premises", self.premises))
        return "\n".join(
            f"{title}: {', '.join(f'{name} {count:,}' for name, count in sorted(counts.items()))}"
            for title, counts in parts
        )


def specs() -> tuple[Spec, ...]:
    """The smallest spec of every live fault, every named crash point once, and what else some check waits for."""
    short = [replace(clean, horizon=HORIZON) for clean in clean_specs()]
    crashed = [spec_at(clean, place) for clean in short for place in _firsts(clean)]
    shown = [hazard.example for hazard in HAZARDS if hazard.live and hazard.example is not None]
    shaped = [
        replace(hazard.example, strikes=(replace(hazard.example.strikes[-1], fault=shape.fault),))
        for hazard in HAZARDS
        if hazard.live and hazard.example is not None and hazard.example.strikes
        for shape in hazard.shapes
        if kind_of(hazard.example.strikes[-1].site) in shape.sites and not hazard.example.strikes[:-1]
    ]
    on_wire = [
        replace(hazard.example, setting="wire", model=STREAMED, strikes=(Strike("wire", 2, shape.fault),))
        for hazard in HAZARDS
        if hazard.live and hazard.example is not None
        for shape in hazard.shapes
        if "wire" in shape.sites
    ]
    streamed = replace(short[0], horizon=4, setting="wire", model=STREAMED)
    cut_off = [spec_at(streamed, place) for place in _firsts(streamed) if place.id == "C04"]
    summarised = [Spec("rename_api", horizon=16, policy=WIDE, view_budget=0.5)]
    capped = [replace(short[0], limits=Limits(turns=40, tokens=500_000, cost=500_000, compute_ms=3_600_000))]
    healed = [replace(spec, heal=True) for spec in shown]
    return tuple(dict.fromkeys((*short, *crashed, *shown, *shaped, *on_wire, *cut_off, *summarised, *capped, *healed)))


def _firsts(clean: Spec) -> Iterable[Located]:
    seen: dict[str, Located] = {}
    for place in located(execute(clean)):
        seen.setdefault(place.id, place)
    return seen.values()


def covered(of: Iterable[Spec]) -> Covered:
    """Run and judge every spec, and count."""
    found = Covered()
    for spec in of:
        run = execute(spec)
        for event in run.events:
            if event.kind == "struck":
                found.faults[str(event.detail["fault"]).partition("(")[0]] += 1
            if event.nth:
                found.sites[kind_of(event.site)] += 1
        for verdict in judge(run).verdicts:
            found.premises[verdict.name] += verdict.premises
    return found
