"""Every fault once, twice and for ever: what passes is survived, what stays ends the run in an orderly way.

Once and twice are within the documented three tries, so the work is finished. For ever means that the run ends by itself,
with a reason, within its limits, and with nothing done twice.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from evals.cases import clean_specs, run_of, with_orchestrator
from harness.checks import CHECKS, SAFETY
from harness.faults import (
    EmptyAnswer,
    FailAfter,
    FailBefore,
    HallucinatedTool,
    Hang,
    HangAfter,
    MalformedArguments,
    NoSpace,
    RateLimit,
    ServerError,
    Slow,
    Strike,
    WrongType,
    forever,
)
from harness.run import execute
from harness.spec import Choice, Spec
from longhaul.names import short_name
from longhaul.trial import Broken, assert_survives, story, tried

HORIZON = 12
OF_THE_MODEL = (
    RateLimit(),
    RateLimit(None),
    RateLimit(0),
    RateLimit(-1_000),
    ServerError(500),
    ServerError(529),
    Hang(),
    HangAfter(),
    Slow(),
    FailBefore(),
    FailAfter(),
    EmptyAnswer(),
    HallucinatedTool(),
    MalformedArguments(),
    WrongType(),
)
OF_A_TOOL = (RateLimit(), ServerError(503), Hang(), HangAfter(), Slow(), FailBefore(), FailAfter())
ABSURD = RateLimit(retry_after_ms=10**12)

CLEAN = tuple(replace(spec, horizon=HORIZON) for spec in clean_specs())


def sites_and_faults(spec: Spec) -> list[tuple[str, Any]]:
    """Every fault at the model and at each tool of a scenario."""
    tools = sorted(site for site in run_of(spec).passages if site.startswith("tool:"))
    return [*(("model", fault) for fault in OF_THE_MODEL), *((site, fault) for site in tools for fault in OF_A_TOOL)]


CASES = [replace(spec, strikes=(Strike(site, 2, fault),)) for spec in CLEAN for site, fault in sites_and_faults(spec)]


def on_trial(spec: Spec, subject: Choice, times: int | None) -> Spec:
    """A case for the orchestrator on trial, struck so many times."""
    strikes = tuple(replace(strike, times=times) for strike in spec.strikes)
    return replace(with_orchestrator(spec, subject), strikes=strikes)


@pytest.mark.parametrize("times", [1, 2], ids=["once", "twice"])
@pytest.mark.parametrize("spec", CASES, ids=short_name)
def test_a_fault_that_passes_is_survived(spec: Spec, subject: Choice, times: int) -> None:
    case = on_trial(spec, subject, times)
    passages = run_of(replace(case, strikes=())).passages.get(case.strikes[0].site, 0)
    if passages < 2:
        pytest.skip(f"{case.strikes[0].site} is passed {passages} times, the fault hits the second")
    assert_survives(case)


@pytest.mark.parametrize("spec", CASES, ids=short_name)
def test_a_fault_that_stays_ends_the_run_in_an_orderly_way(spec: Spec, subject: Choice) -> None:
    case = on_trial(spec, subject, None)
    if run_of(replace(case, strikes=())).passages.get(case.strikes[0].site, 0) < 2:
        pytest.skip(f"{case.strikes[0].site} is passed once only")
    slow = isinstance(case.strikes[0].fault, Slow)
    run = assert_survives(case, CHECKS if slow else SAFETY)
    if run.ending != "returned":
        raise Broken(f"it must end by itself, with a reason\n{story(*tried(case))}")


@pytest.mark.parametrize("spec", CLEAN, ids=short_name)
def test_an_absurd_wait_is_not_waited_for(spec: Spec, subject: Choice) -> None:
    run = assert_survives(on_trial(replace(spec, strikes=(Strike("model", 2, ABSURD),)), subject, 1), SAFETY)
    assert run.ended_ms < 24 * 3_600_000, f"{run.spec!r} waited {run.ended_ms} ms of virtual time"


@pytest.mark.parametrize("site", ["disk:append", "disk:flush"])
@pytest.mark.parametrize("spec", CLEAN, ids=short_name)
@pytest.mark.usefixtures("reference_only")
def test_a_full_disk_stops_the_run_before_anything_unrecorded_happens(spec: Spec, site: str) -> None:
    run = assert_survives(replace(spec, strikes=(Strike(site, 5, NoSpace()),)), SAFETY)
    refused = next(event for event in run.events if event.site == site and event.kind == "error")
    later = [event for event in run.events[refused.number :] if event.kind in ("request", "call", "question")]
    assert (run.ending, later) == ("returned", []), story(*tried(run.spec))


def test_a_control_without_retries_does_not_survive_a_rate_limit() -> None:
    spec = replace(CLEAN[0], orchestrator="naive", strikes=(Strike("model", 2, RateLimit()),))
    with pytest.raises(Broken, match="RateLimited"):
        assert_survives(spec)


def test_a_strike_for_ever_hits_every_passage_from_its_first_on() -> None:
    run = execute(replace(CLEAN[0], strikes=(forever(Strike("model", 3, Slow(ms=1))),)))
    assert run.fired == (run.passages["model"] - 2,)
