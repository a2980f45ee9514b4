"""Recall by every demand: what an item needs, at the step when the work comes to it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from harness.demands import Demands
from harness.metrics._tests.talk import Talk, asked, goal, job, told
from harness.metrics.recall import Recall
from harness.metrics.recalled import recall_by_distance, recall_of, reference_recall

GOAL = goal("the goal = pay")
ASK = asked("1", q="1")
FACTS = "the rule = r\nfact A = 1\nfact B = 2"
PAY_A, PAY_B = asked("2", "pay", invoice="A"), asked("3", "pay", invoice="B")
READ = (ASK, told("1", FACTS))
PAID_A = (PAY_A, told("2", "paid A"))
JOB = job("A", "B")


def both(second_view: tuple[dict[str, Any], ...], demands: Demands = JOB) -> Recall:
    """Facts are told, A is paid, and B is due with this view."""
    talk = Talk().show(GOAL, says=ASK).does(ASK, FACTS).show(GOAL, *READ, says=PAY_A).does(PAY_A, "paid A")
    return recall_of(
        talk.show(GOAL, *second_view, says=PAY_B).does(PAY_B, "paid B").show(GOAL, *second_view).run(demands)
    )


def counts(found: Recall) -> tuple[int, int, int]:
    return found.in_view, found.by_pointer, found.lost


def test_what_is_needed_and_still_shown_is_in_view() -> None:
    assert counts(both((*READ, *PAID_A))) == (2, 0, 0)


def test_what_is_gone_is_lost_and_by_pointer_while_the_call_that_told_it_is_shown() -> None:
    assert counts(both(PAID_A)) == (0, 0, 2)
    assert counts(both((ASK, told("1", "[result of look omitted]"), *PAID_A))) == (0, 2, 0)
    assert counts(both((ASK, told("1", "the rule = r"), *PAID_A))) == (1, 1, 0)


def test_a_pointer_is_worth_what_the_model_makes_of_it() -> None:
    pointed = (ASK, told("1", "[result of look omitted]"), *PAID_A)
    talk = Talk().show(GOAL, says=ASK).does(ASK, FACTS).show(GOAL, *READ, says=PAY_A).does(PAY_A, "paid A")
    talk = talk.show(GOAL, *pointed, says=PAY_B).does(PAY_B, "paid B").show(GOAL)
    assert reference_recall(talk.run(JOB)) == 1
    assert reference_recall(talk.run(replace(JOB, lookup=0.45))) == 0.45


def test_another_value_is_not_the_fact() -> None:
    assert counts(both(({"role": "user", "content": "the rule = s\nfact B = 2"}, *PAID_A))) == (1, 0, 1)


def test_a_fact_that_was_looked_up_again_was_not_in_view_when_it_was_due() -> None:
    """At the step that pays B all is there, because it was read anew: a reader never uses what it does not see."""
    again = asked("4", q="1")
    talk = Talk().show(GOAL, says=ASK).does(ASK, FACTS).show(GOAL, *READ, says=PAY_A).does(PAY_A, "paid A")
    talk = talk.show(GOAL, *PAID_A, says=again).does(again, FACTS)
    talk = talk.show(GOAL, *PAID_A, again, told("4", FACTS), says=PAY_B).does(PAY_B, "paid B").show(GOAL)
    assert counts(recall_of(talk.run(JOB))) == (0, 0, 2)


def test_what_was_just_told_or_never_is_no_reference() -> None:
    talk = Talk().show(GOAL, says=ASK).does(ASK, FACTS).show(GOAL, *READ, says=PAY_A).does(PAY_A, "paid A").show(GOAL)
    assert recall_of(talk.run(JOB)).total == 0
    assert reference_recall(talk.run(JOB)) is None


def test_an_item_that_is_tried_again_counts_once() -> None:
    talk = Talk().show(GOAL, says=ASK).does(ASK, FACTS).show(GOAL, *READ, says=PAY_A).does(PAY_A, "", error="busy")
    again = asked("5", "pay", invoice="A")
    talk = talk.show(GOAL, *READ, PAY_A, told("2", "error: busy"), says=again).does(again, "paid A").show(GOAL, *READ)
    assert recall_of(talk.run(JOB)).total == 0


def test_distance_is_in_turns_since_the_fact_was_told() -> None:
    talk = Talk().show(GOAL, says=ASK).does(ASK, FACTS).show(GOAL, *READ, says=PAY_A).does(PAY_A, "paid A")
    talk = talk.show(GOAL, *READ, *PAID_A, says=PAY_B).does(PAY_B, "paid B").show(GOAL, *READ)
    assert recall_by_distance(talk.run(JOB)) == '{"1":[2,0,0]}'


def test_without_demands_identifiers_are_counted_as_in_a_recording() -> None:
    ask, use = asked("1", q="1"), asked("2", "pay", invoice="I-77")
    talk = Talk().show(GOAL, says=ask).does(ask, "I-77 is open").show(GOAL, ask, told("1", "I-77 is open"), says=use)
    found = recall_of(talk.does(use, "paid").show(GOAL).run())
    assert counts(found) == (1, 0, 0)
