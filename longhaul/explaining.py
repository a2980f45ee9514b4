"""What one id of the catalogue means: cause, usual fix, what is right under it, and the smallest spec that shows it."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from harness.catalogue.crash_point import CrashPoint
from harness.catalogue.entry import Entry
from harness.catalogue.faults import HAZARDS
from harness.catalogue.hazard import Hazard, Shape
from harness.catalogue.invariants import INVARIANTS, Invariant
from harness.catalogue.points import NOT_STRUCK, POINTS
from harness.errors import UsageError
from harness.resolve import scenario, scenario_names, wire_installed
from harness.spec import Model, Policy, Spec

MEANING = {
    "mask": "the work is finished as if nothing had been",
    "surface": "the run ends or parks in an orderly way and names it; to finish all the same is never wrong",
    "out_of_contract": "nothing is promised but what the fault leaves possible",
}
"""What each expectation means, in words."""


@dataclass(frozen=True)
class Explanation:
    """One id: its entry, what else is to be said by name, and the spec that shows it (None where no strike does)."""

    entry: Entry
    facts: tuple[tuple[str, str], ...]
    spec: Spec | None


def explain(id: str) -> Explanation:
    """The explanation of a crash point (C18), a fault (F11, T03, H04) or an invariant (I5).

    Finding a crash point's place runs the smallest scenario. Raises `UsageError` with near matches for an unknown id.
    """
    known: dict[str, CrashPoint | Hazard | Invariant] = {
        **{point.id: point for point in POINTS},
        **{hazard.id: hazard for hazard in HAZARDS},
        **{invariant.id.upper(): invariant for invariant in INVARIANTS},
    }
    match known.get(id.upper()):
        case CrashPoint() as point:
            return _of_a_point(point)
        case Hazard() as hazard:
            return Explanation(hazard.entry, tuple(_of_a_hazard(hazard)), hazard.example)
        case Invariant() as invariant:
            return Explanation(invariant.entry, tuple(_of_an_invariant(invariant)), invariant.example)
    alike = [name for name in known if name[:1] == id[:1].upper()]
    near = difflib.get_close_matches(id.upper(), alike or known, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    raise UsageError(
        f"the catalogue has no id {id!r}; {hint}there are C00 to C71 (longhaul points SCENARIO), F01 to F27, T01 to T16 and "
        "H01 to H10 (longhaul faults), I1 to I27 and I14b"
    )


def as_plain(found: Explanation) -> dict[str, Any]:
    """An explanation for JSON."""
    entry = found.entry
    return {
        "id": entry.id, "title": entry.title, "cause": entry.cause, "fix": entry.fix, **dict(found.facts),
        "source": entry.source, "pending": entry.pending, "spec": repr(found.spec) if found.spec else "",
    }  # fmt: skip


def _of_a_point(point: CrashPoint) -> Explanation:
    facts = [("on disk", point.on_disk), ("resume", point.resume), ("at stake", ", ".join(point.invariants))]
    if point.id in NOT_STRUCK:
        facts.append(("tried", NOT_STRUCK[point.id]))
    spec = None if point.entry.pending or point.id in NOT_STRUCK else _smallest_spec(point.id)
    return Explanation(point.entry, tuple(facts), spec)


def _smallest_spec(id: str) -> Spec | None:
    """The first place of a crash point in the smallest scenario that has one."""
    from harness.catalogue.located import spec_at
    from harness.catalogue.reach import reach

    for spec in _small_specs():
        places = reach(spec).of(id)
        if places:
            return spec_at(spec, places[0])
    return None


def _small_specs() -> Iterator[Spec]:
    paying = Spec("pay_invoices", horizon=4)
    yield paying
    yield replace(paying, kind="queryable")
    yield Spec("rename_api", horizon=6)
    yield Spec("rename_api", horizon=16, policy=Policy("summarize"), view_budget=0.5)
    if wire_installed():
        yield replace(paying, setting="wire", model=Model("perfect", stream=True))


def _of_a_hazard(hazard: Hazard) -> Iterator[tuple[str, str]]:
    yield "layer", hazard.layer
    if not hazard.live:
        return
    yield "expected", f"{hazard.expected}: {MEANING[hazard.expected]}"
    if hazard.lasting != hazard.expected and "for_ever" in hazard.modes and hazard.shapes:
        yield "if it stays", f"{hazard.lasting}: {MEANING[hazard.lasting]}"
    if hazard.shapes:
        yield "modes", ", ".join(hazard.modes)
        yield "injected", "; ".join(map(_of_a_shape, hazard.shapes))
    if hazard.unstruck:
        yield "tried", hazard.unstruck
    for name in scenario_names():
        expected, why = scenario(name).contract.get(hazard.id, ("", ""))
        if expected:
            yield f"in {name}", f"{expected}: {why}"


def _of_a_shape(shape: Shape) -> str:
    differs = f", {shape.expected}" if shape.expected else ""
    return f"{shape.fault!r} at {' or '.join(shape.sites)}{differs}"


def _of_an_invariant(invariant: Invariant) -> Iterator[tuple[str, str]]:
    yield "kind", invariant.family
    if invariant.checks:
        yield "checks", ", ".join(invariant.checks)
    if invariant.elsewhere:
        yield "judged", invariant.elsewhere
    if invariant.example is not None:
        yield "the spec", "a planted bug or a control violates it" if invariant.breaks else "the reference keeps it"
