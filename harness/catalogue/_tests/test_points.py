"""The catalogue of crash points: complete, in order, and each entry says everything."""

from __future__ import annotations

import re

import pytest

from harness.catalogue.naming import NAMES
from harness.catalogue.points import LIVE, NOT_STRUCK, POINTS, SMOKE, STRUCK, TWICE, crash_point
from harness.errors import UsageError

INVARIANTS = {*(f"I{number}" for number in range(1, 28)), "I14b"}

PENDING = {
    "C09": "guardrails", "C10": "approvals", "C11": "approvals", "C12": "approvals",
    "C13": "approvals", "C16": "multi_part_effects", "C34": "pointers", "C40": "snapshots", "C41": "snapshots",
    "C42": "snapshots", "C43": "snapshots", "C44": "snapshots", "C54": "fencing", "C61": "durable_timers",
    "C62": "cancellation",
}  # fmt: skip


def test_there_are_45_in_order_each_once():
    ids = [point.id for point in POINTS]
    assert len(ids) == 45
    assert ids == sorted(set(ids))
    assert all(re.fullmatch(r"C\d\d", id) for id in ids)


def test_what_waits_for_a_capability_names_it():
    assert {point.id: point.entry.pending for point in POINTS if not point.live} == PENDING


def test_every_live_point_can_be_struck_or_says_where_it_is_tried():
    assert set(NAMES) == set(STRUCK) == set(LIVE) - set(NOT_STRUCK)


def test_every_entry_says_everything_and_names_invariants_that_there_are():
    for point in POINTS:
        entry = point.entry
        said = (entry.title, entry.cause, entry.fix, entry.source, point.on_disk, point.resume)
        assert all(text and text == text.strip() for text in said), point.id
        assert point.invariants and set(point.invariants) <= INVARIANTS, point.id
        assert point.model_calls in (0, 1), point.id


def test_no_title_is_used_twice():
    assert len({point.entry.title for point in POINTS}) == len(POINTS)


def test_the_sets():
    assert {point.id for point in POINTS if point.twice} == {
        "C06", "C12", "C19", "C32", "C43", "C50", "C51", "C52", "C53",
    }  # fmt: skip
    assert TWICE == ("C06", "C19", "C32", "C50", "C51", "C52", "C53")
    assert set(SMOKE) == {"C05", "C06", "C15", "C18", "C21", "C32", "C43", "C50", "C54", "C12"}


def test_an_unknown_id_is_told_what_there_is():
    assert crash_point("C18").entry.title == "result in memory, not yet written"
    with pytest.raises(UsageError, match=r"no crash point 'C99'.* from C00 to C71"):
        crash_point("C99")
