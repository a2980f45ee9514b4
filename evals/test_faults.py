"""Every fault of the catalogue in every mode: what passes is survived, what stays ends the run in an orderly way.

What is expected stands in the catalogue and in the contract of the scenario: a fault to be masked leaves the work finished;
one to be surfaced ends the run by itself, with nothing done twice; out of contract only the orchestrator's own books count.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from evals.cases import clean_specs, run_of, subject_of
from evals.fault_cases import Case, cases, coverage, holes
from harness.catalogue.faults import HAZARDS, expectation
from harness.checks import CHECKS, SAFETY, Check
from harness.checks.effects import acknowledged_effect, effect_once
from harness.faults import NoSpace, RateLimit, Slow, Strike, forever
from harness.points import sampled
from harness.run import execute
from harness.spec import Choice, Model, Spec
from harness.types import Expected
from longhaul.grid import REFERENCE
from longhaul.names import short_name
from longhaul.plugin import ASKED
from longhaul.tiers import AMOUNTS, Tier
from longhaul.trial import Broken, assert_survives, story, tried

HORIZON = 12
ABSURD = RateLimit(retry_after_ms=10**12)

CHECKED: dict[Expected, tuple[Check, ...]] = {
    "mask": CHECKS,
    "surface": SAFETY,
    "out_of_contract": tuple(check for check in SAFETY if check not in (effect_once, acknowledged_effect)),
}
"""What judges a run. A tool that acts twice or lies about it breaks the world's books, whoever called it."""


WIRE_HORIZON = 5
SPOKEN = (("openai-chat", True), ("anthropic", True), ("openai-chat", False), ("anthropic", False))
"""Formats, and whether the answer is streamed."""


def clean_cases(orchestrator: Choice) -> tuple[Spec, ...]:
    """Every scenario with each kind of tool, at the horizon of this file."""
    return tuple(replace(spec, horizon=HORIZON) for spec in clean_specs(orchestrator))


def wire_cases(orchestrator: Choice) -> tuple[Spec, ...]:
    """A short job in each way of speaking to a model over a wire."""
    models = [Model("perfect", format=name, stream=stream) for name, stream in SPOKEN]
    plain = Spec("pay_invoices", horizon=WIRE_HORIZON, orchestrator=orchestrator, setting="wire")
    return tuple(replace(plain, model=model) for model in models)


CLEAN = (*clean_cases(REFERENCE), *wire_cases(REFERENCE)[:2])


def planned(clean: Spec, tier: Tier) -> tuple[Case, ...]:
    """The cases of all faults on a clean spec that a tier runs: of each fault at least the plainest, once."""
    every = (cases(hazard, clean, tier in ("nightly", "release")) for hazard in HAZARDS)
    share = AMOUNTS[tier].share
    return tuple(case for found in every for case in (found if share >= 1 else _some(found, share)))


def _some(found: tuple[Case, ...], share: float) -> tuple[Case, ...]:
    return tuple(dict.fromkeys((*found[:1], *sampled(found, share))))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each clean spec and fault; the modes and sites are its specs."""
    if "group" not in metafunc.fixturenames:
        return
    level = metafunc.config.stash[ASKED].level
    groups: dict[str, list[Case]] = {}
    subject = subject_of(metafunc.config)
    ways = {"smoke": 1, "pr": 3}.get(level, len(SPOKEN))
    for clean in (*clean_cases(subject), *wire_cases(subject)[:ways]):
        for case in planned(clean, level):
            groups.setdefault(f"{case.hazard}-{short_name(clean)}", []).append(case)
    metafunc.parametrize("group", [tuple(group) for group in groups.values()], ids=list(groups))


def test_a_fault_is_met_as_the_catalogue_says(group: tuple[Case, ...]) -> None:
    broken = [problem for case in group if (problem := met(case))]
    if broken:
        others = "\n".join(problem.splitlines()[0] for problem in broken[1:])
        raise Broken(f"{len(broken)} of {len(group)} specs broke; the first:\n{broken[0]}\nthe next ones:\n{others}")


def met(case: Case) -> str:
    """What is wrong with the run of a case; empty where it is as expected."""
    expected = expectation(case.spec)
    run, judgement = tried(case.spec, CHECKED[expected])
    if judgement.outcome in ("fail", "invalid"):
        return f"{case.mode}, {expected}: {case.spec!r}: {judgement.violated}\n{story(run, judgement)}"
    refused = run.ending == "raised" and any(strike.site == "boot" for strike in case.spec.strikes)
    if run.ending != "returned" and not refused:
        return f"{case.mode}, {expected}: {case.spec!r}: it must end by itself, it ended as {run.ending}\n{run.reason}"
    return ""


@pytest.mark.usefixtures("reference_only")
def test_no_live_fault_is_left_out(tier: Tier) -> None:
    if tier == "smoke":
        pytest.skip("a twentieth of the cases leaves holes")
    rows = coverage(tuple(case for clean in CLEAN for case in planned(clean, tier)))
    assert holes(rows) == []
    assert {row.id: row.why for row in rows if not row.specs} == {
        "F27": "pending(permissions)",
        "T06": "pending(multi_part_effects)",
        "T12": "pending(approvals)",
        "T16": next(hazard.unstruck for hazard in HAZARDS if hazard.id == "T16"),
        "H06": "pending(fencing)",
        "H07": "pending(fencing)",
    }


def test_a_fault_that_strikes_nowhere_is_a_hole() -> None:
    every = tuple(case for case in planned(CLEAN[0], "pr") if case.hazard != "F11" and case.mode != "chance")
    found = holes(coverage(every))
    assert "F11 strikes in 0 specs, in the modes none of once, n_times, for_ever, chance, recovery" in found
    assert any(hole.startswith("F05 strikes in ") and "chance" not in hole.partition(" of ")[0] for hole in found)


def test_the_modes_of_a_fault_differ_in_what_they_strike() -> None:
    timeout = next(hazard for hazard in HAZARDS if hazard.id == "F06")
    found = {case.mode: run_of(case.spec).fired[-1] for case in cases(timeout, CLEAN[0])}
    assert found["once"] == found["recovery"] == 1
    assert (found["n_times"], found["for_ever"]) == (2, 3)
    assert found["chance"] >= 1
    assert Counter(case.mode for case in cases(timeout, CLEAN[0])) == dict.fromkeys(timeout.modes, 2)


@pytest.mark.parametrize("spec", clean_cases(REFERENCE), ids=short_name)
def test_an_absurd_wait_is_not_waited_for(spec: Spec, subject: Choice) -> None:
    struck = replace(spec, orchestrator=subject, strikes=(Strike("model", 2, ABSURD),))
    run = assert_survives(struck, SAFETY)
    assert run.ended_ms < 24 * 3_600_000, f"{run.spec!r} waited {run.ended_ms} ms of virtual time"


@pytest.mark.parametrize("site", ["disk:append", "disk:flush"])
@pytest.mark.parametrize("spec", clean_cases(REFERENCE), ids=short_name)
@pytest.mark.usefixtures("reference_only")
def test_a_full_disk_stops_the_run_before_anything_unrecorded_happens(spec: Spec, site: str) -> None:
    run = assert_survives(replace(spec, strikes=(Strike(site, 5, NoSpace()),)), SAFETY)
    refused = next(event for event in run.events if event.site == site and event.kind == "error")
    later = [event for event in run.events[refused.number :] if event.kind in ("request", "call", "question")]
    assert (run.ending, later) == ("returned", []), story(*tried(run.spec))


def test_a_control_without_retries_does_not_survive_a_rate_limit() -> None:
    case = Case("F01", "once", replace(CLEAN[0], orchestrator="naive", strikes=(Strike("model", 2, RateLimit()),)))
    assert "RateLimited" in met(case)


def test_a_strike_for_ever_hits_every_passage_from_its_first_on() -> None:
    run = execute(replace(CLEAN[0], strikes=(forever(Strike("model", 3, Slow(ms=1))),)))
    assert run.fired == (run.passages["model"] - 2,)
