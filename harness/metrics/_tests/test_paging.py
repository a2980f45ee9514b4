"""Removals, faults and thrash, told view by view."""

from __future__ import annotations

import pytest

from harness.metrics import paging
from harness.metrics._tests.made import LOOK, NOTE, PAY, Made
from harness.metrics._tests.talk import DONE, Talk, asked, goal, job, told
from harness.metrics.paging import Paging, paging_of
from harness.run import Run
from harness.tokens import tool_bytes

GOAL = goal()
ASK, AGAIN = asked("a", path="x"), asked("b", path="x")
PAIR = (ASK, told("a", "the content"))
MASKED = (ASK, told("a", "[result of look omitted: 11 bytes]"))


def read() -> Talk:
    """One result, read and shown."""
    return Talk().show(GOAL, says=ASK).does(ASK, "the content").show(GOAL, *PAIR, says=DONE)


def fetched_again(idle: int = 0) -> Run:
    """The result is dropped, some steps pass, and it is fetched again."""
    talk = read()
    for _ in range(idle):
        talk.show(GOAL)
    return talk.show(GOAL, says=AGAIN).does(AGAIN, "the content").show(GOAL, AGAIN, told("b", "the content")).run()


def test_nothing_is_removed_where_the_view_only_grows() -> None:
    run = read().show(GOAL, *PAIR, DONE).run()
    assert paging_of(run) == Paging(0, 0, 0, 3)
    assert paging.fault_rate(run) is None and paging.thrash(run) == 0


def test_a_result_that_is_dropped_masked_or_cut_is_a_removal() -> None:
    for rest in ((), MASKED, (ASK, told("a", "the [... cut ...]"))):
        assert paging.removals(read().show(GOAL, *rest).run()) == 1


def test_a_result_of_which_a_copy_stays_is_no_removal() -> None:
    copy = (AGAIN, told("b", "the content"))
    talk = Talk().show(GOAL, says=ASK).does(ASK, "the content").show(GOAL, *PAIR, says=AGAIN).does(AGAIN, "the content")
    assert paging.removals(talk.show(GOAL, *PAIR, *copy).show(GOAL, *copy).run()) == 0


def test_a_policys_own_request_in_between_removes_nothing_by_itself() -> None:
    talk = read().show(GOAL, tools=0).show(GOAL, *PAIR, DONE)
    assert paging.removals(talk.run()) == 0
    assert paging.removals(read().show(GOAL, *PAIR, tools=0).show(GOAL).run()) == 1


def test_a_call_that_fetches_a_removed_result_again_is_a_fault() -> None:
    run = fetched_again()
    assert paging_of(run) == Paging(removals=1, faults=1, premature=1, steps=4)
    assert (paging.fault_rate(run), paging.thrash(run)) == (1.0, 0.25)


def test_arguments_in_another_spelling_are_the_same_call_and_other_arguments_are_not() -> None:
    other = {**AGAIN, "calls": [{"id": "b", "name": "look", "arguments": '{ "path":"x" }'}]}
    assert paging.faults(read().show(GOAL, says=other).run()) == 1
    assert paging.faults(read().show(GOAL, says=asked("b", path="y")).run()) == 0


def test_a_result_that_is_still_in_view_can_be_read_again_without_a_fault() -> None:
    assert paging.faults(read().show(GOAL, *PAIR, says=AGAIN).show(GOAL).run()) == 0


def test_a_call_that_changes_the_world_fetches_nothing() -> None:
    pay = asked("a", "pay", invoice="1")
    talk = Talk().show(GOAL, says=pay).does(pay, "paid").show(GOAL, pay, told("a", "paid"))
    run = talk.show(GOAL, says=asked("b", "pay", invoice="1")).run()
    assert (paging.removals(run), paging.faults(run)) == (1, 0)


def test_thrashing_counts_every_time() -> None:
    talk = read()
    for _ in range(3):
        talk.show(GOAL, says=AGAIN).does(AGAIN, "the content").show(GOAL, AGAIN, told("b", "the content"))
    run = talk.run()
    assert paging_of(run) == Paging(removals=3, faults=3, premature=3, steps=8)
    assert paging.thrash(run) == pytest.approx(3 / 8)


def test_a_fault_after_eight_steps_is_late_and_before_them_premature() -> None:
    assert paging.premature_removals(fetched_again(7)) == 1
    assert paging.premature_removals(fetched_again(8)) == 0
    assert paging.faults(fetched_again(8)) == 1


def forgotten(kept: str = "") -> Talk:
    """A fact is removed (a note with `kept` takes its place), and the item that needs it is done."""
    pay = asked("c", "pay", invoice="A")
    talk = Talk().show(GOAL, says=ASK).does(ASK, "fact A = 5").show(GOAL, ASK, told("a", "fact A = 5"))
    note = {"role": "user", "content": f"Summary of the work so far:\n{kept}"}
    return talk.show(GOAL, note, says=pay).does(pay, "paid A")


def test_an_item_done_without_its_removed_fact_shows_that_the_removal_was_premature() -> None:
    assert paging_of(forgotten().run(job("A"))) == Paging(removals=1, faults=0, premature=1, steps=3)
    assert paging.premature_removals(forgotten("fact A = 5").run(job("A"))) == 0
    assert paging.premature_removals(forgotten().run()) == 0


def test_reasons_are_counted_and_an_unread_journal_gives_none() -> None:
    assert paging.compaction_reasons(read().run()) == ""
    assert paging.compaction_reasons(fetched_again()) == "unobserved 1"


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_hardly_any_calls_hardly_any_numbers(steps: int) -> None:
    made = Made()
    for _ in range(steps):
        made.step(10)
    run = made.run()
    assert paging_of(run) == Paging(0, 0, 0, steps)
    assert paging.fault_rate(run) is None and paging.thrash(run) == (0 if steps else None)


WHOLE = {tool.name: tool_bytes(tool) for tool in (PAY, LOOK, NOTE)}
OUT = {**WHOLE, "look": 4}
"""All definitions whole, and the same with one of them as a stub."""


def test_a_definition_that_is_offered_shorter_is_a_removal_and_its_call_a_fault() -> None:
    talk = Talk().show(GOAL).show(GOAL, offered=OUT)
    assert paging_of(talk.run()) == Paging(removals=1, faults=0, premature=0, steps=2)
    assert paging_of(talk.show(GOAL, says=asked("a"), offered=OUT).run()) == Paging(1, 1, 1, 3)
    gone = {name: size for name, size in WHOLE.items() if name != "look"}
    assert paging_of(Talk().show(GOAL).show(GOAL, says=asked("a"), offered=gone).run()) == Paging(1, 1, 1, 2)


def test_the_first_call_of_a_stub_is_no_fault_and_neither_is_one_of_a_definition_that_came_back() -> None:
    cold = Talk().show(GOAL, says=asked("a"), offered=OUT).show(GOAL)
    assert paging_of(cold.run()) == Paging(0, 0, 0, 2)
    back = Talk().show(GOAL).show(GOAL, offered=OUT).show(GOAL, says=asked("a")).run()
    assert paging_of(back) == Paging(removals=1, faults=0, premature=0, steps=3)


def test_a_definition_that_is_paged_out_each_time_thrashes() -> None:
    talk = Talk()
    for turn in range(3):
        talk.show(GOAL).show(GOAL, says=asked(f"{turn}"), offered=OUT)
    run = talk.run()
    assert paging_of(run) == Paging(removals=3, faults=3, premature=3, steps=6)
    assert (paging.fault_rate(run), paging.thrash(run)) == (1.0, 0.5)
