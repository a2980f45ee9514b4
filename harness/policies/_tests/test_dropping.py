"""What each policy that asks no model takes out of a view, and what it leaves."""

from __future__ import annotations

import pytest

from harness.policies._tests.made import GOAL, called, contents, edit, read, view_of
from harness.policies.deduplicate import Deduplicate
from harness.policies.drop_old_results import CLEARED, DropOldResults
from harness.policies.drop_reads_after_edit import DropReadsAfterEdit
from harness.policies.keep_user_messages import KeepUserMessages
from harness.policies.mask_observations_rolling import MaskObservationsRolling
from harness.policies.microcompact import Microcompact
from harness.policies.prune_outputs import PruneOutputs
from harness.policies.snip import SNIPPED, Snip
from harness.tokens import view_tokens
from harness.types import Message

TEN = view_of(*(read(f"f{number}") for number in range(10)))


def test_snip_takes_the_middle_and_leaves_the_first_and_the_newest():
    after = Snip(first=2, share=0.5)(TEN, TEN.weight)
    assert after[:6] == (GOAL, *TEN[1:5], SNIPPED)
    assert tuple(after[6:]) == TEN[len(TEN) - len(after) + 6 :]
    assert view_tokens(after) <= TEN.weight // 2 < view_tokens((*after, *TEN[5:7]))


def test_snip_marks_the_middle_once_however_often_it_snips():
    after = Snip()(view_of(*Snip()(TEN, TEN.weight)[1:], *(read(f"g{number}") for number in range(5))), TEN.weight)
    assert contents(after).count(SNIPPED.content) == 1


def test_the_marker_of_an_earlier_snip_does_not_count_as_an_exchange():
    after = Snip(first=3)(view_of(*Snip(first=2)(TEN, TEN.weight)[1:], *(read(f"g{n}") for n in range(5))), TEN.weight)
    assert contents(after).count(SNIPPED.content) == 1
    assert [bool(message.calls) for message in after[1:7]] == [True, False] * 3


def test_snip_shows_the_newest_exchange_even_where_it_does_not_fit():
    after = Snip(first=1)(view_of(read("a"), read("b"), read("c", "t" * 1_000)), 100)
    assert tuple(after) == (GOAL, *read("a"), SNIPPED, *read("c", "t" * 1_000))


def test_microcompact_makes_one_line_of_a_run_of_one_tool():
    after = Microcompact(run=3, keep=2)(TEN, 1_000)
    assert contents(after)[:2] == [
        GOAL.content, '[result of read omitted: 8 calls from {"path":"f0"} to {"path":"f7"}, 3200 bytes]',
    ]  # fmt: skip
    assert tuple(after[2:]) == TEN[-4:]


def test_microcompact_keeps_outcomes_and_lets_them_break_no_run():
    parts = [part for name in "abc" for part in (read(name), edit(name))]
    after = Microcompact(run=3, keep=0)(view_of(*parts), 1_000)
    assert contents(after)[1].startswith("[result of read omitted: 3 calls")
    assert tuple(after[2:]) == (*edit("a"), *edit("b"), *edit("c"))


@pytest.mark.parametrize(
    "between", [called("look", "{}", "u" * 400), [Message("user", "wait")], read("x", "error" + "x" * 400)]
)
def test_microcompact_sees_no_run_across_another_tool_a_person_or_an_error(between: list[Message]):
    view = view_of(read("a"), read("b"), between, read("c"), read("d"))
    assert Microcompact(run=3, keep=0)(view, 1_000) is view


def test_microcompact_takes_exchanges_with_several_calls_of_one_tool_for_runs_too():
    view = view_of(*(called("read", f'{{"n":{number}}}', "t" * 300, "u" * 300) for number in range(4)))
    after = Microcompact(run=3, keep=1)(view, 1_000)
    assert contents(after)[1] == '[result of read omitted: 6 calls from {"n":0} to {"n":2}, 1800 bytes]'
    assert tuple(after[2:]) == view[-3:]


def test_what_is_short_beside_the_observations_of_a_run_is_an_outcome_now_and_later():
    view = view_of(*(part for name in "abcd" for part in (read(name, "t" * 2_000), edit(name, "e" * 400))))
    after = Microcompact(run=3, keep=0)(view, 1_000)
    assert contents(after)[1].startswith("[result of read omitted: 4 calls")
    assert contents(after).count("e" * 400) == 4
    assert Microcompact(run=3, keep=0)(view_of(*after[1:]), 1_000) == (GOAL, *after[1:])


def test_old_results_are_cleared_and_the_calls_say_what_they_were():
    after = DropOldResults(keep=3)(TEN, 1)
    assert [text for text in contents(after) if text] == ["goal = test", *[CLEARED] * 7, *["t" * 400] * 3]
    assert [message.calls for message in after] == [message.calls for message in TEN]


def test_a_result_shorter_than_its_placeholder_is_not_cleared():
    view = view_of(edit("a"), read("b"))
    assert contents(DropOldResults(keep=0)(view, 1))[1:] == ["", "edited", "", CLEARED]


def test_rolling_masks_each_result_as_it_grows_old_whatever_the_budget():
    after = MaskObservationsRolling(keep=9)(TEN, 1_000_000)
    assert contents(after)[2] == '[result of read {"path":"f0"} omitted: 400 bytes]'
    assert tuple(after[3:]) == TEN[3:]
    assert MaskObservationsRolling.trigger == 0


def test_rolling_counts_turns_and_not_results():
    turns = [called("read", f'{{"n":{number}}}', "t" * 400, "u" * 400, "v" * 400) for number in range(4)]
    after = MaskObservationsRolling(keep=2)(view_of(*turns), 1_000_000)
    assert [text.startswith("[result of ") for text in contents(after) if text][1:] == [True] * 6 + [False] * 6
    assert MaskObservationsRolling(keep=4)(view_of(*turns), 1) == view_of(*turns)


def test_pruning_protects_the_newest_output_and_clears_the_rest():
    after = PruneOutputs(protect=0.2, least=0.1)(TEN, 2_000)  # a result has 125 tokens, 400 are protected
    assert contents(after).count(CLEARED) == 7
    assert tuple(after[-6:]) == TEN[-6:]


def test_pruning_waits_until_there_is_enough_to_free():
    assert PruneOutputs(protect=0.2, least=0.5)(TEN, 2_000) is TEN


LISTING = "one\ntwo\nthree\nfour"


def test_a_range_that_a_later_result_shows_again_is_cut_out_of_the_earlier_one():
    view = view_of(read("a", f"head of a file\n{LISTING * 9}\ntail"), read("b", f"{LISTING * 9}\nmore"))
    after = contents(Deduplicate(least=3)(view, 1))
    assert after[2] == "head of a file\n[28 lines: see below]\ntail"
    assert after[4] == view[4].content


def test_the_newest_copy_stays_so_that_the_newest_value_is_read_last():
    old, new = "colour = blue\n" * 4, "colour = red\n" * 4
    after = contents(Deduplicate()(view_of(read("a", old), read("a", new, "2"), read("a", old, "3")), 1))
    assert (after[2], after[4], after[6]) == ("[5 lines: see below]", new, old)


def test_single_lines_go_only_where_that_is_asked_for():
    view = view_of(read("a", "x\n" + "same line " * 5 + "\ny"), read("b", "u\n" + "same line " * 5 + "\nv"))
    assert Deduplicate(least=3)(view, 1) is view
    assert contents(Deduplicate(least=1)(view, 1))[2] == "x\n[1 lines: see below]\ny"


def test_a_read_of_what_was_edited_since_gives_way_to_a_pointer():
    view = view_of(read("a"), read("b"), edit("a"), read("a", turn="again"))
    after = DropReadsAfterEdit()(view, 1)
    assert contents(after)[2] == '[result of read {"path":"a"} omitted: edited since]'
    assert tuple(after[3:]) == view[3:]


def test_an_edit_that_failed_makes_no_read_stale():
    view = view_of(read("a"), edit("a", "error: no such anchor"))
    assert DropReadsAfterEdit()(view, 1) is view


@pytest.mark.parametrize(
    ("later", "stale"),
    [
        (called("publish", '{"path":"a","artifact":"77"}', "published"), True),
        (called("publish", '{"path":"a","artifact":"77"}', "error: no such artifact"), False),
        (called("publish", '{"path":"b","artifact":"77"}', "published"), False),
        (called("grep", '{"path":"a","pattern":"77"}', "one line"), False),
        (called("run", '{"path":"a"}', "passed"), False),
    ],
)
def test_a_call_that_is_given_more_than_the_thing_changes_it_unless_it_is_named_as_a_look(
    later: list[Message], stale: bool
):
    view = view_of(read("a"), later)
    after = DropReadsAfterEdit()(view, 1)
    assert (contents(after)[2] == '[result of read {"path":"a"} omitted: edited since]') is stale


def test_a_tool_for_several_things_is_known_by_its_command():
    look = called("str_replace_editor", '{"command":"view","path":"a"}', "t" * 400)
    change = called("str_replace_editor", '{"command":"str_replace","path":"a"}', "done")
    assert contents(DropReadsAfterEdit()(view_of(look, change), 1))[2].endswith("omitted: edited since]")
    assert contents(DropReadsAfterEdit()(view_of(look, look), 1))[2] == "t" * 400


def test_what_people_said_stays_with_the_newest_exchanges():
    people = Message("user", "and mind the licence")
    view = view_of(read("a"), people, read("b"), read("c"))
    assert tuple(KeepUserMessages(keep=1)(view, 1_000)) == (GOAL, people, *read("c"))


def test_of_very_much_that_people_said_the_newest_stays():
    said = [Message("user", f"{number} " + "w" * 32_000) for number in range(4)]
    assert tuple(KeepUserMessages(keep=0)(view_of(*said), 1_000)) == (GOAL, *said[-1:])
