"""A dead life does nothing: no write, no call, no step, whatever its handlers want."""

from __future__ import annotations

import pytest

from harness._tests.small import small
from harness.errors import Crash
from harness.faults import CrashAfter, CrashBefore, Strike, TornAppend
from harness.run import Run, execute

PAY_DIES = Strike("tool:pay", 1, CrashBefore())


def run_once(name: str, *strikes: Strike) -> Run:
    return execute(small(f"misbehaving.py:{name}", strikes=strikes or (PAY_DIES,)))


def after_death(run: Run) -> list[tuple[str, str]]:
    """What the first life did after it died."""
    died = next(event.number for event in run.events if event.kind == "died")
    return [(event.site, event.kind) for event in run.events if event.number > died and event.life == 0]


def test_a_crash_is_no_exception() -> None:
    assert not issubclass(Crash, Exception)


@pytest.mark.parametrize(
    "name",
    ["saves_in_finally", "swallows_everything", "gathers_exceptions", "groups_siblings", "shields", "leaves_tasks"],
)
def test_a_dead_life_does_nothing_more(name: str) -> None:
    run = run_once(name)
    assert run.lives == 2
    assert after_death(run) == []


def test_finally_does_not_save_after_its_own_death() -> None:
    run = run_once(
        "saves_in_finally", PAY_DIES, Strike("tool:pay", 2, CrashBefore()), Strike("tool:pay", 3, CrashBefore())
    )
    assert run.lives == 4
    assert run.tape == b"begun\nbegun\nbegun\nbegun\nsaved\n"
    assert [deed.life for deed in run.world.effects] == [3, 3]


def test_a_gather_that_takes_exceptions_for_results_does_not_go_on() -> None:
    run = run_once("gathers_exceptions")
    assert [(deed.life, deed.key) for deed in run.world.effects] == [(1, "key-1"), (1, "key-2"), (1, "key-3")]


def test_siblings_of_a_dead_task_are_not_stepped() -> None:
    run = run_once("groups_siblings")
    assert run.tape == b"cleaned up\n"
    assert [event.life for event in run.events if event.site == "disk:append"] == [1]


def test_a_handler_of_everything_is_not_reached_at_a_door_that_waits() -> None:
    run = run_once("swallows_everything")
    assert run.tape == b""
    assert run.ending == "returned"


def test_a_handler_of_everything_at_the_disk_finds_it_dead() -> None:
    run = execute(small("misbehaving.py:saves_in_finally", strikes=(Strike("disk:flush", 1, CrashBefore("all")),)))
    assert after_death(run) == []
    assert run.lives == 2


@pytest.mark.parametrize("fault", [CrashBefore(), CrashAfter(), CrashAfter("all"), TornAppend()])
def test_a_crash_at_the_disk_ends_the_life_at_once(fault: object) -> None:
    run = execute(small("misbehaving.py:saves_in_finally", strikes=(Strike("disk:append", 1, fault),)))
    assert [event.kind for event in run.events if event.site == "life"] == ["born", "died", "born", "returned"]
    assert after_death(run) == []


def test_a_life_that_raises_something_worse_than_an_exception_is_reported() -> None:
    run = execute(small("misbehaving.py:exits"))
    assert (run.ending, run.reason) == ("raised", "SystemExit: 7")


def test_too_many_deaths_end_the_run_with_a_reason() -> None:
    run = execute(small("replay", strikes=(Strike("model", 1, CrashBefore(), None),)))
    assert (run.ending, run.lives) == ("limit", 16)
    assert run.reason == "16 lives, the last ended at model #16"


def test_time_goes_on_over_a_death() -> None:
    run = execute(small("replay", strikes=(Strike("model", 2, CrashBefore()),)))
    died = next(event for event in run.events if event.kind == "died")
    born = [event for event in run.events if event.kind == "born"]
    assert died.at_ms > 0
    assert born[1].at_ms == died.at_ms + 1_000
