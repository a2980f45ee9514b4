"""The catalogue of faults is whole, each live fault has a spec that shows it, and a run is judged by what it may expect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from harness._tests.small import small
from harness.catalogue.faults import HAZARDS, WORST, expectation, hazard_of, touched
from harness.catalogue.hazard import Hazard
from harness.checks import SAFETY, judge
from harness.faults import (
    FAULTS,
    ClockJump,
    CrashAfter,
    CrashBefore,
    CrashMidAnswer,
    DeliveredTwice,
    EarlyStop,
    ErrorInOk,
    FailBefore,
    Hang,
    NoSpace,
    RateLimit,
    ServerError,
    Slow,
    Strike,
    TornAppend,
)
from harness.resolve import scenario, scenario_names
from harness.run import build, execute
from harness.spec import Fault, Spec, check_spec, parse
from harness.types import Expected

LIVE = [hazard for hazard in HAZARDS if hazard.live]
SHOWN = [hazard for hazard in LIVE if not hazard.unstruck]


def test_there_are_53_faults_in_order() -> None:
    ids = [f"F{n:02}" for n in range(1, 28)] + [f"T{n:02}" for n in range(1, 17)] + [f"H{n:02}" for n in range(1, 11)]
    assert [hazard.id for hazard in HAZARDS] == ids
    assert len({hazard.entry.title for hazard in HAZARDS}) == 53


def test_pending_faults_name_the_capability_that_they_need() -> None:
    assert {hazard.id: hazard.entry.pending for hazard in HAZARDS if not hazard.live} == {
        "F27": "permissions", "T06": "multi_part_effects", "T12": "approvals", "H06": "fencing", "H07": "fencing",
    }  # fmt: skip


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: hazard.id)
def test_every_fault_is_told_in_words(hazard: Hazard) -> None:
    entry = hazard.entry
    assert all(text and not text.startswith(" ") for text in (entry.title, entry.cause, entry.fix, entry.source))
    assert bool(hazard.shapes) == (hazard.live and not hazard.unstruck) == (hazard.example is not None)


@pytest.mark.parametrize("hazard", SHOWN, ids=lambda hazard: hazard.id)
def test_the_smallest_spec_of_a_fault_shows_it(hazard: Hazard) -> None:
    spec = hazard.example
    assert spec is not None
    check_spec(spec)
    assert parse(repr(spec)) == spec
    run = execute(spec)
    assert all(run.fired)
    assert judge(run, SAFETY).outcome in ("pass", "unknown")
    strike = spec.strikes[-1]
    found = hazard_of(strike, spec.kind, touched(strike.site, run.setup))
    assert found is not None and found[0].id == hazard.id


def test_every_built_in_fault_belongs_to_the_catalogue() -> None:
    known = {type(shape.fault) for hazard in HAZARDS for shape in hazard.shapes}
    deaths = {TornAppend, CrashMidAnswer}
    assert set(FAULTS) - known == deaths, "a torn write and half an answer are crash points, C06 and C04"


@dataclass(frozen=True)
class Mine:
    """A stranger's fault."""

    async def __call__(self, passage: Any, proceed: Any) -> Any:
        return await proceed()


def paying(*strikes: Strike, **fields: Any) -> Spec:
    return Spec("pay_invoices", horizon=4, strikes=strikes, **fields)


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (paying(), "mask"),
        (paying(Strike("model", 2, RateLimit())), "mask"),
        (paying(Strike("model", 2, RateLimit(), 2)), "mask"),
        (paying(Strike("model", 2, RateLimit(), 3)), "surface"),
        (paying(Strike("model", 2, RateLimit(), None)), "surface"),
        (paying(Strike("model", 2, RateLimit(10**9))), "surface"),
        (paying(Strike("model", 2, ServerError(599))), "mask"),
        (paying(Strike("model", 2, Slow(20_000), None)), "mask"),
        (paying(Strike("model", 2, Slow(150_000), None)), "surface"),
        (paying(Strike("tool:pay_invoice", 1, Slow(1), None)), "mask"),
        (paying(Strike("tool:pay_invoice", 1, Slow(90_000), None)), "surface"),
        (paying(Strike("disk:flush", 1, Slow(7), None)), "mask"),
        (paying(Strike("disk:append", 1, NoSpace())), "surface"),
        (paying(Strike("model", 2, ClockJump(-5))), "mask"),
        (paying(Strike("model", 2, ClockJump(5))), "surface"),
        (paying(Strike("model", 2, EarlyStop())), "out_of_contract"),
        (paying(Strike("model", 2, CrashBefore())), "mask"),
        (paying(Strike("model", 2, CrashAfter(), None)), "surface"),
        (paying(Strike("disk:append", 2, TornAppend())), "mask"),
        (paying(Strike("model", 2, Fault("mine.py:Mine"))), "mask"),
        (paying(Strike("tool:pay_invoice", 1, DeliveredTwice())), "mask"),
        (paying(Strike("tool:pay_invoice", 1, DeliveredTwice()), kind="blind"), "out_of_contract"),
        (paying(Strike("tool:list_invoices", 1, ErrorInOk(), None)), "surface"),
        (paying(Strike("tool:pay_invoice", 1, ErrorInOk(), None)), "out_of_contract"),
        (paying(Strike("model", 2, RateLimit()), Strike("model", 3, Hang(), None)), "surface"),
        (paying(Strike("model", 2, EarlyStop()), Strike("disk:flush", 3, NoSpace())), "out_of_contract"),
    ],
    ids=repr,
)
def test_what_is_expected_of_a_run_is_the_weakest_of_what_its_strikes_allow(spec: Spec, expected: Expected) -> None:
    assert expectation(spec) == expected


def test_a_scenario_may_state_a_contract_of_its_own() -> None:
    strikes = (Strike("tool:pay", 1, FailBefore()), Strike("model", 1, RateLimit()))
    assert expectation(small(strikes=strikes)) == "mask"
    assert expectation(small(scenario="LENIENT", strikes=strikes)) == "surface"
    assert expectation(small(scenario="LENIENT", strikes=strikes[1:])) == "mask"


def test_every_contract_names_faults_of_the_catalogue_and_says_why() -> None:
    ids = {hazard.id for hazard in HAZARDS}
    for name in scenario_names():
        contract = scenario(name).contract
        assert set(contract) <= ids
        assert all(expected in WORST and why for expected, why in contract.values())


def test_a_strike_that_is_no_fault_of_the_catalogue_has_no_id() -> None:
    assert hazard_of(Strike("model", 1, CrashBefore())) is None
    assert hazard_of(Strike("human", 1, Hang())) is None
    assert hazard_of(Strike("model", 1, Mine())) is None


def test_a_tool_reads_or_changes_the_world() -> None:
    setup = build(scenario("pay_invoices"), paying())
    sites = ("tool:list_invoices", "tool:pay_invoice", "model", "tool:nothing")
    assert [touched(site, setup) for site in sites] == ["read", "mutating", "any", "any"]
