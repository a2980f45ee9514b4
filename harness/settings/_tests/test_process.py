"""Real kills of real processes on real files give what `sim` gives; and a child that misbehaves is named."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness import resolve
from harness._tests.small import small
from harness.checks import judge
from harness.errors import HarnessError, UsageError
from harness.faults import (
    CrashAfter,
    CrashBefore,
    FailAfter,
    HallucinatedTool,
    Hang,
    NoSpace,
    RateLimit,
    Slow,
    Strike,
    TornAppend,
)  # fmt: skip
from harness.guard import Watchdog, guarded, watchdog
from harness.run import build, execute
from harness.settings._tests.alike import LOOPS, agree, facts, kills, of, pair
from harness.settings._tests.left import children
from harness.settings.agreement import told
from harness.settings.process import InChild
from harness.settings.realdisk import RealDisk
from harness.settings.spawn import Child
from harness.spec import Orchestrator, Spec
from harness.track import Track
from harness.types import Limits


def life_of(spec: Spec, patience_seconds: float = 30.0) -> tuple[Track, InChild]:
    """The track of a spec and what lives on it, to be called by hand."""
    setup = build(resolve.scenario(spec.scenario), spec)
    return Track(spec, setup, resolve.policy(spec.policy), spec.strikes), InChild(spec, patience_seconds)


def nothing_is_left(track: Track, before: set[str]) -> bool:
    """Whether process and folder of a life are gone."""
    assert isinstance(track.disk, RealDisk)
    return not track.disk.path.parent.exists() and children() == before


# a child that misbehaves


@pytest.mark.parametrize(
    ("loop", "ending", "reason"),
    [
        ("raises", "raised", r"KeyError: 'what is this'"),
        (
            "waits_for_nothing",
            "stuck",
            "nobody can move any more: task-1 waits_for_nothing at waits_for_nothing:",
        ),
        ("exits", "raised", "SystemExit: 3"),
        ("gives_up", "raised", "CancelledError: "),
        (
            "dies",
            "raised",
            "ChildEnded: the child process exited with status 4; its last words: 'out of memory'",
        ),
        (
            "prints",
            "raised",
            "ChildGarbage: the child process sent what is no frame: a frame of 1515870810 bytes",
        ),
        ("naps", "raised", "sleeps for real; use `await host.sleep(ms)`"),
    ],
)
def test_a_child_that_misbehaves_is_reported_with_a_reason(loop: str, ending: str, reason: str) -> None:
    before = children()
    run = execute(of(f"own: {loop}", setting="process"))
    assert run.ending == ending
    assert reason in run.reason
    assert children() == before


@pytest.mark.parametrize("loop", ["raises", "exits", "gives_up", "waits_for_nothing"])
def test_an_orchestrator_ends_badly_in_a_child_as_it_does_in_sim(loop: str) -> None:
    sim, real = pair(of(f"own: {loop}"), "process")
    assert told(real) == told(sim)
    assert facts(real) == facts(sim)


def test_what_is_no_coroutine_function_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="it must be a coroutine function: async def"):
        execute(of("own: no_coroutine", setting="process"))


def test_a_child_that_computes_for_ever_is_given_up_as_stuck() -> None:
    track, live = life_of(of("own: hangs", setting="process"), patience_seconds=0.5)
    before = children()
    with guarded():
        assert live(track) == ("stuck", "the child process hangs: it said nothing for 0.5 seconds")
    assert nothing_is_left(track, before)


def test_the_watchdog_ends_a_child_that_computes_for_ever() -> None:
    track, live = life_of(of("own: hangs", setting="process"))
    before = children()
    with pytest.raises(Watchdog), watchdog(0.6), guarded():
        live(track)
    assert nothing_is_left(track, before)


def test_a_write_behind_the_door_is_found() -> None:
    with pytest.raises(HarnessError, match="the real file has 14 bytes, it should have 7"):
        execute(of("own: cheats", setting="process"))


def test_bytes_that_were_exchanged_behind_the_door_are_found_at_the_death() -> None:
    with pytest.raises(HarnessError, match="did not hold what was appended to it when its child died"):
        execute(of("own: forges", setting="process", strikes=(Strike("sleep", 1, CrashAfter("all")),)))


# what is dead stays dead

KILLED = (
    Strike("model", 1, CrashBefore()),
    Strike("model", 1, CrashAfter()),
    Strike("disk:append", 1, CrashAfter("all")),
    Strike("disk:append", 1, TornAppend()),
    Strike("disk:flush", 1, CrashBefore("all")),
)


def clinging(path: Path, **fields: Any) -> Spec:
    """A spec of one life with who saves in `finally` and at exit."""
    loop = Orchestrator(f"{LOOPS}:Clings", path=str(path))
    return replace(of("naive", limits=Limits(lives=1), **fields), orchestrator=loop)


@pytest.mark.parametrize("strike", KILLED, ids=repr)
def test_nobody_saves_anything_after_a_real_kill(tmp_path: Path, strike: Strike) -> None:
    run = execute(clinging(tmp_path / "saved", setting="process", strikes=(strike,)))
    assert [found["status"] for found in kills(run)] == [-9]
    assert b"saved" not in run.tape
    assert not (tmp_path / "saved").exists()


def test_who_is_not_killed_does_save(tmp_path: Path) -> None:
    """Else the test above could not fail. In `sim` only the door is shut; a file of one's own is beside it."""
    run = execute(clinging(tmp_path / "saved", setting="process"))
    assert (run.journal, (tmp_path / "saved").read_text()) == (b"working\nsaved\n", "finally\n")
    sim = execute(clinging(tmp_path / "simulated", strikes=KILLED[:1]))
    assert (sim.tape, (tmp_path / "simulated").read_text()) == (b"working\n", "finally\n")
    at_exit = subprocess.run(
        [sys.executable, "-c", AT_EXIT, str(tmp_path / "exit")],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, sys.path))}, check=False,
    )  # fmt: skip
    assert (at_exit.returncode, (tmp_path / "exit").read_text()) == (0, "exit\n")


AT_EXIT = """
import atexit, sys
from harness.settings._tests.loops import Clings
atexit.register(Clings(sys.argv[1]).save, "exit")
"""


def test_an_orchestrator_that_only_the_child_could_find_wrong_is_a_usage_error() -> None:
    track, _ = life_of(of("naive", setting="process"))
    broken = InChild(replace(of("naive", setting="process"), policy="no_such_policy"))  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="unknown policy 'no_such_policy'"):
        broken(track)
    track, live = life_of(of("naive", setting="process"))
    assert live(track)[0] == "returned"


def test_a_child_whose_parent_is_gone_ends_by_itself(tmp_path: Path) -> None:
    child = Child(tmp_path / "stderr", 30.0)
    child.pipe.close()
    assert child.wait() == 0
    assert (tmp_path / "stderr").read_bytes() == b""


def test_a_run_that_dies_too_often_ends_and_leaves_nothing() -> None:
    limits = Limits(lives=3)
    spec = of("replay", limits=limits, strikes=(Strike("model", 1, CrashBefore(), times=None),))
    before = children()
    sim, real = pair(spec, "process")
    assert real.reason == sim.reason == "3 lives, the last ended at model #3"
    assert len(kills(real)) == 3
    assert children() == before


# without a crash, and with failures, the doors are those of sim


@pytest.mark.parametrize(
    "loop", ["naive", "replay", "reference", "own: group", "own: first", "own: impatient", "own: strange"]
)
def test_a_life_in_a_child_is_the_life_of_sim_event_by_event(loop: str) -> None:
    sim, real = pair(of(loop, horizon=5), "process")
    assert told(real) == told(sim)
    assert facts(real) == facts(sim)
    assert real.trace == sim.trace


@pytest.mark.parametrize(
    ("loop", "strike"),
    [
        ("own: stubborn", Strike("model", 1, RateLimit(1_500), times=2)),
        ("own: stubborn", Strike("model", 1, Hang())),
        ("own: group", Strike("tool:pay", 2, Slow(100))),
        ("own: first", Strike("tool:pay", 1, Slow(100))),
        ("reference", Strike("tool:pay", 2, FailAfter())),
        ("reference", Strike("model", 3, HallucinatedTool())),
        ("replay", Strike("disk:append", 2, NoSpace())),
    ],
    ids=repr,
)
def test_a_failure_in_a_child_is_the_failure_of_sim(loop: str, strike: Strike) -> None:
    sim, real = pair(of(loop, strikes=(strike,)), "process")
    assert told(real) == told(sim)
    assert facts(real) == facts(sim)
    assert sim.valid


def test_the_scenarios_own_program_runs_in_a_child_too() -> None:
    sim, real = pair(Spec(f"{LOOPS}:PROGRAMMED", horizon=3, orchestrator="no_model", policy=small().policy), "process")  # type: ignore[arg-type]
    assert told(real) == told(sim)
    assert sim.completed


@pytest.mark.parametrize("kind", ["deduplicating", "queryable", "blind"])
def test_a_call_in_doubt_is_settled_in_a_child_as_in_sim(kind: Any) -> None:
    sim, real = pair(of("reference", kind=kind, strikes=(Strike("tool:pay", 1, CrashAfter()),)), "process")
    assert told(real) == told(sim)
    assert facts(real) == facts(sim)
    assert len(kills(real)) == 1


# SIGKILL at named points

POINTS: tuple[Strike, ...] = (
    Strike("disk:read", 1, CrashBefore()),
    Strike("disk:read", 1, CrashAfter()),
    Strike("model", 1, CrashBefore()),
    Strike("model", 2, CrashAfter()),
    Strike("tool:look", 1, CrashAfter()),
    Strike("tool:pay", 1, CrashBefore()),
    Strike("tool:pay", 1, CrashAfter()),
    Strike("tool:pay", 2, CrashBefore("half")),
    Strike("tool:pay", 2, CrashAfter("all")),
    Strike("tool:note", 1, CrashAfter()),
    Strike("disk:append", 1, CrashBefore()),
    Strike("disk:append", 1, CrashAfter()),
    Strike("disk:append", 2, CrashAfter("all")),
    Strike("disk:append", 3, CrashAfter("half")),
    Strike("disk:append", 4, CrashAfter("all_but_last_byte")),
    Strike("disk:append", 1, TornAppend(0.0)),
    Strike("disk:append", 2, TornAppend(0.5)),
    Strike("disk:append", 4, TornAppend(0.99)),
    Strike("disk:append", 5, TornAppend(1.0)),
    Strike("disk:flush", 1, CrashBefore()),
    Strike("disk:flush", 2, CrashBefore("half")),
    Strike("disk:flush", 3, CrashAfter()),
)


@pytest.mark.parametrize("loop", ["replay", "reference"])
@pytest.mark.parametrize("strike", POINTS, ids=lambda strike: f"{strike.site}#{strike.nth}-{strike.fault}")
def test_a_real_kill_has_the_verdict_of_sim(loop: str, strike: Strike) -> None:
    _, real = agree(of(loop, strikes=(strike,)))
    assert real.valid
    assert [found["status"] for found in kills(real)] == [-9]


@pytest.mark.parametrize("loop", ["replay", "reference"])
def test_a_torn_record_is_really_half_written_and_a_second_kill_strikes_the_repair(loop: str) -> None:
    strikes = (Strike("disk:append", 3, TornAppend()), Strike("disk:truncate", 1, CrashAfter()))
    sim, real = pair(of(loop, strikes=strikes), "process")
    assert facts(real) == facts(sim)
    assert told(real) == told(sim)
    assert real.lives == 3
    assert kills(real)[0]["past"] > 0
    assert len(kills(real)) == 2


def test_bytes_past_the_durable_mark_are_really_there_when_the_child_dies_and_go_as_the_strike_says() -> None:
    lost, kept = (
        execute(of("replay", setting="process", strikes=(Strike("disk:append", 2, CrashAfter(survive)),)))
        for survive in ("none", "all")
    )
    for run in (lost, kept):
        (found,) = kills(run)
        (died,) = (event.detail for event in run.events if event.kind == "died")
        assert found["past"] == died["kept"] + died["lost"] > 0
        assert found["bytes"] == found["past"] + died["durable"]
    assert [event.detail["kept"] for event in lost.events if event.kind == "died"] == [0]
    assert [event.detail["lost"] for event in kept.events if event.kind == "died"] == [0]


def test_tasks_that_run_side_by_side_die_side_by_side() -> None:
    spec = of("own: group", horizon=4)
    for strike in (
        Strike("tool:pay", 1, CrashAfter()),
        Strike("tool:pay", 2, CrashBefore()),
        Strike("disk:append", 3, CrashAfter("half")),
        Strike("sleep", 2, CrashAfter()),
    ):
        sim, real = pair(replace(spec, strikes=(strike,)), "process")
        assert told(real) == told(sim), strike
        assert facts(real) == facts(sim), strike


BROKEN = (
    "asks_nobody", "assumes_done", "changes_its_mind", "drops_goal", "early_request", "effect_first", "fresh_key",
    "late_flush", "no_flush", "resets_budget",
)  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_wrong_in_sim_is_wrong_in_a_real_process(name: str) -> None:
    for strike in (Strike("tool:pay", 1, CrashAfter()), Strike("disk:append", 3, CrashAfter("half"))):
        agree(small(f"{name}.py:LOOP", kind="queryable", strikes=(strike,)))


def test_of_two_orchestrators_the_one_without_flush_fails_for_real() -> None:
    strike = Strike("tool:pay", 2, CrashAfter())
    failed = {}
    for name in ("sound", "no_flush"):
        _, real = agree(small(f"{name}.py:LOOP", strikes=(strike,)))
        failed[name] = {verdict.name for verdict in judge(real).verdicts if verdict.outcome == "fail"}
    assert not failed["sound"]
    assert "write_ahead" in failed["no_flush"]


# the setting itself


def test_two_runs_in_children_have_equal_digests() -> None:
    spec = of("reference", setting="process", strikes=(Strike("tool:pay", 1, CrashAfter()),))
    assert execute(spec).digest == execute(spec).digest


def test_a_run_leaves_no_process_and_no_folder() -> None:
    track, live = life_of(of("replay", setting="process", strikes=(Strike("model", 2, CrashAfter()),)))
    before = children()
    with guarded():
        assert live(track) == ("died", "at model #2")
        assert isinstance(track.disk, RealDisk)
        assert track.disk.path.exists()
        assert children() == before
        track.life += 1
        assert live(track) == ("returned", "")
    assert nothing_is_left(track, before)
