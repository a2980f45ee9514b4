"""Crash points are enumerated from a clean run, in the same order everywhere, and each of them is reached."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness._tests.small import small
from harness.checks import judge
from harness.errors import UsageError
from harness.faults import CrashAfter, CrashBefore, CrashMidAnswer, Strike, TornAppend
from harness.points import (
    Point,
    crash_points,
    double_crashes,
    points_after_death,
    sampled,
    single_crashes,
    strike_of,
)  # fmt: skip
from harness.run import execute

CLEAN = small("sound.py:LOOP", kind="queryable")


def test_every_passage_of_every_site_can_be_killed_before_and_after_and_a_write_torn() -> None:
    run = execute(CLEAN)
    points = crash_points(run)
    assert points[:2] == (Point("disk:read", 1, "before"), Point("disk:read", 1, "after"))
    for site, count in run.passages.items():
        moments = 3 if site == "disk:append" else 2
        assert len([point for point in points if point.site == site]) == moments * count
    assert [point.when for point in points if point.site == "disk:append"][:3] == ["before", "torn", "after"]
    assert len(set(points)) == len(points)
    last = max(run.passages["disk:flush"], 0)
    assert Point("disk:flush", last, "after") in points


def test_the_points_of_a_spec_are_the_same_every_time() -> None:
    assert crash_points(execute(CLEAN)) == crash_points(execute(CLEAN))


@pytest.mark.parametrize(
    ("point", "strike"),
    [
        (Point("model", 2, "before"), Strike("model", 2, CrashBefore("half"))),
        (Point("tool:pay", 1, "after"), Strike("tool:pay", 1, CrashAfter("half"))),
        (Point("disk:append", 3, "torn"), Strike("disk:append", 3, TornAppend())),
        (Point("wire", 2, "torn"), Strike("wire", 2, CrashMidAnswer(survive="half"))),
        (Point("disk:append", 3, "after"), Strike("disk:append", 3, CrashAfter("half"))),
    ],
)
def test_a_point_is_struck_where_it_says(point: Point, strike: Strike) -> None:
    assert strike_of(point, "half") == strike


def test_only_a_write_can_be_torn() -> None:
    with pytest.raises(UsageError, match="model#1/torn: only an append or an answer on the wire can be torn; when"):
        strike_of(Point("model", 1, "torn"))


def test_every_single_crash_fires_kills_once_and_leaves_a_valid_run() -> None:
    specs = list(single_crashes(CLEAN))
    assert len(specs) == len(crash_points(execute(CLEAN)))
    for spec in specs:
        run = execute(spec)
        assert run.valid
        died = [event for event in run.events if event.kind == "died"]
        assert len(died) == 1
        assert (died[0].detail["site"], died[0].detail["nth"]) == (spec.strikes[0].site, spec.strikes[0].nth)


def test_single_crashes_come_on_top_of_the_strikes_that_are_there() -> None:
    slow = small("sound.py:LOOP", strikes=(Strike("disk:append", 4, TornAppend()),))
    specs = list(single_crashes(slow))
    assert all(spec.strikes[0] == slow.strikes[0] and len(spec.strikes) == 2 for spec in specs)


def test_a_given_run_is_not_executed_again() -> None:
    run = execute(CLEAN)
    assert list(single_crashes(CLEAN, run=run)) == list(single_crashes(CLEAN))


def test_a_second_crash_strikes_after_the_first() -> None:
    first = execute(next(spec for spec in single_crashes(CLEAN) if spec.strikes[0].site == "tool:pay"))
    died = next(event.number for event in first.events if event.kind == "died")
    later = points_after_death(first)
    assert later
    for point in later:
        events = [event.number for event in first.events if (event.site, event.nth) == (point.site, point.nth)]
        assert min(events) > died
    for spec in double_crashes(first):
        run = execute(spec)
        assert run.valid
        assert run.lives == 3


def test_a_run_that_never_died_has_all_its_points_after_death() -> None:
    run = execute(CLEAN)
    assert points_after_death(run) == crash_points(run)


@given(st.integers(0, 99), st.floats(0, 1), st.floats(0, 1))
def test_a_larger_sample_keeps_all_of_a_smaller_one(seed: int, share: float, other: float) -> None:
    points = [Point("model", nth, when) for nth in range(1, 30) for when in ("before", "after")]  # type: ignore[arg-type]
    smaller, larger = sampled(points, min(share, other), seed), sampled(points, max(share, other), seed)
    assert smaller
    assert set(smaller) <= set(larger)
    assert list(larger) == [point for point in points if point in larger]


def test_a_sample_depends_on_the_seed_and_has_about_the_size_that_was_asked_for() -> None:
    points = [Point("model", nth, "before") for nth in range(1, 1_001)]
    sizes = [len(sampled(points, 0.2, seed)) for seed in range(5)]
    assert all(150 < size < 250 for size in sizes)
    assert sampled(points, 0.2, 0) != sampled(points, 0.2, 1)
    assert sampled(points, 1.0) == tuple(points)
    assert len(sampled(points, 0.0)) == 1
    assert sampled([], 0.5) == ()


def test_specs_can_be_sampled_too() -> None:
    specs = list(single_crashes(CLEAN))
    chosen = sampled(specs, 0.1)
    assert 0 < len(chosen) < len(specs) / 3
    assert {judge(execute(spec)).outcome for spec in chosen} == {"pass"}
