"""Which facts outlive compaction, told view by view."""

from __future__ import annotations

import pytest

from harness.demands import Demands
from harness.metrics import retention
from harness.metrics._tests.made import Made
from harness.metrics._tests.talk import Talk, asked, goal, job, told
from harness.metrics.retention import retention_of, survival

GOAL = goal("the goal = pay")
ASK = asked("1", q="1")
FACTS = "the rule = r\nfact A = 1\nfact B = 2"
ALL = (ASK, told("1", FACTS))
OPEN = job("A", "B")


def note(*lines: str) -> dict:
    return {"role": "user", "content": "\n".join(("Summary of the work so far:", *lines))}


def start() -> Talk:
    """The goal, and three facts that are told and shown."""
    return Talk().show(GOAL, says=ASK).does(ASK, FACTS).show(GOAL, *ALL)


def test_without_a_compaction_nothing_is_said() -> None:
    run = start().run(OPEN)
    assert retention_of(run) == {} and retention.retention_by_compaction(run) is None
    assert retention.retention_constraint(run) is None is retention.retention_goal(run)


def test_without_demands_nothing_is_said() -> None:
    assert retention_of(start().show(GOAL).run()) == {}


def test_a_summary_keeps_what_it_says() -> None:
    run = start().show(GOAL, note("the rule = r", "fact B = 2")).run(OPEN)
    assert retention_of(run) == {"goal": [[1, 1]], "constraint": [[1, 1]], "identifier": [[2, 1]]}
    assert retention.retention_identifier(run) == 0.5 and retention.retention_constraint(run) == 1
    assert retention.retention_decision(run) is None
    assert retention.retention_by_compaction(run) == '{"goal":[[1,1]],"constraint":[[1,1]],"identifier":[[2,1]]}'


def test_dropping_everything_keeps_the_goal_only() -> None:
    run = start().show(GOAL).run(OPEN)
    assert retention_of(run) == {"goal": [[1, 1]], "constraint": [[1, 0]], "identifier": [[2, 0]]}


def test_a_wrong_value_is_not_the_fact() -> None:
    assert retention.retention_constraint(start().show(GOAL, note("the rule = s")).run(OPEN)) == 0


def test_each_fact_counts_its_own_compactions() -> None:
    run = start().show(GOAL, note("the rule = r", "fact A = 1")).show(GOAL, note("the rule = r")).run(OPEN)
    assert retention_of(run)["constraint"] == [[1, 1], [1, 1]]
    assert retention_of(run)["identifier"] == [[2, 1], [1, 0]]
    assert retention.retention_identifier(run) == pytest.approx(1 / 3)


def test_a_fact_that_was_fetched_again_begins_anew() -> None:
    again = asked("2", q="1")
    talk = start().show(GOAL, says=again).does(again, FACTS).show(GOAL, again, told("2", FACTS)).show(GOAL)
    assert retention_of(talk.run(OPEN))["constraint"] == [[2, 0]]


def test_a_policys_own_request_is_no_compaction_of_its_own() -> None:
    talk = start().show(GOAL, *ALL, note(), tools=0).show(GOAL, note("the rule = r"))
    assert retention_of(talk.run(OPEN))["constraint"] == [[1, 1]]


def test_what_no_item_needs_any_more_may_go() -> None:
    pay = asked("2", "pay", invoice="A")
    talk = start().show(GOAL, *ALL, says=pay).does(pay, "paid A").show(GOAL, *ALL, pay, told("2", "paid A")).show(GOAL)
    assert retention_of(talk.run(OPEN))["identifier"] == [[1, 0]]
    assert "identifier" not in retention_of(talk.run(job("A")))


def test_what_the_step_of_the_compaction_itself_needs_may_not_go() -> None:
    pay = asked("2", "pay", invoice="A")
    run = start().show(GOAL, says=pay).does(pay, "paid A").run(job("A"))
    assert retention_of(run)["identifier"] == [[1, 0]] == retention_of(run)["constraint"]


def test_a_fact_of_which_a_copy_stays_survives() -> None:
    again = asked("2", q="1")
    talk = start().show(GOAL, *ALL, says=again).does(again, FACTS).show(GOAL, *ALL, again, told("2", FACTS))
    assert retention_of(talk.show(GOAL, *ALL, note()).run(OPEN))["constraint"] == [[1, 1]]


def test_a_value_told_after_all_is_done_is_needed_by_nothing() -> None:
    pay, late = asked("2", "pay", invoice="A"), asked("3", q="3")
    talk = start().show(GOAL, *ALL, says=pay).does(pay, "paid A").show(GOAL, *ALL, says=late).does(late, "the rule = s")
    run = talk.show(GOAL, *ALL, late, told("3", "the rule = s")).show(GOAL).run(job("A"))
    assert retention_of(run) == {"goal": [[1, 1]]}


def test_roles_stand_in_one_order_whatever_was_told_first() -> None:
    facts = "fact A = 1\nthe rule = r"
    run = Talk().show(GOAL, says=ASK).does(ASK, facts).show(GOAL, ASK, told("1", facts)).show(GOAL).run(OPEN)
    assert list(retention_of(run)) == ["goal", "constraint", "identifier"]


def test_a_decision_that_was_changed_is_kept_by_its_newest_value() -> None:
    roles = {"the goal": "goal", "decision": "decision"}
    demands = Demands({"A": ("decision",)}, roles, lambda tool, given: None, lambda item, facts: ("pay", {}))
    first, second = asked("1", q="1"), asked("2", q="2")
    talk = Talk().show(GOAL, says=first).does(first, "decision = blue")
    talk.show(GOAL, first, told("1", "decision = blue"), says=second).does(second, "decision = red")
    talk.show(GOAL, first, told("1", "decision = blue"), second, told("2", "decision = red"))
    assert retention.retention_decision(talk.show(GOAL, note("decision = red")).run(demands)) == 1
    talk.show(GOAL, note("decision = blue"))
    assert retention_of(talk.run(demands))["decision"] == [[1, 1], [1, 0]]


def test_a_value_that_only_comes_back_with_the_compaction_did_not_meet_it() -> None:
    roles = {"the goal": "goal", "decision": "decision"}
    demands = Demands({"A": ("decision",)}, roles, lambda tool, given: None, lambda item, facts: ("pay", {}))
    talk, view = Talk(), [GOAL]
    for id, text in (("1", "decision = blue"), ("2", "decision = red"), ("3", "decision = blue")):
        talk.show(*view, says=asked(id, q=id)).does(asked(id, q=id), text)
        view += [asked(id, q=id), told(id, text)]
    run = talk.show(*view[:3], *view[5:]).run(demands)
    assert retention_of(run) == {"goal": [[1, 1]]}


def test_survival_multiplies_and_says_nothing_beyond_what_was_met() -> None:
    assert survival([[4, 3], [2, 1]]) == pytest.approx([0.75, 0.375])
    assert survival([]) == []
    assert survival([[3, 0]]) == [0]


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_hardly_any_calls_retain_nothing(steps: int) -> None:
    made = Made()
    for _ in range(steps):
        made.step(10)
    assert retention_of(made.run()) == {}
