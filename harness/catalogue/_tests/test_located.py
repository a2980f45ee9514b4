"""A crash point struck leaves on disk what the catalogue says, and no moment of a run is without a name."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import get_args

import msgspec
import pytest

from harness.catalogue.coverage import (
    Struck,
    coverage,
    coverage_text,
    first_middle_last,
    smoke_strikes,
    strikes_of,
)
from harness.catalogue.located import Located, located, smoke, spec_at
from harness.catalogue.points import SMOKE, STRUCK, TWICE
from harness.catalogue.reach import Reach, reach
from harness.checks import judge
from harness.faults import CrashBefore, Strike, Survive
from harness.journal import decode
from harness.points import crash_points
from harness.run import Run, execute
from harness.spec import Model, Orchestrator, Policy, Spec
from longhaul.names import short_name

PAY = Spec("pay_invoices", horizon=5)
RENAME = Spec("rename_api", horizon=10, policy=Policy("summarize"), view_budget=0.5)
CASES = (
    PAY, replace(PAY, kind="queryable"), replace(PAY, kind="blind"), replace(RENAME, policy="keep_all"), RENAME,
    replace(PAY, setting="wire", model=Model("perfect", stream=True)),
)  # fmt: skip


@lru_cache
def reach_of(spec: Spec) -> Reach:
    return reach(spec)


def kept_by(run: Run) -> tuple[list[str], bool]:
    """The types of the records that the first crash of a run left, and whether there was damage behind them."""
    died = next(event.detail for event in run.events if event.site == "life" and event.kind == "died")
    data = run.tape[: died["durable"] + died["kept"]]
    found = decode(data)
    types = [msgspec.json.decode(record.json)["type"] for record in found.records]
    return types, found.size < len(data)


@pytest.mark.parametrize("spec", CASES, ids=short_name)
def test_every_moment_of_the_reference_has_a_name(spec: Spec):
    run = execute(spec)
    named = {(place.site, place.nth, place.when) for place in located(run)}
    assert {(point.site, point.nth, point.when) for point in crash_points(run)} == named


def test_every_live_point_is_somewhere():
    hits = {id: sum(len(reach_of(spec).of(id)) for spec in CASES) for id in STRUCK}
    assert [id for id, count in hits.items() if not count] == []


@pytest.mark.parametrize("spec", CASES, ids=short_name)
def test_the_first_place_of_each_point_kills_and_is_survived(spec: Spec):
    for id in STRUCK:
        for place in reach_of(spec).of(id)[:1]:
            run = execute(spec_at(spec, place))
            assert all(run.fired), place
            assert run.lives >= 2, place
            assert id == "C71" or judge(run).outcome == "pass", (id, place, judge(run).violated)


LEFT: tuple[tuple[str, Spec, tuple[str, ...], bool], ...] = (
    ("C00", PAY, (), False),
    ("C01", PAY, ("Started",), False),
    ("C05", PAY, ("Started", "Asked"), False),
    ("C06", PAY, ("Started", "Asked"), True),
    ("C08", PAY, ("Asked", "Replied"), False),
    ("C15", PAY, ("Replied", "Called"), False),
    ("C17", PAY, ("Replied", "Called"), False),
    ("C18", PAY, ("Replied", "Called"), False),
    ("C19", PAY, ("Replied", "Called"), True),
    ("C21", PAY, ("Replied", "Called"), False),
    ("C22", PAY, ("Called", "Returned"), False),
    ("C32", RENAME, ("Compacting", "Asked"), True),
    ("C33", RENAME, ("Asked", "Condensed"), False),
    ("C70", PAY, ("Replied", "Finished"), False),
)


@pytest.mark.parametrize(("id", "spec", "last", "damaged"), LEFT, ids=[case[0] for case in LEFT])
def test_a_crash_leaves_what_the_catalogue_says(id: str, spec: Spec, last: tuple[str, ...], damaged: bool):
    place = reach_of(spec).of(id)[0]
    types, torn = kept_by(execute(spec_at(spec, place)))
    assert (tuple(types[len(types) - len(last) :]), torn) == (last, damaged)


def test_an_intent_that_is_not_flushed_is_there_or_not_as_the_survivor_says():
    place = next(place for place in reach_of(PAY).of("C14") if place.when == "after")
    assert kept_by(execute(spec_at(PAY, place, "none")))[0][-1] == "Asked"
    assert kept_by(execute(spec_at(PAY, place, "all")))[0][-1] == "Called"


def test_one_of_two_parallel_results_can_be_on_disk():
    place = next(place for place in reach_of(PAY).of("C21") if place.when == "torn")
    assert kept_by(execute(spec_at(PAY, place)))[0][-2:] == ["Called", "Returned"]


def test_a_resume_is_located_behind_its_first_crash_and_a_wait_behind_its_refusal():
    reached = reach_of(replace(PAY, kind="queryable"))
    for id in ("C50", "C51", "C52", "C53", "C60"):
        assert reached.of(id) and all(place.given for place in reached.of(id))
    assert reached.of("C52")[0].site == "query:pay_invoice"
    assert reached.of("C60")[0].site == "sleep"


def test_the_replay_control_waits_after_a_refusal():
    reached = reach_of(replace(PAY, orchestrator=Orchestrator("replay")))
    assert {place.site for place in reached.of("C60")} == {"sleep"}


def test_a_place_where_a_fault_strikes_already_is_not_offered():
    run = execute(replace(PAY, strikes=reach_of(PAY).of("C60")[0].given))
    assert "model#1" not in {f"{place.site}#{place.nth}" for place in located(run)}


def test_a_crash_loop_strikes_every_passage_and_is_not_looked_for_behind_another_crash():
    place = reach_of(PAY).of("C71")[0]
    assert spec_at(PAY, place).strikes == (Strike(place.site, place.nth, CrashBefore(), None),)
    assert "C71" not in {place.id for place in located(execute(spec_at(PAY, reach_of(PAY).of("C17")[0])))}


def test_the_replay_control_fails_at_the_points_of_its_promise_and_not_before():
    spec = replace(PAY, orchestrator=Orchestrator("replay"), kind="blind")
    reached = reach_of(spec)
    outcome = {id: judge(execute(spec_at(spec, reached.of(id)[0])))["effect_once"].outcome for id in ("C08", "C18")}
    assert outcome == {"C08": "pass", "C18": "fail"}


def test_a_journal_that_nobody_can_read_is_located_by_what_passes_the_door():
    absent = reach_of(replace(PAY, orchestrator=Orchestrator("replay"))).absent
    assert "not in the harness's format" in absent["C14"]
    assert absent["C01"] == "nothing is durable before the first request"
    assert {"C05", "C06", "C07", "C08", "C18", "C70"}.isdisjoint(absent)


@pytest.mark.parametrize(
    ("spec", "id", "why"),
    [
        (PAY, "C04", "no answer travels as bytes here: --setting wire"),
        (PAY, "C23", "no tool of this scenario writes on condition of what was read"),
        (PAY, "C31", "no call of this policy asks the model: --policy summarize --view-budget 0.5"),
        (PAY, "C52", "no tool of this scenario can be queried: --kind queryable"),
        (PAY, "C55", "not a strike: changed code resumes an old journal, see `longhaul replay JOURNAL`"),
        (RENAME, "C21", "no two calls of this run are under way together"),
        (replace(RENAME, view_budget=9.0), "C31", "the model is never asked for a summary"),
        (replace(PAY, orchestrator=Orchestrator("naive")), "C05", "the orchestrator keeps no journal"),
        (replace(PAY, orchestrator=Orchestrator("naive")), "C60", "the orchestrator does not wait after a refusal"),
    ],
)  # fmt: skip
def test_what_is_not_there_says_why(spec: Spec, id: str, why: str):
    assert reach_of(spec).of(id) == ()
    assert reach_of(spec).absent[id].startswith(why)


def test_the_least_set_of_a_run():
    struck = execute(replace(PAY, strikes=reach_of(PAY).of("C50")[0].given))
    assert {place.id for place in smoke(execute(PAY))} == {"C05", "C06", "C15", "C18", "C21"}
    assert "C50" in {place.id for place in smoke(struck)}
    assert {place.id for place in smoke(execute(RENAME))} == {"C05", "C06", "C15", "C18", "C32"}


def everything() -> tuple[Struck, ...]:
    survivors = get_args(Survive)
    return tuple(one for spec in CASES for one in strikes_of(spec, reach_of(spec), survivors))


def test_every_survivor_strikes_where_bytes_are_unflushed_and_one_elsewhere():
    found = strikes_of(PAY, reach_of(PAY), get_args(Survive))
    for place in {one.place for one in found}:
        survivors = {one.survive for one in found if one.place == place}
        assert survivors == (set(get_args(Survive)) if place.unflushed else {"none"}), place


def test_a_point_that_is_left_out_is_a_hole():
    full = everything()
    assert [row for row in coverage(full) if row.hole] == []
    without = [one for one in full if one.place.id != "C22"]
    assert [(row.id, row.hole) for row in coverage(without) if row.hole] == [("C22", "never struck")]
    once = [one for one in full if not (one.place.id == "C06" and one.second)]
    assert [(row.id, row.hole) for row in coverage(once) if row.hole] == [("C06", "never struck as the second crash")]
    text = coverage_text(coverage(once))
    assert "HOLE: never struck as the second crash" in text and "pending(fencing)" in text


def test_the_second_crashes_are_those_that_the_catalogue_marks():
    assert {one.place.id for one in everything() if one.second} == set(TWICE)


def test_the_smoke_set_strikes_each_of_its_live_points_once():
    found = smoke_strikes(everything())
    assert sorted(one.place.id for one in found) == sorted(set(SMOKE) & set(STRUCK))


def test_first_middle_and_last_are_one_where_there_is_one():
    place = Located("C70", "disk:flush", 1, "after")
    others = [replace(place, nth=nth) for nth in range(1, 6)]
    assert first_middle_last([]) == ()
    assert first_middle_last([place]) == (place,)
    assert [found.nth for found in first_middle_last(others)] == [1, 3, 5]
