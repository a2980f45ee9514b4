"""The waste profile, in tokens counted by hand: a text of 32 bytes is 10 tokens."""

from __future__ import annotations

import pytest

from harness.metrics import waste
from harness.metrics._tests.made import LOOK, NOTE, PAY, Made
from harness.metrics._tests.talk import DONE, Talk, asked, goal, job, size, told
from harness.metrics.waste import waste_of
from harness.policies.prompts import HEAD
from harness.tokens import tools_tokens

GOAL = goal("g" * 32)
ASK_A, ASK_B = asked("a", path="a", text="a" * 18), asked("b", path="b", text="b" * 18)
"""Calls of 10 tokens each, as results are: 18 + 4 + 13 bytes are 35, which is 11."""

TEXT = "x" * 32
SHARES = (
    waste.waste_dead, waste.waste_duplicate, waste.waste_unused_schema, waste.waste_static, waste.waste_overhead,
    waste.waste_live,
)  # fmt: skip


def test_the_sizes_that_these_tests_count_with() -> None:
    assert (size(GOAL), size(ASK_A), size(told("a", TEXT))) == (10, 11, 10)


def two_looks(*, second: str = TEXT) -> Talk:
    """Two results, and a third step that shows both."""
    talk = Talk().show(GOAL, says=ASK_A).does(ASK_A, TEXT)
    talk.show(GOAL, ASK_A, told("a", TEXT), says=ASK_B).does(ASK_B, second)
    return talk.show(GOAL, ASK_A, told("a", TEXT), ASK_B, told("b", second))


def test_what_stays_of_the_first_request_is_static_when_it_is_sent_again() -> None:
    found = waste_of(two_looks().run())
    assert found.total == 10 + 31 + 52
    assert found.static == 10 + 10


def test_a_result_that_stands_in_the_view_already_is_a_duplicate() -> None:
    assert waste_of(two_looks(second="y" * 32).run()).duplicate == 0
    assert waste_of(two_looks().run()).duplicate == 10


def test_without_demands_dead_and_live_are_not_told_apart() -> None:
    found = waste_of(two_looks().run())
    assert found.dead is None and found.rest == found.total - found.static - found.duplicate
    assert waste.waste_dead(two_looks().run()) is None is waste.waste_live(two_looks().run())


def paid(id: str, item: str, how: str = "r") -> dict:
    return asked(id, "pay", invoice=item, how=how, to="v")


RULE, FACT_A, FACT_B = "the rule = r", "fact A = v", "fact B = v"


def two_items(again: int = 0) -> Talk:
    """The rule, then fact and payment of A, then of B; keeping everything, and `again` steps more at the end."""
    talk, view = Talk(), [goal("the goal = pay")]
    looks = [("1", RULE), ("2", FACT_A), ("3", "paid A"), ("4", FACT_B), ("5", "paid B")]
    for id, text in looks:
        call = paid(id, text[-1]) if text.startswith("paid") else asked(id, q=id)
        talk.show(*view, says=call).does(call, text)
        view += [call, told(id, text)]
    for _ in range(1 + again):
        talk.show(*view)
    return talk


def test_a_result_is_dead_after_the_last_item_that_needs_a_fact_of_it() -> None:
    # steps 0 to 5; fact A is last needed by the payment in the reply of step 2, the rule and fact B by that of step 4
    pair_a = size(asked("2", q="2")) + size(told("2", FACT_A))
    pair_b = size(asked("4", q="4")) + size(told("4", FACT_B))
    pair_rule = size(asked("1", q="1")) + size(told("1", RULE))
    found = waste_of(two_items().run(job("A", "B")))
    assert found.dead == 3 * pair_a + pair_b + pair_rule
    assert sum(share(two_items().run(job("A", "B"))) or 0 for share in SHARES) == pytest.approx(1, abs=1e-12)


def test_an_item_that_is_never_done_needs_its_facts_to_the_end() -> None:
    pair_a = size(asked("2", q="2")) + size(told("2", FACT_A))
    assert waste_of(two_items().run(job("A", "B", "C"))).dead == 3 * pair_a + size(asked("4", q="4")) + size(
        told("4", FACT_B)
    )


def test_a_value_that_another_took_the_place_of_is_dead() -> None:
    first, second = asked("1", q="1"), asked("2", q="2")
    view = [goal("the goal = pay"), first, told("1", "the rule = r")]
    talk = Talk().show(*view[:1], says=first).does(first, "the rule = r").show(*view, says=second)
    talk.does(second, "the rule = s")
    view += [second, told("2", "the rule = s")]
    old = size(first) + size(view[2])
    assert waste_of(talk.show(*view).run(job("A"))).dead == old
    assert waste_of(talk.show(*view).run(job("A"))).dead == 2 * old


def test_idle_steps_make_more_of_the_input_dead() -> None:
    demands = job("A", "B")
    few, many = (waste.waste_dead(two_items(again).run(demands)) for again in (0, 8))
    assert few is not None and many is not None and few < many


def test_what_proves_an_item_done_is_live_to_the_end() -> None:
    found = waste_of(two_items(again=50).run(job("A", "B")))
    proof = sum(size(paid(id, item)) + size(told(id, f"paid {item}")) for id, item in (("3", "A"), ("5", "B")))
    assert found.rest >= 50 * proof


def test_what_nothing_needs_is_dead_after_it_was_read_once() -> None:
    found = waste_of(two_looks(second="y" * 32).run(job()))
    assert found.dead == size(ASK_A) + 10


def test_placeholders_summaries_and_the_policys_own_requests_are_overhead() -> None:
    mask = told("a", "[result of look omitted: 32 bytes]")
    summary = {"role": "user", "content": f"{HEAD}\n{'s' * 32}"}
    talk = two_looks().show(GOAL, ASK_A, mask, ASK_B, told("b", TEXT))
    assert waste_of(talk.run()).overhead == size(mask)
    talk.show(GOAL, ASK_A, says=DONE, tools=0).show(GOAL, summary)
    found = waste_of(talk.run())
    assert found.overhead == size(mask) + 21 + size(summary)
    assert found.static == 10 + 10 + 10 + 10


def test_of_a_result_that_was_cut_the_mark_is_overhead_and_the_rest_is_not() -> None:
    lines = "\n".join(["first", "second", "third"])
    talk = Talk().show(GOAL, says=ASK_A).does(ASK_A, lines)
    talk.show(GOAL, ASK_A, told("a", "first\n[... 7 bytes cut ...]\nthird"))
    assert waste_of(talk.run()).overhead == 7  # 22 bytes with the line break


def test_definitions_of_tools_that_nobody_calls_are_unused_schemas() -> None:
    tools = (PAY, LOOK, NOTE)
    every, used = tools_tokens(tools), tools_tokens((LOOK,))
    talk = (
        Talk().show(GOAL, says=ASK_A, schemas=every).does(ASK_A, TEXT).show(GOAL, ASK_A, told("a", TEXT), schemas=every)
    )
    found = waste_of(talk.run(tools=tools))
    assert found.unused_schema == 2 * (every - used)
    assert found.static == 10 + used
    lean = (
        Talk().show(GOAL, says=ASK_A, schemas=used).does(ASK_A, TEXT).show(GOAL, ASK_A, told("a", TEXT), schemas=used)
    )
    assert waste_of(lean.run(tools=tools)).unused_schema == 0


def test_a_definition_counts_as_what_was_offered_of_it() -> None:
    # look is called; 320 bytes of it are 100 tokens, its stub of 32 bytes is 10; pay and note are stubs of 10 tokens each
    stubs = {"look": 32, "pay": 32, "note": 32}
    whole = {**stubs, "look": 320}
    talk = Talk().show(GOAL, says=ASK_A, schemas=30, offered=stubs).does(ASK_A, TEXT)
    found = waste_of(talk.show(GOAL, ASK_A, told("a", TEXT), schemas=120, offered=whole).run(tools=(PAY, LOOK, NOTE)))
    assert found.total == 10 + 30 + 31 + 120
    assert found.unused_schema == 20 + 20
    assert found.static == 100 + 10  # the definition and the goal, sent again
    fewer = Talk().show(GOAL, says=ASK_A, schemas=10, offered={"look": 32}).does(ASK_A, TEXT)
    assert waste_of(fewer.run(tools=(PAY, LOOK, NOTE))).unused_schema == 0


def test_a_refused_request_is_no_call() -> None:
    talk = Talk().show(GOAL, says=None).show(GOAL)
    assert (waste_of(talk.run()).total, waste_of(talk.run()).static) == (10, 0)


def test_amplification_is_how_often_a_token_is_sent() -> None:
    # the goal 3 times, the first call and result twice, the second once
    expected = (3 * 10 + 2 * 21 + 21) / (10 + 21 + 21)
    assert waste.amplification(two_looks(second="y" * 32).run()) == pytest.approx(expected)
    assert waste.amplification(Talk().show(GOAL).run()) == 1
    dropped = Talk().show(GOAL, says=ASK_A).does(ASK_A, TEXT).show(GOAL, ASK_A, told("a", TEXT)).show(GOAL)
    assert waste.amplification(dropped.run()) == pytest.approx((3 * 10 + 21) / 31)


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_the_shares_add_up_to_one_however_few_the_calls(steps: int) -> None:
    talk = Talk()
    for _ in range(steps):
        talk.show(GOAL)
    found = [share(talk.run(job())) for share in SHARES]
    assert sum(share or 0 for share in found) == pytest.approx(1)
    assert waste.waste_static(talk.run()) == pytest.approx((steps - 1) / steps)


def test_no_calls_no_shares() -> None:
    assert [share(Made().run()) for share in SHARES] == [None] * 6
    assert waste.amplification(Made().run()) is None
