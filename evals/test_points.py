"""Killed at each named crash point of the catalogue, first, middle and last place of it, the orchestrator survives.

Every live point of the catalogue must be struck somewhere here: one that is not is a hole, and fails.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import get_args

import pytest

from evals.cases import clean_specs, run_of, subject_of
from harness.catalogue.coverage import (
    Struck,
    coverage,
    coverage_text,
    first_middle_last,
    smoke_strikes,
    strikes_of,
)
from harness.catalogue.located import Located, spec_at
from harness.catalogue.points import POINTS, SMOKE, STRUCK, crash_point
from harness.catalogue.reach import Reach, reach
from harness.checks import CHECKS, SAFETY
from harness.faults import CrashBefore, Drift, Strike, Survive
from harness.run import Run, execute
from harness.spec import Choice, Model, Spec
from longhaul.grid import REFERENCE
from longhaul.names import short_name
from longhaul.plugin import ASKED
from longhaul.tiers import Tier
from longhaul.trial import assert_all_survive, assert_survives

HORIZON = 7
SURVIVORS: tuple[Survive, ...] = get_args(Survive)
SUMMARIZE = Choice("Policy", "summarize")
STREAMED = Model("perfect", format="anthropic", stream=True)


@lru_cache
def clean_cases(orchestrator: Choice) -> tuple[Spec, ...]:
    """Every scenario and kind of tool, and every scenario with a policy that asks the model in a small view."""
    plain = [replace(spec, horizon=HORIZON) for spec in clean_specs(orchestrator)]
    first = {spec.scenario: spec for spec in reversed(plain)}
    streamed = replace(plain[0], horizon=4, setting="wire", model=STREAMED)
    return (*plain, *(replace(spec, policy=SUMMARIZE, view_budget=0.5) for spec in first.values()), streamed)


def only_here(spec: Spec, id: str) -> bool:
    """Whether an id is struck on a clean spec: over the wire only what there is nowhere else."""
    return spec.setting == "sim" or id == "C04"


@lru_cache
def reach_of(spec: Spec) -> Reach:
    """The places of a clean spec, found once in this process."""
    return reach(spec)


@lru_cache
def struck_of(spec: Spec, tier: Tier) -> tuple[Struck, ...]:
    """The crashes of a clean spec that a tier runs, each spec once however many ids it stands for."""
    every = tier in ("nightly", "release")
    found = tuple(one for one in strikes_of(spec, reach_of(spec), SURVIVORS, every) if only_here(spec, one.place.id))
    return smoke_strikes(found) if tier == "smoke" else found


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each clean spec and crash point."""
    if "struck" not in metafunc.fixturenames:
        return
    level = metafunc.config.stash[ASKED].level
    groups: dict[str, list[Struck]] = {}
    done: set[Spec] = set()
    for spec in clean_cases(subject_of(metafunc.config)):
        for one in struck_of(spec, level):
            if one.spec not in done:
                done.add(one.spec)
                groups.setdefault(f"{one.place.id}-{short_name(spec)}", []).append(one)
    metafunc.parametrize("struck", [tuple(group) for group in groups.values()], ids=list(groups))


def test_a_crash_at_a_named_point_is_survived(struck: tuple[Struck, ...]) -> None:
    loop = struck[0].place.id == "C71"
    assert_all_survive([one.spec for one in struck], checks=SAFETY if loop else CHECKS)


@pytest.mark.usefixtures("reference_only")
def test_a_crash_between_a_change_by_somebody_else_and_the_write_overwrites_nothing() -> None:
    spec = next(spec for spec in clean_cases(REFERENCE) if reach_of(spec).of("C23"))
    for place in first_middle_last(reach_of(spec).of("C23")):
        drifted = Strike(place.site, place.nth, Drift())
        run = assert_survives(replace(spec, strikes=(drifted, Strike(place.site, place.nth, CrashBefore()))))
        changed = next(event.detail["name"] for event in run.events if event.kind == "drift")
        refused = [event for event in run.events if event.site == place.site and event.detail.get("status") == "error"]
        assert refused and "seen by a person" in run.world.get("files")[changed]


@pytest.mark.usefixtures("reference_only")
def test_no_live_crash_point_is_left_out(tier: Tier) -> None:
    struck = [one for spec in clean_cases(REFERENCE) for one in struck_of(spec, tier)]
    if tier == "smoke":
        live = {point.id for point in POINTS if point.live and point.id in SMOKE}
        assert live == {one.place.id for one in struck}
        return
    rows = coverage(struck)
    print(coverage_text(rows))
    assert not [row for row in rows if row.hole], coverage_text(rows)


@pytest.mark.usefixtures("reference_only")
@pytest.mark.parametrize("id", [id for id in STRUCK if id != "C71"])
def test_a_resume_asks_the_model_again_no_more_often_than_the_catalogue_allows(id: str) -> None:
    for spec in clean_cases(REFERENCE):
        reached = reach_of(spec)
        places = (*first_middle_last(reached.of(id)), *first_middle_last(reached.second_of(id)))
        for place in places if only_here(spec, id) else ():
            allowed = _allowed(spec)[_spot(place)]
            before = _asked_again(run_of(replace(spec, strikes=place.given)))
            again = _asked_again(assert_survives(Struck.at(spec, place).spec)) - before
            assert again <= allowed, f"{place.id} at {place}: {again} requests sent again, {allowed} are allowed"


def test_a_control_that_forgets_asks_again_more_often_than_allowed() -> None:
    spec = replace(clean_cases(REFERENCE)[0], orchestrator=Choice("Orchestrator", "naive"))
    places = reach_of(spec).of("C03")
    again = _asked_again(execute(spec_at(spec, places[-1])))
    assert again == len(places) > crash_point("C03").model_calls


def _spot(place: Located) -> tuple[object, ...]:
    return place.given, place.site, place.nth, place.when, place.share


@lru_cache
def _allowed(spec: Spec) -> dict[tuple[object, ...], int]:
    """How many requests may be sent again after a crash at a spot: as the most lenient of its names allows."""
    found: dict[tuple[object, ...], int] = {}
    for place in (*reach_of(spec).places, *reach_of(spec).seconds):
        found[_spot(place)] = max(found.get(_spot(place), 0), crash_point(place.id).model_calls)
    return found


def _asked_again(run: Run) -> int:
    """How many requests of a run were sent before: in the same words, or where nothing is ever dropped from a view, with
    one that is no longer than an earlier one (asked again the model may word it all anew).
    """
    requests = [event.detail for event in run.events if event.site == "model" and event.kind == "request"]
    growing = run.spec.policy.name == "keep_all"
    seen: set[str] = set()
    longest = again = 0
    for request in requests:
        again += request["digest"] in seen or (growing and request["length"] <= longest)
        seen.add(request["digest"])
        longest = max(longest, request["length"])
    return again
