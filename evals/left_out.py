"""What a tier ran of what there is, and what it did not run: one line at the end of the session.

Tests record what they ran as a property of their report, which also arrives from the workers of pytest-xdist. A green
session is worth as much as this line says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from evals.cases import clean_specs
from evals.swarm_cases import BASES
from harness.spec import Choice
from longhaul.tiers import AMOUNTS, Tier, crashes

CRASHES = "crash points"
PLANS = "swarm plans"
VALID = "valid swarm plans"
COVERAGE = "coverage"
"""The text that tells which sites, faults and premises occurred."""

WHOLE: Tier = "release"
"""The tier that leaves nothing out: what the others run is told as a part of it."""


def recorded(reports: Iterable[Any]) -> Counter[str]:
    """What was run, by what it is, out of the reports of the tests; that of a teardown repeats what its test recorded."""
    ran: Counter[str] = Counter()
    for report in reports:
        if getattr(report, "when", "") != "call":
            continue
        for name, value in getattr(report, "user_properties", ()):
            if name in (CRASHES, PLANS, VALID):
                ran[name] += value
    return ran


def coverage(reports: Iterable[Any]) -> str:
    """What was covered, out of the reports of the tests; empty where nothing looked."""
    calls = (report for report in reports if getattr(report, "when", "") == "call")
    told = (
        str(value) for report in calls for name, value in getattr(report, "user_properties", ()) if name == COVERAGE
    )
    return next(told, "")


def told(tier: Tier, ran: Mapping[str, int], orchestrator: Choice) -> str:
    """The line; empty where nothing of what it counts was run."""
    if not ran:
        return ""
    parts: list[str] = []
    missing: list[str] = []
    if ran.get(CRASHES):
        every = sum(len(crashes(spec, WHOLE)) for spec in clean_specs(orchestrator))
        parts.append(f"{ran[CRASHES]:,} of {every:,} single crashes")
        missing += _crashes_left(tier) if ran[CRASHES] < every else []
    if ran.get(PLANS):
        every, planned, valid = AMOUNTS[WHOLE].swarm * len(BASES), ran[PLANS], ran.get(VALID, 0)
        said = f"{valid:,} valid and {planned - valid:,} invalid"
        parts.append(f"{planned:,} of {every:,} swarm plans ({said})")
        first = AMOUNTS[tier].swarm
        missing += [f"swarm seeds {first}..{AMOUNTS[WHOLE].swarm - 1}"] if first < AMOUNTS[WHOLE].swarm else []
    return f"longhaul: {tier} tier ran {', '.join(parts)}; not run: {'; '.join(missing) or 'nothing of these'}"


def _crashes_left(tier: Tier) -> list[str]:
    amount, whole = AMOUNTS[tier], AMOUNTS[WHOLE]
    ways = [way for way in whole.survivors if way not in amount.survivors]
    left = [f"crashes that leave {', '.join(ways)} of what is unflushed"] if ways else []
    return [f"{1 - amount.share:.0%} of the crash points", *left] if amount.share < 1 else left


Record = Callable[[str, object], None]
"""pytest's `record_property`."""
