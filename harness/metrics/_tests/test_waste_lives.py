"""When a message begins and ceases to count, and as what: the corner cases of the waste profile, in tokens counted by hand."""

from __future__ import annotations

import pytest

from harness.metrics import waste
from harness.metrics._tests.made import LOOK, NOTE, PAY
from harness.metrics._tests.talk import DONE, Talk, asked, goal, job, size, told
from harness.metrics.waste import waste_of
from harness.tokens import tools_tokens

GOAL = goal("the goal = pay")
RULE, FACT_A, FACT_B = "the rule = r", "fact A = v", "fact B = v"
TEXT = "x" * 32
NOTE_TEXT = {"role": "user", "content": "a note of the policy"}


def pay(id: str, item: str) -> dict:
    return asked(id, "pay", invoice=item, how="r", to="v")


def pair(call: dict, content: str) -> int:
    """Tokens of a call and of its result."""
    return size(call) + size(told(call["calls"][0]["id"], content))


def worked(*turns: tuple[dict, str], idle: int = 0) -> Talk:
    """The turns, each a call and its result, with everything kept; then a last step, and `idle` more."""
    talk, view = Talk(), [GOAL]
    for call, content in turns:
        failed = {"status": "error", "error": content[7:]} if content.startswith("error: ") else {}
        talk.show(*view, says=call).does(call, content, **failed)
        view += [call, told(call["calls"][0]["id"], content)]
    for _ in range(1 + idle):
        talk.show(*view)
    return talk


LOOK_RULE, LOOK_A, LOOK_B = asked("1", q="1"), asked("2", q="2"), asked("3", q="3")


def test_a_failed_try_is_needed_until_the_item_is_done_and_dead_after_it() -> None:
    # steps 0 to 4 reply with the calls, 5 and 6 are idle; A is done by the reply of step 4, B by none
    failed, between, paid = pay("4", "A"), asked("5", q="5"), pay("6", "A")
    turns = (LOOK_RULE, RULE), (LOOK_A, FACT_A), (failed, "error: busy"), (between, "nothing"), (paid, "paid A")
    dead = waste_of(worked(*turns, idle=1).run(job("A"))).dead
    # what was needed by step 4 is dead in 5 and 6; what nothing needed was read in step 4, and is dead in 5 and 6 too
    after = sum(pair(call, text) for call, text in turns[:4])
    assert dead == 2 * after
    assert waste_of(worked(*turns[:4], idle=1).run(job("A"))).dead == pair(between, "nothing")


def test_the_proof_of_an_item_is_live_though_a_fact_in_it_is_needed_no_more() -> None:
    turns = (LOOK_RULE, RULE), (LOOK_A, FACT_A), (pay("4", "A"), f"paid A\n{FACT_B}"), (pay("5", "B"), "paid B")
    # the payment of B in the reply of step 3 is the last that needs rule and facts; step 4, and 3 for fact A, show them dead
    expected = pair(*turns[0]) + 2 * pair(*turns[1])
    assert waste_of(worked(*turns).run(job("A", "B"))).dead == expected


def test_a_result_with_two_facts_is_needed_as_long_as_the_later_one() -> None:
    both = f"{FACT_A}\n{FACT_B}"
    turns = (LOOK_RULE, RULE), (LOOK_A, both), (pay("4", "A"), "paid A"), (pay("5", "B"), "paid B")
    assert waste_of(worked(*turns).run(job("A", "B"))).dead == pair(LOOK_RULE, RULE) + pair(LOOK_A, both)


def test_a_message_with_two_calls_is_needed_as_long_as_the_later_one() -> None:
    two = {"role": "assistant", "content": "", "calls": [*LOOK_A["calls"], *LOOK_B["calls"]]}
    view = [GOAL, two, told("2", "nothing"), told("3", FACT_B)]
    talk = Talk().show(GOAL, says=two).does(LOOK_A, "nothing").does(LOOK_B, FACT_B)
    found = waste_of(talk.show(*view).show(*view).run(job("B")))
    assert found.dead == size(view[2])  # B is never done: its fact, and what asked for it, are needed to the end


def test_words_without_a_call_are_dead_after_they_were_read_once() -> None:
    words = {"role": "assistant", "content": "Everything is done."}
    assert waste_of(Talk().show(GOAL, says=DONE).show(GOAL, words).run(job())).dead == 0
    assert waste_of(Talk().show(GOAL, says=DONE).show(GOAL, words).show(GOAL, words).run(job())).dead == size(words)


def test_a_placeholder_is_overhead_as_often_as_it_is_sent_and_never_dead() -> None:
    mask = told("1", "[result of look omitted: 32 bytes]")
    talk = Talk().show(GOAL, says=LOOK_RULE).does(LOOK_RULE, TEXT)
    for _ in range(3):
        talk.show(GOAL, LOOK_RULE, mask)
    found = waste_of(talk.run(job()))
    assert found.overhead == 3 * size(mask)
    assert found.dead == 2 * size(LOOK_RULE)


def test_the_goal_stays_live_where_a_note_was_put_before_it() -> None:
    found = waste_of(Talk().show(GOAL).show(NOTE_TEXT, GOAL).show(NOTE_TEXT, GOAL).run(job()))
    assert (found.overhead, found.dead, found.static) == (2 * size(NOTE_TEXT), 0, 0)


def test_the_policys_own_requests_are_part_of_the_total() -> None:
    found = waste_of(Talk().show(GOAL).show(GOAL, NOTE_TEXT, tools=0).show(GOAL).run(job()))
    assert found.total == 3 * size(GOAL) + size(NOTE_TEXT)
    assert found.overhead == size(GOAL) + size(NOTE_TEXT)


def test_a_result_is_no_duplicate_of_one_that_left_the_view() -> None:
    talk = Talk().show(GOAL, says=LOOK_RULE).does(LOOK_RULE, TEXT).show(GOAL, LOOK_RULE, told("1", TEXT))
    talk.show(GOAL, says=LOOK_A).does(LOOK_A, TEXT)
    assert waste_of(talk.show(GOAL, LOOK_A, told("2", TEXT)).run()).duplicate == 0


def test_only_results_are_duplicates() -> None:
    says = asked("2", text=TEXT)
    talk = Talk().show(GOAL, says=LOOK_RULE).does(LOOK_RULE, TEXT).show(GOAL, LOOK_RULE, told("1", TEXT), says=says)
    assert waste_of(talk.show(GOAL, LOOK_RULE, told("1", TEXT), says).run()).duplicate == 0


def test_what_left_the_view_is_not_taken_for_definitions() -> None:
    tools = (PAY, LOOK, NOTE)
    every, used = tools_tokens(tools), tools_tokens((LOOK,))
    talk = Talk().show(GOAL, says=LOOK_RULE, schemas=every).does(LOOK_RULE, TEXT)
    talk.show(GOAL, LOOK_RULE, told("1", TEXT), schemas=every).show(GOAL, schemas=every)
    found = waste_of(talk.run(tools=tools))
    assert found.unused_schema == 3 * (every - used)
    assert found.static == 2 * (size(GOAL) + used)


def test_what_only_a_refused_request_showed_was_never_sent() -> None:
    talk = Talk().show(GOAL, says=LOOK_RULE).does(LOOK_RULE, TEXT)
    refused = talk.show(GOAL, LOOK_RULE, told("1", TEXT), says=None).show(GOAL)
    assert waste.amplification(refused.run()) == 2
    assert waste_of(refused.run()).distinct == size(GOAL)


def test_a_refused_request_at_the_end_sends_nothing() -> None:
    found = waste_of(Talk().show(GOAL).show(GOAL, says=None).run())
    assert (found.total, found.sent, found.static) == (size(GOAL), size(GOAL), 0)
    assert waste.amplification(Talk().show(GOAL).show(GOAL, says=None).run()) == pytest.approx(1)
