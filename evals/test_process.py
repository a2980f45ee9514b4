"""Killed for real: a child process on real files, SIGKILL at named points, agrees with the simulation."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evals.cases import clean_specs, run_of
from harness.faults import CrashAfter, CrashBefore, Strike, TornAppend
from harness.points import single_crashes
from harness.spec import Spec
from longhaul.names import short_name
from longhaul.plugin import ASKED
from longhaul.tiers import Tier
from longhaul.trial import assert_survives

HORIZON = 8
KILLS: dict[Tier, int] = {"smoke": 1, "pr": 8, "nightly": 100, "release": 100}
"""Real kills for each kind of tool of each scenario, beside the named ones."""


def killed(clean: Spec, count: int) -> list[Spec]:
    """Named kills that leave bytes past the durable mark in each way, and others spread evenly over all crash points."""
    named = [
        Strike("disk:flush", 3, CrashBefore("half")),
        Strike("disk:append", 4, TornAppend()),
        Strike("disk:append", 5, CrashAfter("all_but_last_byte")),
    ]
    points = list(single_crashes(clean))
    spread = [points[index * len(points) // count] for index in range(count)]
    return [*(replace(clean, strikes=(strike,)) for strike in named), *spread]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each kill."""
    if "spec" in metafunc.fixturenames:
        count = KILLS[metafunc.config.stash[ASKED].level]
        cleans = [replace(clean, horizon=HORIZON) for clean in clean_specs()]
        metafunc.parametrize("spec", [spec for clean in cleans for spec in killed(clean, count)], ids=short_name)


@pytest.mark.usefixtures("reference_only")
def test_a_real_kill_agrees_with_the_simulated_one(spec: Spec) -> None:
    simulated, real = run_of(spec), assert_survives(replace(spec, setting="process"))
    deaths = [event.detail for event in real.events if (event.site, event.kind) == ("life", "killed")]
    assert [death["status"] for death in deaths] == [-9]
    assert real.trace == simulated.trace
    assert (real.ending, real.lives, real.ended_ms) == (simulated.ending, simulated.lives, simulated.ended_ms)
    assert real.journal == simulated.journal
    assert real.world.effects == simulated.world.effects
    if spec.strikes[0].fault != CrashBefore("none"):
        return
    assert_survives(spec)


@pytest.mark.usefixtures("reference_only")
def test_some_kills_leave_bytes_past_the_durable_mark() -> None:
    clean = replace(clean_specs()[0], horizon=HORIZON, setting="process")
    runs = [run_of(spec) for spec in killed(clean, 1)[:3]]
    past = [event.detail["past"] for run in runs for event in run.events if event.kind == "killed"]
    assert len(past) == 3
    assert all(past), "a kill at these points must find bytes that were written and not flushed"
