"""The finer points of single checks: what counts, what binds, and what does not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from harness._tests.small import PAYING, small
from harness.checks import CHECKS, judge
from harness.checks.verdict import Verdict
from harness.faults import (
    CrashAfter,
    CrashBefore,
    CutAnswer,
    FailAfter,
    FailBefore,
    Hang,
    HangAfter,
    HollowAnswer,
    QuotaExceeded,
    RateLimit,
    ServerError,
    Strike,
    SyncFailed,
    WrongUsage,
)
from harness.run import Run, build, execute, execute_in
from harness.spec import Fault, Orchestrator, Policy, Spec
from harness.types import Limits


def check(name: str, run: Run) -> Verdict:
    return next(check for check in CHECKS if check.__name__ == name)(run)


def verdict(name: str, loop: str, *strikes: Strike, **fields: Any) -> tuple[str, int]:
    found = check(name, execute(small(loop, strikes=strikes, **fields)))
    return found.outcome, found.premises


LOST = Strike("tool:pay", 1, FailAfter())


# effects


def test_a_write_that_is_repeated_is_no_double_effect() -> None:
    assert verdict("effect_once", "misbehaving.py:gathers_exceptions") == ("pass", 1)


def test_a_result_that_lies_is_found_in_the_ledger(tmp_path: Any) -> None:
    file = tmp_path / "mine.py"
    file.write_text(
        "from harness.types import Result\n"
        "class Lies:\n"
        "    async def __call__(self, passage, proceed):\n"
        "        return Result(content='paid')\n"
    )
    run = execute(small("naive", strikes=(Strike("tool:pay", 1, Fault(f"{file}:Lies")),)))
    found = check("acknowledged_effect", run)
    assert found.outcome == "fail"
    assert found.witness.endswith("says that pay under key 'call-1.0-0' was done, but no such effect ever happened")
    assert found.witness.startswith("the result at event ")


def test_an_effect_that_a_person_saw_counts_as_acknowledged_and_is_in_the_ledger() -> None:
    outcome, premises = verdict(
        "acknowledged_effect", "sound.py:LOOP", Strike("tool:pay", 1, CrashAfter()), kind="blind"
    )
    assert (outcome, premises) == ("pass", 5)


def test_a_scenario_that_claims_nothing_about_the_world_is_not_judged_by_it() -> None:
    setup = replace(build(PAYING, small()), claims_completion=False, check=lambda world: "wrong")
    assert check("world_correct", execute_in(small("naive"), setup)).outcome == "unknown"


# doubt


@pytest.mark.parametrize("fault", [FailBefore(), FailAfter(), Hang(), HangAfter()])
def test_a_new_key_after_a_lost_answer_is_a_guess_whether_or_not_it_happened(fault: Any) -> None:
    strike = Strike("tool:pay", 1, fault)
    assert verdict("indeterminate_named", "doors.py:takes_a_new_key_when_an_answer_is_lost", strike) == ("fail", 1)


@pytest.mark.parametrize(("kind", "outcome"), [("deduplicating", "pass"), ("queryable", "pass"), ("blind", "fail")])
def test_the_same_key_is_enough_unless_the_tool_is_blind(kind: Any, outcome: str) -> None:
    loop = "doors.py:keeps_its_key_when_an_answer_is_lost"
    assert verdict("indeterminate_named", loop, LOST, kind=kind) == (outcome, 1)


@pytest.mark.parametrize("fault", [RateLimit(), ServerError()])
def test_an_answer_that_says_no_leaves_no_doubt(fault: Any) -> None:
    strike = Strike("tool:pay", 1, fault)
    assert verdict("indeterminate_named", "doors.py:takes_a_new_key_when_an_answer_is_lost", strike) == ("unknown", 0)


def test_a_query_without_an_answer_settles_nothing() -> None:
    pay = Strike("tool:pay", 1, CrashAfter())
    loop = "doors.py:asks_and_then_takes_a_new_key"
    assert verdict("indeterminate_named", loop, pay, kind="queryable") == ("pass", 1)
    asked = (pay, Strike("query:pay", 1, CrashBefore()))
    assert verdict("indeterminate_named", loop, *asked, kind="queryable") == ("fail", 1)


def test_a_question_about_another_tool_settles_nothing() -> None:
    assert verdict("indeterminate_named", "doors.py:asks_about_something_else", LOST, kind="blind") == ("fail", 1)
    assert verdict("indeterminate_named", "doors.py:asks_in_words_only", LOST, kind="blind") == ("pass", 1)


def test_twins_may_be_settled_under_either_key() -> None:
    assert verdict("indeterminate_named", "doors.py:pays_twins", Strike("tool:pay", 2, CrashBefore())) == ("pass", 2)


# transcript


def test_a_pin_that_is_quoted_verbatim_is_visible_and_a_summary_request_needs_none() -> None:
    assert verdict("pins_visible", "doors.py:quotes_its_pin") == ("pass", 1)


def test_a_pin_that_came_back_and_is_dropped_again_is_missed() -> None:
    run = execute(small("doors.py:shows_its_pin_again"))
    found = check("pins_visible", run)
    assert (found.outcome, found.premises) == ("fail", 2)
    last = [event.number for event in run.events if event.kind == "request"][-1]
    assert found.witness == (
        f"the request at event {last} (life 0) lacks the pinned message 'Pay only INV-001.', first shown at event 3"
    )


def test_a_view_that_grew_out_of_a_summary_request_is_searched_for_every_pin() -> None:
    assert verdict("pins_visible", "doors.py:grows_out_of_a_summary") == ("fail", 1)


def test_every_request_that_a_vendor_refuses_is_named_by_its_sentence() -> None:
    found = check("transcript_well_formed", execute(small("doors.py:asks_malformed")))
    assert (found.outcome, found.premises) == ("fail", 9)
    assert "messages: at least one message is required" in found.witness


# retries


@pytest.mark.parametrize(("wait", "premises"), [(None, 0), (-1, 0), (600_001, 0), (10**12, 0), (0, 1), (600_000, 1)])
def test_only_a_sane_wait_binds(wait: int | None, premises: int) -> None:
    outcome, found = verdict("backoff_respected", "hasty.py:LOOP", Strike("model", 2, RateLimit(wait)))
    assert found == premises + 1
    assert outcome == ("fail" if premises and wait else "pass")


def test_a_wait_that_was_durable_binds_the_next_life() -> None:
    limited = Strike("model", 2, RateLimit(60_000))
    asleep = (limited, Strike("sleep", 1, CrashBefore()))
    assert verdict("backoff_respected", "forgets_backoff.py:LOOP", *asleep) == ("fail", 2)
    assert verdict("backoff_respected", "sound.py:LOOP", *asleep)[0] == "pass"
    lost = (limited, Strike("disk:append", 5, CrashAfter()))
    assert verdict("backoff_respected", "forgets_backoff.py:LOOP", *lost) == ("pass", 1)


def test_without_a_legible_journal_a_wait_does_not_bind_the_next_life() -> None:
    strikes = (Strike("model", 1, RateLimit(60_000)), Strike("sleep", 1, CrashBefore()))
    assert verdict("backoff_respected", "doors.py:retries_at_once_in_its_next_life", *strikes) == ("pass", 1)


def test_each_crash_may_cost_the_count_of_one_try() -> None:
    crashes = tuple(Strike("model", nth, CrashBefore()) for nth in (2, 3, 4, 5))
    assert verdict("backoff_respected", "sound.py:LOOP", *crashes) == ("pass", 4)


# budgets


def test_no_cap_is_no_cap() -> None:
    limits = Limits(turns=0, tokens=0)
    assert verdict("budgets_hold", "naive", limits=limits)[0] == "pass"
    assert verdict("budgets_hold", "naive", Strike("tool:pay", 1, CrashAfter()), limits=limits)[0] == "pass"


def test_the_request_in_flight_may_go_over_the_cap_and_the_next_may_not_be_sent() -> None:
    run = execute(small("naive"))
    used = [event.detail for event in run.events if event.kind in ("request", "reply")]
    spent = sum(detail["tokens"] if "tokens" in detail else detail["usage"]["output"] for detail in used[:-2])
    assert verdict("budgets_hold", "naive", limits=Limits(tokens=spent + 1))[0] == "pass"
    assert verdict("budgets_hold", "naive", limits=Limits(tokens=spent))[0] == "fail"


def test_turns_are_answers_to_requests_with_tools() -> None:
    assert verdict("budgets_hold", "naive", limits=Limits(turns=4)) == ("pass", 4)
    assert verdict("budgets_hold", "naive", limits=Limits(turns=3)) == ("fail", 4)
    assert verdict("budgets_hold", "doors.py:quotes_its_pin", limits=Limits(turns=2)) == ("pass", 3)


# durability


def test_a_journal_cut_at_its_end_is_not_whole() -> None:
    run = execute(small("sound.py:LOOP"))
    found = check("journal_whole", replace(run, journal=run.journal[:-5]))
    assert found.outcome == "fail"
    assert found.witness.startswith(f"the journal of {len(run.journal) - 5} bytes cannot be read from byte ")


def test_a_journal_damaged_in_its_middle_is_not_whole() -> None:
    run = execute(small("sound.py:LOOP"))
    damaged = run.journal[:200] + b"#" + run.journal[201:]
    assert "is corrupt at byte" in check("journal_whole", replace(run, journal=damaged)).witness


def test_a_call_that_differs_from_the_durable_decision_was_never_decided() -> None:
    run = execute(small("sound.py:LOOP"))
    found = check("decision_durable", replace(run, tape=run.tape))
    assert found.outcome == "pass"
    other = execute(small("changes_its_mind.py:LOOP"))
    found = check("decision_durable", other)
    assert found.outcome == "fail"
    assert found.witness.endswith("and the reply that asked for it is nowhere in the journal")


# terminality


def test_an_end_that_was_lost_in_a_crash_binds_nobody() -> None:
    appends = execute(small("sound.py:LOOP")).passages["disk:append"]
    lost = Strike("disk:append", appends, CrashAfter())
    assert verdict("terminality", "sound.py:LOOP", lost) == ("pass", 1)
    assert judge(execute(small("sound.py:LOOP", strikes=(lost,)))).outcome == "pass"


# budgets


@pytest.mark.parametrize("fault", [WrongUsage(), WrongUsage(tokens=0), HollowAnswer()], ids=repr)
def test_an_answer_that_does_not_say_what_it_used_is_no_reason_to_say_nothing(fault: Any) -> None:
    judgement = judge(execute(small("sound.py:LOOP", strikes=(Strike("model", 2, fault),))))
    assert judgement["budgets_hold"].outcome == "pass"
    assert not [found for found in judgement.verdicts if found.harness_error]


# retries


def test_a_run_that_is_taken_up_after_a_repair_may_try_anew() -> None:
    down = Strike("model", 2, ServerError(503), None)
    run = execute(replace(small("reference", strikes=(down,)), heal=True))
    assert run.lives == 2 and run.passages["model"] > Limits().tries + 2
    assert judge(run)["backoff_respected"].outcome == "pass"


def paying(*strikes: Strike, **fields: Any) -> Run:
    return execute(Spec("pay_invoices", **{"horizon": 8, "kind": "blind", **fields}, strikes=strikes))


def test_a_question_that_kills_one_life_after_the_other_may_be_given_up() -> None:
    lost = Strike("tool:pay_invoice", 2, CrashAfter())
    assert check("indeterminate_named", paying(lost, Strike("human", 1, CrashBefore(), None))).outcome != "fail"


@pytest.mark.parametrize(("times", "outcome"), [(1, "fail"), (2, "unknown")])
def test_one_death_in_a_question_is_no_reason_to_ask_no_more(times: int, outcome: str) -> None:
    strikes = (Strike("tool:pay", 1, FailAfter()), Strike("human", 1, CrashAfter(), times))
    assert verdict("indeterminate_named", f"doors.py:asks_in_{times}_lives", *strikes, kind="blind")[0] == outcome


def test_a_life_whose_disk_failed_leaves_the_question_to_the_next() -> None:
    strikes = (Strike("tool:pay_invoice", 1, CrashBefore()), Strike("disk:flush", 4, SyncFailed()))
    assert check("indeterminate_named", paying(*strikes)).outcome == "unknown"
    assert check("indeterminate_named", paying(*strikes, heal=True)).outcome == "pass"
    silent = Orchestrator("mutant", name="person_not_asked")
    assert check("indeterminate_named", paying(*strikes, heal=True, orchestrator=silent)).outcome == "fail"


def renaming(*strikes: Strike) -> Run:
    return execute(Spec("rename_api", horizon=6, policy=Policy("summarize"), view_budget=0.5, strikes=strikes))


def test_a_request_that_was_too_large_and_comes_back_shorter_is_another_one() -> None:
    failed, large = Strike("model", 2, ServerError(), 2), Strike("model", 4, QuotaExceeded("request_too_large"))
    run = renaming(failed, large)
    assert run.passages["model"] > 4
    assert check("backoff_respected", run).outcome == "pass"


def test_an_answer_is_thrown_away_once_however_often_its_request_fails_in_the_next_life() -> None:
    strikes = (Strike("model", 8, CutAnswer()), Strike("disk:flush", 12, CrashAfter("all")))
    run = renaming(*strikes, Strike("model", 1, HangAfter(), recovery=True))
    assert all(run.fired)
    assert check("bounded_reexecution", run).outcome == "pass"
