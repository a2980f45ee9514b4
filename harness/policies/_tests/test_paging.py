"""Results as pages and sub-tasks as folds: what goes first, what comes back, what is left of a finished task."""

from __future__ import annotations

from harness.policies._tests.made import GOAL, asked_for, called, contents, edit, outcome, read, view_of
from harness.policies.demand_paging import DemandPaging
from harness.policies.fold import Fold
from harness.policies.fold_and_report import FoldAndReport
from harness.policies.page_out import PageOut
from harness.policies.prompts import HEAD, REPORT
from harness.types import Message, ToolCall


def pointer(path: str, size: int = 400) -> str:
    return f'[result of read {{"path":"{path}"}} omitted: {size} bytes]'


def test_the_largest_old_result_is_paged_out_first_and_no_more_than_needed():
    view = view_of(read("a"), read("b", "t" * 900), read("c"), read("d", "t" * 999))
    after = PageOut(share=0.5, keep=1)(view, 2 * (view.weight - 200))
    assert contents(after) == [GOAL.content, "", "t" * 400, "", pointer("b", 900), "", "t" * 400, "", "t" * 999]


def test_nothing_is_paged_out_of_a_view_that_fits():
    view = view_of(read("a"), read("b"))
    assert PageOut(share=0.5, keep=0)(view, 2 * view.weight) is view


def evicted(view, **options) -> list[str]:
    """The paths whose results are pointers after demand paging that has to take out one page."""
    after = DemandPaging(share=0.5, **{"keep": 1, "share_thrashing": 0.5, **options})(view, 2 * (view.weight - 50))
    changed = [index for index, message in enumerate(after) if message is not view[index]]
    return [after[index - 1].calls[0].arguments.split('"')[3] for index in changed]


def test_the_least_recently_used_page_is_evicted():
    first, second = read("a", "t" * 400 + " alpha_1"), read("b", "t" * 400 + " beta_2")
    assert evicted(view_of(first, second, read("c"))) == ["a"]
    assert evicted(view_of(first, second, read("alpha_1"))) == ["b"]


def test_a_page_that_was_fetched_again_goes_after_all_others():
    gone = [*read("a")[:1], Message("tool", pointer("a"), call_id=read("a")[1].call_id)]
    view = view_of(gone, read("a", turn="again"), read("b"), read("c"))
    assert evicted(view) == ["b"]


def test_a_thrashing_session_keeps_more():
    gone = [
        part
        for name in "ab"
        for part in (*read(name)[:1], Message("tool", pointer(name), call_id=read(name)[1].call_id))
    ]
    view = view_of(gone, read("c"), read("d"), read("a", turn="again"), read("b", turn="again"))
    budget = int(view.weight / 0.65)
    calm, thrashing = DemandPaging(thrash=3)(view, budget), DemandPaging(thrash=2)(view, budget)
    assert [pointer("c") in contents(calm), thrashing is view] == [True, True]


def test_the_newest_pages_and_pins_are_never_evicted():
    asked, result = read("a")
    pinned = Message("tool", result.content, call_id=result.call_id, pinned=True)
    view = view_of([asked, pinned], read("b"), read("c"))
    assert DemandPaging(keep=2)(view, 1) is view


TASK = [*read("a"), *edit("a", "checking ...\nrenamed a = 3 uses\n")]


def test_a_finished_sub_task_becomes_the_line_of_its_result():
    view = view_of(called("notes", "{}", "rule = x"), TASK, read("b"), read("c"))
    after = Fold(keep=2)(view, 1_000)
    assert contents(after)[1:5] == ["", "rule = x", "", "renamed a = 3 uses"]
    assert after[3].calls == TASK[2].calls
    assert tuple(after[5:]) == (*read("b"), *read("c"))


def test_a_sub_task_that_goes_on_or_went_wrong_is_not_folded():
    going_on = view_of(read("b"), TASK, read("a", turn="again"))
    failed = view_of(read("a"), edit("a", "error: no"), read("b"), read("c"))
    assert Fold(keep=2)(going_on, 1_000) is going_on
    assert Fold(keep=2)(failed, 1_000) is failed


def test_a_report_stands_for_the_finished_sub_tasks_and_earlier_reports_stay_as_they_are():
    earlier = Message("user", f"{HEAD}\nfound = y")
    view = view_of(earlier, TASK, read("b"), read("c"))
    sent = asked_for(FoldAndReport(keep=2), view, 1_000)
    assert [tuple(one) for one in sent] == [(GOAL, *TASK, Message("user", REPORT))]
    after = outcome(FoldAndReport(keep=2), view, 1_000, "a is renamed")
    assert tuple(after) == (GOAL, earlier, Message("user", f"{HEAD}\na is renamed"), *read("b"), *read("c"))


def test_a_single_exchange_is_no_sub_task_and_keeps_all_it_says():
    view = view_of(read("notes", "rule = x\n" + "t" * 400), read("b"), read("c"))
    assert Fold(keep=2)(view, 1_000) is view


def filed(*tickets: str) -> list[Message]:
    """Tickets are filed in one turn."""
    calls = tuple(ToolCall(f"file {ticket}", "file", f'{{"ticket":"{ticket}"}}') for ticket in tickets)
    return [
        Message("assistant", "", calls),
        *(Message("tool", f"filed {call.id[5:]}\nthank you", call_id=call.id) for call in calls),
    ]


LIST = called("list", '{"page":1}', "T-001: my parcel\nT-002: my invoice\nT-003: my case\n" + "t" * 300)


def test_a_turn_about_several_things_is_folded_with_the_list_that_told_of_them():
    after = Fold(keep=2)(view_of(LIST, filed("T-001", "T-002"), filed("T-003"), read("b"), read("c")), 1_000)
    assert contents(after)[1:6] == ["", "thank you", "thank you", "", "thank you"]
    assert tuple(after[6:]) == (*read("b"), *read("c"))


def test_a_list_stays_while_a_thing_on_it_is_not_done():
    after = Fold(keep=2)(view_of(LIST, filed("T-001", "T-002"), read("b"), read("c")), 1_000)
    assert tuple(after[1:3]) == tuple(LIST)
    assert contents(after)[4:6] == ["thank you", "thank you"]


def test_what_is_said_about_one_thing_is_no_list_of_things():
    decision = called("decision", '{"number":1}', "From T-001 on:\ncolour = red\n" + "t" * 300)
    view = view_of(decision, filed("T-001"), read("b"), read("c"))
    assert Fold(keep=2)(view, 1_000) is view


def test_to_look_once_more_does_not_change_what_a_sub_task_came_to():
    after = Fold(keep=2)(view_of(TASK, read("a", turn="again"), read("b"), read("c")), 1_000)
    assert contents(after)[1:3] == ["", "renamed a = 3 uses"]
    assert tuple(after[3:]) == (*read("b"), *read("c"))


def test_a_single_look_at_what_was_reported_goes_into_the_next_report():
    report = Message("user", f"{HEAD}\nfound part_1 = y")
    view = view_of(report, read("part_1"), read("part_2"), read("b"), read("c"))
    after = outcome(FoldAndReport(keep=2), view, 1_000, "part_1 again")
    assert tuple(after) == (GOAL, report, Message("user", f"{HEAD}\npart_1 again"), *view[4:])
