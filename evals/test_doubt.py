"""A call in doubt, and then trouble while it is being settled: a second crash, or a fault at the query, the tool, the person.

The first crash strikes right after a payment: it happened, and nobody was told. What settles it may fail too, and must
still neither pay twice nor call a payment done that never was.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from evals.cases import clean_specs, run_of, with_orchestrator
from harness.faults import CrashAfter, FailAfter, FailBefore, Hang, RateLimit, ServerError, Slow, Strike, fits
from harness.points import double_crashes, sampled
from harness.spec import Choice, Spec
from longhaul.names import short_name
from longhaul.tiers import AMOUNTS, Tier
from longhaul.trial import assert_all_survive, assert_survives

HORIZON = 8
SETTLES = {"deduplicating": "tool:pay_invoice", "queryable": "query:pay_invoice", "blind": "human"}
"""The door at which a payment in doubt is settled, by the kind of tool."""

TROUBLE = (RateLimit(), ServerError(503), FailBefore(), FailAfter(), Slow(ms=30_000), Hang())
"""What can go wrong there; a person's channel can be lost, but a person refuses with no status."""

IN_DOUBT = tuple(
    replace(spec, horizon=HORIZON, strikes=(Strike("tool:pay_invoice", 3, CrashAfter()),))
    for spec in clean_specs()
    if spec.scenario == "pay_invoices"
)

TROUBLES = tuple(
    (spec, fault)
    for spec in IN_DOUBT
    for fault in TROUBLE
    if fits(fault, SETTLES[spec.kind]) and not (spec.kind == "blind" and isinstance(fault, Hang))
)
"""A person who never answers is waited for: the run ends as waiting, by design."""


def troubled(spec: Spec, fault: Any, times: int) -> Spec:
    """The spec with a fault at the passage that settles its payment in doubt, the first one after the crash."""
    site = SETTLES[spec.kind]
    struck = run_of(spec)
    life = next(event.number for event in struck.events if event.site == "life" and event.kind == "died")
    nth = next(event.nth for event in struck.events[life:] if event.site == site)
    return replace(spec, strikes=(*spec.strikes, Strike(site, nth, fault, times)))


@pytest.mark.usefixtures("reference_only")
@pytest.mark.parametrize("times", [1, 2], ids=["once", "twice"])
@pytest.mark.parametrize(("spec", "fault"), TROUBLES, ids=lambda value: getattr(value, "kind", None) or repr(value))
def test_a_fault_while_a_payment_in_doubt_is_settled_neither_repeats_nor_loses_it(
    spec: Spec, fault: Any, times: int
) -> None:
    assert_survives(troubled(spec, fault, times))


@pytest.mark.parametrize("spec", IN_DOUBT, ids=short_name)
def test_a_second_crash_anywhere_after_the_first_is_survived(spec: Spec, subject: Choice, tier: Tier) -> None:
    struck = run_of(with_orchestrator(spec, subject))
    share = {"smoke": 0.1, "pr": 0.5}.get(tier, 1.0)
    survivors = AMOUNTS[tier].survivors
    doubles = tuple(crash for survive in survivors for crash in double_crashes(struck, survive))
    assert_all_survive(sampled(doubles, share))
