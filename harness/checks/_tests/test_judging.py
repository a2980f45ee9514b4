"""One pass, forked anywhere: a judging that parts from another says what a whole pass says, and leaves its origin alone."""

from __future__ import annotations

from typing import ClassVar

import pytest

from harness._tests.small import small
from harness.checks import CHECKS, Judging, head_of, judge
from harness.checks.fold import Fold, FoldedCheck
from harness.checks.record import Reading
from harness.faults import CrashAfter, FailAfter, RateLimit, Strike, TornAppend
from harness.history import Event
from harness.run import Run, execute

RUNS = {
    "killed after a payment": execute(small("sound.py:LOOP", strikes=(Strike("tool:pay", 1, CrashAfter()),))),
    "killed in a write": execute(small("glued.py:LOOP", strikes=(Strike("disk:append", 4, TornAppend()),))),
    "paid twice": execute(small("no_flush.py:LOOP", kind="queryable", strikes=(Strike("tool:pay", 1, CrashAfter()),))),
    "not heard": execute(small("sound.py:LOOP", kind="blind", strikes=(Strike("tool:pay", 1, FailAfter()),))),
    "told to wait": execute(small("sound.py:LOOP", heal=True, strikes=(Strike("model", 2, RateLimit(), 9),))),
}


def begun(run: Run, events: int) -> Judging:
    judging = Judging.start(head_of(run))
    for event in run.events[:events]:
        judging.see(event)
    return judging


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS.keys())
def test_a_fork_at_any_event_ends_as_a_whole_pass_does(run: Run) -> None:
    whole = judge(run)
    for place in range(len(run.events)):
        forked = begun(run, place).fork()
        for event in run.events[place:]:
            forked.see(event)
        assert forked.conclude(run) == whole


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS.keys())
def test_what_a_fork_sees_does_not_reach_its_origin(run: Run) -> None:
    for place in range(0, len(run.events), 3):
        origin = begun(run, place)
        forked = origin.fork()
        for event in run.events[place:]:
            forked.see(event)
        for event in run.events[place:]:
            origin.see(event)
        assert origin.conclude(run) == judge(run)


def test_the_first_violation_is_known_at_its_event() -> None:
    run = RUNS["paid twice"]
    twice = [event.number for event in run.events if event.kind == "effect"][1]
    assert begun(run, twice - 1).failed() is None or begun(run, twice - 1).failed().name != "effect_once"  # type: ignore[union-attr]
    found = begun(run, twice + 20).failed()
    assert found is not None and (found.name, found.outcome) == ("effect_once", "fail")
    assert found == judge(run)["effect_once"]


def test_a_run_in_which_nothing_goes_wrong_has_no_violation_at_any_event() -> None:
    run = RUNS["killed after a payment"]
    assert [begun(run, place).failed() for place in range(len(run.events))] == [None] * len(run.events)


class _Stumbles(Fold):
    """A check that cannot bear a reply."""

    name: ClassVar[str] = "stumbles"
    wants: ClassVar[tuple[tuple[str, str], ...]] = (("model", "reply"),)

    def see(self, event: Event, reading: Reading) -> None:
        """Fail on purpose."""
        raise ValueError("no")


def test_a_check_that_raises_says_so_and_stops_no_other() -> None:
    run = RUNS["paid twice"]
    judgement = judge(run, (FoldedCheck(_Stumbles), *CHECKS))
    first = next(event.number for event in run.events if event.kind == "reply")
    assert judgement.outcome == "invalid"
    assert judgement["stumbles"].harness_error
    assert judgement["stumbles"].witness == f"the check raised ValueError at event {first}: no"
    assert judgement.verdicts[1:] == judge(run).verdicts


def test_two_effects_of_one_deed_are_told_with_what_the_journal_held() -> None:
    assert judge(RUNS["paid twice"]).violated.startswith(
        "effect_once: effect pay INV-001 happened twice: life 0 event 19, life 1 event 37; intent written at event 15 and "
        "never durable; result never durable; life 1, resumed at event 21, used the same key '"
    )
