"""A run is a function of its spec, here and in any other process; its end has a name."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from harness._tests.small import HERE, PAYING, small
from harness.errors import HarnessError, UsageError
from harness.faults import CrashAfter, Hang, RateLimit, Slow, Strike, TornAppend
from harness.run import execute, execute_in
from harness.spec import Fault, Spec
from harness.types import Limits, Setup
from harness.world import World

TORN, SLOW = Strike("disk:append", 4, TornAppend()), Strike("tool:pay", 2, Slow(60_000))
HANGS, LIMITED = Strike("tool:pay", 1, Hang()), Strike("tool:pay", 3, RateLimit())
SPECS = [
    small("naive"),
    small("replay", strikes=(Strike("tool:pay", 1, CrashAfter("half")),)),
    small("sound.py:LOOP", kind="queryable", horizon=6, strikes=(TORN, SLOW)),
    small("doors.py:calls_three_at_once", horizon=4, strikes=(HANGS, LIMITED)),
    small("misbehaving.py:groups_siblings", strikes=(Strike("tool:pay", 1, CrashAfter()),)),
]


def _digests_in_another_process(hash_seed: str) -> list[str]:
    program = (
        "from harness.run import execute\n"
        "from harness._tests.test_run import SPECS\n"
        "print(*(execute(spec).digest for spec in SPECS))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=HERE.parent.parent, env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.split()


def test_the_digest_is_the_same_in_other_processes_under_other_hash_seeds() -> None:
    here = [execute(spec).digest for spec in SPECS]
    assert len(set(here)) == len(here)
    assert _digests_in_another_process("1") == here
    assert _digests_in_another_process("4242") == here


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.run_id)
def test_a_spec_gives_the_same_run_twice_whatever_ran_in_between(spec: Spec) -> None:
    first = execute(spec)
    execute(small("naive", horizon=9))
    second = execute(spec)
    assert first.digest == second.digest
    assert first.history.encoded() == second.history.encoded()
    assert (first.journal, first.tape, first.world.effects, first.passages) == (
        second.journal, second.tape, second.world.effects, second.passages
    )  # fmt: skip


def test_another_seed_or_strike_gives_another_digest() -> None:
    spec = small("sound.py:LOOP")
    others = [replace(spec, seed=1), replace(spec, strikes=(Strike("model", 1, Slow(1)),)), replace(spec, horizon=4)]
    assert len({execute(one).digest for one in [spec, *others]}) == 4


def test_wall_clock_time_is_in_no_event() -> None:
    run = execute(small("naive"))
    assert run.wall_seconds > 0
    assert b"wall" not in run.history.encoded()


def test_the_history_begins_with_the_spec_and_ends_with_the_ending() -> None:
    spec = small("naive")
    run = execute(spec)
    assert [(event.site, event.kind) for event in run.events[:2]] == [("run", "start"), ("life", "born")]
    assert (run.events[0].detail["spec"], run.events[0].detail["run_id"]) == (repr(spec), spec.run_id)
    assert [event.kind for event in run.events[-2:]] == ["returned", "end"]
    assert run.events[-1].detail == {"ending": "returned", "reason": ""}
    assert [event.number for event in run.events] == list(range(1, len(run.events) + 1))
    assert [event.at_ms for event in run.events] == sorted(event.at_ms for event in run.events)


def test_passages_are_counted_as_the_events_say() -> None:
    run = execute(small("sound.py:LOOP", strikes=(Strike("model", 3, CrashAfter()),)))
    for site, count in run.passages.items():
        assert {event.nth for event in run.events if event.site == site} == set(range(1, count + 1))


def test_a_completed_run_returned_and_its_world_is_right() -> None:
    assert execute(small("naive")).completed
    wrong = execute(small("doors.py:calls_twice"))
    assert (wrong.ending, wrong.completed) == ("returned", False)
    assert wrong.wrong == "paid are ['INV-001'], due were ['INV-001', 'INV-002']"


def test_naive_and_sound_and_replay_agree_on_the_trace() -> None:
    traces = [execute(small(name)).trace for name in ("naive", "replay", "sound.py:LOOP")]
    assert traces[0] == traces[1]
    assert [line for line in traces[0] if line[0] != "effect"] == [line for line in traces[2] if line[0] != "effect"]


def test_an_input_that_changed_since_the_spec_was_made_is_refused() -> None:
    with pytest.raises(UsageError, match="input 'generated' has digest '', the spec was made for 'abc'"):
        execute(small("naive", input_digest="abc"))


def test_a_fake_that_breaks_is_the_harness_fault_and_no_orchestrator_may_swallow_it() -> None:
    def broken(request: Any, nth: int) -> Any:
        raise LookupError("the script is at its end")

    setup = replace(_setup(), model=lambda profile: broken)
    with pytest.raises(HarnessError, match="model #1 broke: LookupError: the script is at its end"):
        execute_in(small("misbehaving.py:asks_whatever_comes"), setup)


def test_a_tool_double_that_breaks_is_the_harness_fault() -> None:
    def broken(world: Any, arguments: Any, key: str) -> Any:
        return world.no_such_attribute

    setup = _setup()
    setup = replace(setup, tools=tuple(replace(tool, run=broken) for tool in setup.tools))
    with pytest.raises(
        HarnessError, match="tool:look #1 broke: AttributeError: 'World' object has no attribute 'no_such"
    ):
        execute_in(small("naive"), setup)


def test_a_fault_that_breaks_is_the_harness_fault() -> None:
    spec = small("naive", strikes=(Strike("tool:pay", 1, Fault(f"{HERE / 'doors.py'}:TakesItForAReply")),))
    with pytest.raises(HarnessError, match="tool:pay #1 broke: AttributeError"):
        execute(spec)


def _setup() -> Setup:
    from harness.run import build

    return build(PAYING, small())


def test_the_same_setup_serves_many_runs_unchanged() -> None:
    setup = _setup()
    first = execute_in(small("naive"), setup)
    second = execute_in(small("naive"), setup)
    assert first.digest == second.digest
    assert setup.world == World(state=setup.world.state)


def test_lives_and_time_are_those_of_the_history() -> None:
    run = execute(small("replay", strikes=(Strike("model", 2, CrashAfter()),), limits=Limits(lives=5)))
    assert run.lives == 1 + max(event.life for event in run.events) == 2
    assert run.ended_ms == run.events[-1].at_ms
