"""Killed at every place of a long run, and again while it resumes: by forking, so that thousands of crashes take seconds.

A share of what was explored is run again from its beginning, the ordinary way, and must come to the same verdict.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import get_args

import pytest

from evals.cases import clean_specs, subject_of
from harness.explore import Exploration, Explored, recheck
from harness.faults import Survive
from harness.points import sampled
from harness.spec import Spec
from longhaul.names import short_name
from longhaul.plugin import ASKED
from longhaul.tiers import Tier
from longhaul.trial import Broken, assert_survives

EVERY: tuple[Survive, ...] = get_args(Survive)
TWO: tuple[Survive, ...] = ("none", "all")


@dataclass(frozen=True)
class Extent:
    """How far a tier goes: the horizons of single crashes, of pairs and of sampled pairs, which bytes survive, how many
    pairs are sampled, and the share that is run again.
    """

    horizon: int
    survivors: tuple[Survive, ...]
    pairs: tuple[tuple[int, tuple[Survive, ...]], ...]
    long_horizon: int
    sampled_pairs: int
    again: float


EXTENTS: dict[Tier, Extent] = {
    "smoke": Extent(8, ("none",), ((2, ("none",)),), 40, 2, 0.05),
    "pr": Extent(100, TWO, ((3, TWO),), 200, 6, 0.05),
    "nightly": Extent(100, EVERY, ((6, EVERY), (10, ("none",))), 400, 200, 1.0),
    "release": Extent(100, EVERY, ((6, EVERY), (10, ("none",))), 400, 200, 1.0),
}
AGAIN_MOST = 4_000
"""Of one spec, so many runs are made again at the most: all of them at horizons where that takes minutes."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each scenario and kind of tool."""
    if "clean" in metafunc.fixturenames:
        metafunc.parametrize("clean", clean_specs(subject_of(metafunc.config)), ids=short_name)
        metafunc.parametrize("extent", [EXTENTS[metafunc.config.stash[ASKED].level]], ids=[""])


def survived(found: Iterable[Explored], again: float) -> int:
    """All of it; a share, chosen by hash, run from its beginning too. Returns how many runs there were."""
    count = 0
    kept: list[Explored] = []
    for one in found:
        count += 1
        if one.outcome != "pass":
            assert_survives(one.spec)
            raise Broken(f"{one.spec!r}: {one.violated}, and run from its beginning it passes")
        kept.append(one)
    share = min(again, AGAIN_MOST / max(1, count))
    differing = [said for one in sampled(kept, share) for said in [recheck(one)] if said]
    if differing:
        raise Broken("\n".join(differing[:5]))
    return count


def test_every_single_crash_of_a_long_run_is_survived(clean: Spec, extent: Extent) -> None:
    exploration = Exploration(replace(clean, horizon=extent.horizon))
    assert survived(exploration.singles(extent.survivors), extent.again) > 10 * extent.horizon


def test_every_second_crash_of_a_short_run_is_survived(clean: Spec, extent: Extent) -> None:
    for horizon, survivors in extent.pairs:
        exploration = Exploration(replace(clean, horizon=horizon))
        assert survived(exploration.doubles(survivors), extent.again / 10) > 100


def test_pairs_of_crashes_of_a_very_long_run_are_survived(clean: Spec, extent: Extent) -> None:
    exploration = Exploration(replace(clean, horizon=extent.long_horizon))
    assert survived(exploration.some_doubles(extent.sampled_pairs), 0.0) >= 1
