"""Killed at each named crash point of the catalogue, first, middle and last place of it, the orchestrator survives.

Every live point of the catalogue must be struck somewhere here: one that is not is a hole, and fails.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import pytest

from evals.cases import clean_specs, run_of, subject_of
from harness.catalogue.coverage import Struck, coverage, coverage_text, smoke_strikes, strikes_of
from harness.catalogue.points import POINTS, SMOKE, STRUCK, crash_point
from harness.catalogue.reach import Reach, reach
from harness.checks import CHECKS, SAFETY
from harness.run import Run
from harness.spec import Choice, Spec
from longhaul.grid import REFERENCE
from longhaul.names import short_name
from longhaul.plugin import ASKED
from longhaul.tiers import AMOUNTS, Tier
from longhaul.trial import assert_all_survive, assert_survives

HORIZON = 7
SUMMARIZE = Choice("Policy", "summarize")


@lru_cache
def clean_cases(orchestrator: Choice) -> tuple[Spec, ...]:
    """Every scenario and kind of tool, and every scenario with a policy that asks the model in a small view."""
    plain = [replace(spec, horizon=HORIZON) for spec in clean_specs(orchestrator)]
    first = {spec.scenario: spec for spec in reversed(plain)}
    return (*plain, *(replace(spec, policy=SUMMARIZE, view_budget=0.5) for spec in first.values()))


@lru_cache
def reach_of(spec: Spec) -> Reach:
    """The places of a clean spec, found once in this process."""
    return reach(spec)


@lru_cache
def struck_of(spec: Spec, tier: Tier) -> tuple[Struck, ...]:
    """The crashes of a clean spec that a tier runs, each spec once however many ids it stands for."""
    survivors = AMOUNTS["nightly"].survivors
    every = tier in ("nightly", "release")
    found = strikes_of(spec, reach_of(spec), survivors, every)
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
        for place in (*reached.of(id)[:1], *reached.second_of(id)[:1]):
            allowed = max(
                crash_point(other.id).model_calls
                for other in (*reached.places, *reached.seconds)
                if (other.given, str(other), other.share) == (place.given, str(place), place.share)
            )
            before = _asked_again(run_of(replace(spec, strikes=place.given)))
            again = _asked_again(assert_survives(Struck.at(spec, place).spec)) - before
            assert again <= allowed, f"{place.id} at {place}: {again} requests sent again, {allowed} are allowed"


def _asked_again(run: Run) -> int:
    """How many requests of a run were sent before in the very same words."""
    digests = [event.detail["digest"] for event in run.events if event.site == "model" and event.kind == "request"]
    return len(digests) - len(set(digests))
