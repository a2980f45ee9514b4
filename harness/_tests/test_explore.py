"""Exploration kills a run at every crash point by forking it, and says just what running each spec from the start says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from harness._tests.small import small
from harness.checks import judge
from harness.errors import UsageError
from harness.explore import Exploration, recheck, same_world
from harness.faults import CrashBefore, RateLimit, Strike
from harness.folding import Folding
from harness.points import double_crashes, single_crashes
from harness.run import execute
from harness.spec import Spec
from harness.types import Message
from harness.vector import Vector
from harness.world import World

WAYS = ("none", "half", "all_but_last_byte", "all", "reordered", "bit_flip")


def executed(specs: Any) -> dict[Spec, tuple[str, str]]:
    return {spec: (said.outcome, said.violated) for spec in specs for said in [judge(execute(spec))]}


def explored(found: Any) -> dict[Spec, tuple[str, str]]:
    return {one.spec: (one.outcome, one.violated) for one in found}


@pytest.mark.parametrize("kind", ["deduplicating", "queryable", "blind"])
@pytest.mark.parametrize("loop", ["sound.py:LOOP", "asks_nobody.py:LOOP", "glued.py:LOOP"])
def test_every_single_crash_is_judged_as_if_it_was_run_from_the_start(loop: str, kind: Any) -> None:
    spec = small(loop, kind=kind)
    assert explored(Exploration(spec).singles()) == executed(single_crashes(spec))


def test_naive_loops_fail_in_exploration_as_they_do_alone() -> None:
    found = explored(Exploration(small("naive", kind="queryable")).singles())
    assert {outcome for outcome, _ in found.values()} == {"fail", "pass"}
    assert found == executed(found)


@pytest.mark.parametrize("survive", WAYS)
def test_each_way_in_which_bytes_survive_is_explored(survive: Any) -> None:
    spec = Spec("pay_invoices", horizon=4, kind="queryable")
    found = explored(Exploration(spec).singles((survive,)))
    assert set(found) == set(single_crashes(spec, survive))
    assert found == executed(found)


def test_ways_make_a_difference_only_where_something_is_unflushed() -> None:
    exploration = Exploration(Spec("rename_api", horizon=6))
    once = list(exploration.singles(("none",)))
    specs = [one.spec for one in exploration.singles(WAYS)]
    assert len(set(specs)) == len(specs)
    assert len(once) < len(specs) < len(WAYS) * len(once)


@pytest.mark.parametrize("scenario", ["rename_api", "pay_invoices"])
def test_a_resumed_run_is_ended_where_it_stands_as_the_run_that_was_not_killed(scenario: str) -> None:
    found = list(Exploration(Spec(scenario, horizon=20)).singles())
    assert sum(one.same for one in found) > 0.9 * len(found)
    assert [recheck(one) for one in found[::7] if recheck(one)] == []


def test_a_cap_that_comes_near_keeps_a_run_from_being_ended_early() -> None:
    clean = execute(Spec("rename_api", horizon=8))
    spent = sum(event.detail["tokens"] for event in clean.events if event.kind == "request")
    spent += sum(event.detail["usage"]["output"] for event in clean.events if event.kind == "reply")
    limits = type(clean.limits)(turns=clean.limits.turns, tokens=spent + 1_100)
    exploration = Exploration(replace(clean.spec, limits=limits))
    assert exploration.clean.completed
    lost = [one for one in exploration.singles() if one.spec.strikes[0].site == "model"]
    assert not any(one.same for one in lost if "CrashAfter" in repr(one.spec) and one.outcome == "fail")
    assert [recheck(one) for one in lost if recheck(one)] == []


def test_every_double_crash_is_judged_as_if_it_was_run_from_the_start() -> None:
    spec = small("sound.py:LOOP", kind="queryable", horizon=1)
    found = explored(Exploration(spec).doubles())
    firsts = [execute(first) for first in single_crashes(spec)]
    seconds = [second for first in firsts for second in double_crashes(first)]
    assert set(found) == set(seconds)
    assert {said: found[said] for said in seconds[::9]} == executed(seconds[::9])


def test_the_second_crash_shows_what_the_first_one_hid() -> None:
    exploration = Exploration(small("glued.py:LOOP", kind="queryable"))
    assert not any("effect_once" in one.violated for one in exploration.singles())
    assert any("effect_once" in one.violated for one in exploration.doubles())


def test_a_run_that_is_struck_already_is_explored_around_its_strikes() -> None:
    spec = Spec("pay_invoices", horizon=5, kind="queryable", strikes=(Strike("model", 2, RateLimit(5_000)),))
    found = explored(Exploration(spec).singles())
    assert all(one.strikes[0] == spec.strikes[0] and len(one.strikes) == 2 for one in found)
    assert {outcome for outcome, _ in found.values()} == {"pass"}
    assert found == executed(found)


def test_only_simulated_runs_can_be_forked() -> None:
    with pytest.raises(UsageError, match="setting is 'process'; only runs in sim"):
        Exploration(replace(Spec("rename_api"), setting="process"))


def test_a_fold_is_copied_by_whoever_reads_on_and_by_nobody_else() -> None:
    copies: list[list[str]] = []

    def copied(seen: list[str]) -> list[str]:
        copies.append(seen)
        return seen.copy()

    def step(seen: list[str], message: Message) -> list[str]:
        seen.append(message.content)
        return seen

    one, two = Vector((Message("user", "one"),)), Vector((Message("user", "one"), Message("user", "two")))
    fold = Folding(list, step, copied)
    fold(one)
    forks = [fold.fork() for _ in range(3)]
    assert not copies
    assert forks[0](two) == ["one", "two"] and fold(one) == forks[1](one) == ["one"]
    assert len(copies) == 1
    assert fold(two) == ["one", "two"] and forks[2](one) == ["one"] and forks[2].fork()(one) == ["one"]


def test_an_exploration_leaves_the_run_that_is_not_killed_as_it_is() -> None:
    spec = Spec("rename_api", horizon=8)
    assert Exploration(spec).clean.digest == execute(spec).digest


def test_worlds_differ_by_what_was_done_and_not_by_the_order() -> None:
    assert same_world(World({"a": 1}), World({"a": 1}))
    assert not same_world(World({"a": 1}), World({"a": 2}))
    run = execute(Spec("pay_invoices", horizon=4))
    twice = execute(
        Spec("pay_invoices", horizon=4, orchestrator="replay", strikes=(Strike("model", 3, CrashBefore()),))
    )
    assert not same_world(World(), run.world)
    assert same_world(run.world, twice.world)
