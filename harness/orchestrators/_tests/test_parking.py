"""Crash loops park, parked sessions are taken up again, finished ones stay finished."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from harness.checks import SAFETY, judge
from harness.faults import (
    CrashAfter,
    CrashBefore,
    CrashThenLands,
    HallucinatedTool,
    RateLimit,
    ServerError,
    Strike,
    Unauthorized,
)
from harness.orchestrators._tests.test_doubt import finished, paid_once, reading
from harness.orchestrators._tests.test_reference import entries
from harness.orchestrators._tests.worlds import invoices, run_reference
from harness.orchestrators.reference.config import STALLED_LIVES_MAX
from harness.run import Run
from harness.types import Answer, Limits


def healed(run: Run) -> int:
    """The event at which all strikes were lifted."""
    return next(event.number for event in run.events if event.kind == "healed")


@pytest.mark.parametrize("kind", ["deduplicating", "queryable", "blind"])
@pytest.mark.parametrize("survive", ["none", "all"])
def test_a_call_that_kills_the_process_each_time_is_not_repeated_for_ever(kind: Any, survive: Any) -> None:
    run = run_reference(invoices(kind=kind), strikes=(Strike("tool:pay", 2, CrashBefore(survive), None),))
    assert run.ending == "returned"
    assert finished(run)[0] == "parked"
    assert 'pay {"invoice": 2}' in finished(run)[1]
    assert run.passages["tool:pay"] == 1 + STALLED_LIVES_MAX


@pytest.mark.parametrize("survive", ["none", "half", "all"])
def test_a_reading_call_that_kills_the_process_is_known_by_its_name(survive: Any) -> None:
    run = run_reference(reading(), strikes=(Strike("tool:pay", 2, CrashBefore(survive), None),))
    assert finished(run)[0] == "parked"
    assert 'without an outcome: pay {"invoice": 2}' in finished(run)[1]


@pytest.mark.parametrize("site", ["model", "human"])
def test_a_door_that_kills_the_process_parks_the_session(site: str) -> None:
    lost = (Strike("tool:pay", 1, CrashBefore()),) if site == "human" else ()
    run = run_reference(invoices(kind="blind"), strikes=(*lost, Strike(site, 1, CrashBefore(), None)))
    assert (run.ending, finished(run)[0]) == ("returned", "parked")
    assert "lives in a row died at the same step" in finished(run)[1]


@pytest.mark.parametrize("times", [2, 3, 4])
def test_a_few_crashes_at_one_step_do_not_park(times: int) -> None:
    assert paid_once(run_reference(invoices(), strikes=(Strike("tool:pay", 2, CrashBefore(), times),)))


def test_crashes_with_progress_between_them_never_park() -> None:
    strikes = tuple(Strike("tool:pay", nth, CrashBefore()) for nth in range(1, 16, 2))
    assert paid_once(run_reference(invoices(8), strikes=strikes))


def test_a_session_parked_by_a_crash_loop_goes_on_once_the_cause_is_gone() -> None:
    run = run_reference(invoices(), heal=True, strikes=(Strike("tool:pay", 2, CrashBefore(), None),))
    assert paid_once(run)
    assert [line["outcome"] for line in entries(run, "Finished")] == ["parked", "completed"]


@pytest.mark.parametrize("fault", [RateLimit(1_000), RateLimit(10**12), ServerError(), Unauthorized()])
def test_a_session_that_its_model_parked_goes_on_with_tries_of_its_own(fault: Any) -> None:
    run = run_reference(invoices(), heal=True, strikes=(Strike("model", 2, fault, None),))
    assert paid_once(run)
    assert run.ended_ms < 60_000


def test_a_session_that_no_person_could_settle_asks_again() -> None:
    lost = Strike("tool:pay", 2, CrashBefore())
    run = run_reference(invoices(kind="blind"), heal=True, strikes=(lost, Strike("human", 1, ServerError(), None)))
    assert paid_once(run)


def test_a_person_who_could_not_tell_is_asked_again_when_the_session_is_taken_up() -> None:
    setup = dataclasses.replace(invoices(kind="blind"), human=lambda world, question: Answer("I do not know."))
    run = run_reference(setup, heal=True, strikes=(Strike("tool:pay", 2, CrashBefore()),))
    assert run.passages["human"] == 2
    assert finished(run)[0] == "parked"


def test_budgets_are_not_reset_by_taking_a_session_up_again() -> None:
    limits = Limits(turns=3)
    run = run_reference(invoices(8), limits=limits, heal=True, strikes=(Strike("model", 3, ServerError(), None),))
    assert finished(run) == (
        "failed", "budget of turns: 3 used, the next request may need 1, the cap is 3"
    )  # fmt: skip


def test_the_time_that_a_parked_session_lies_still_is_nobodys_computing_time() -> None:
    limits = Limits(compute_ms=20_000)
    run = run_reference(invoices(), limits=limits, heal=True, strikes=(Strike("model", 2, RateLimit(10**12), None),
                        Strike("boot", 2, Later(86_400_000))))  # fmt: skip
    assert paid_once(run)


@dataclasses.dataclass(frozen=True)
class Later:
    """The operator comes back much later."""

    ms: int

    async def __call__(self, passage: Any, proceed: Any) -> Any:
        """Let the time pass."""
        await passage.sleep(self.ms)
        return await proceed()


@pytest.mark.parametrize("turns", [0, 2])
def test_a_finished_session_gives_its_answer_again_and_touches_nothing(turns: int) -> None:
    run = run_reference(invoices(), heal=True, limits=Limits(turns=turns))
    assert finished(run)[0] == ("failed" if turns else "completed")
    later = [event for event in run.events if event.number > healed(run)]
    assert [event.site for event in later] == ["life", "disk:read", "life", "run"]
    answers = [event.detail["answer"] for event in run.events if event.kind == "returned"]
    assert answers[0] == answers[1]


def test_a_model_that_goes_round_in_circles_is_told_so_and_then_parked() -> None:
    run = run_reference(invoices(), strikes=(Strike("model", 2, HallucinatedTool(), None),))
    assert finished(run)[0] == "parked"
    assert "repeated itself 6 times: delete_everything" in finished(run)[1]
    assert [line["rule"] for line in entries(run, "Nudged")] == ["circles"]
    assert run.passages["model"] == 1 + 7


@pytest.mark.parametrize("kind", ["deduplicating", "queryable", "blind"])
@pytest.mark.parametrize("fault", [CrashBefore(), CrashAfter(), CrashThenLands()], ids=repr)
def test_a_tool_that_kills_the_process_each_time_parks_after_its_calls_in_doubt_were_put_to_a_person(
    kind: Any, fault: Any
) -> None:
    """What a query or a person says is an outcome, and still no life got through a call of that tool."""
    for width in (1, 2):
        setup = invoices(12, kind, width)
        run = run_reference(setup, strikes=(Strike("tool:pay", 2, fault, None),), horizon=30)
        assert (run.ending, finished(run)[0]) == ("returned", "parked")
        assert judge(run, SAFETY).violated == ""
        assert run.lives == 1 + STALLED_LIVES_MAX
        healed = run_reference(setup, strikes=(Strike("tool:pay", 2, fault, None),), horizon=30, heal=True)
        assert paid_once(healed)


def test_a_question_that_kills_the_process_is_not_asked_for_ever_after_a_tool_that_did() -> None:
    strikes = (Strike("tool:pay", 2, CrashAfter(), None), Strike("human", 4, CrashBefore(), None))
    run = run_reference(invoices(12, "blind"), strikes=strikes, horizon=30)
    assert (run.ending, finished(run)[0]) == ("returned", "parked")


def test_deaths_in_calls_that_came_back_in_between_are_no_loop() -> None:
    strikes = tuple(Strike("tool:pay", nth, CrashAfter()) for nth in range(1, 20, 2))
    assert paid_once(run_reference(invoices(20, "blind"), strikes=strikes, horizon=40))
