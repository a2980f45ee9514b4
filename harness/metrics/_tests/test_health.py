"""Steps, failures, compactions seen from outside."""

from __future__ import annotations

import pytest

from harness.faults import CrashBefore, Strike
from harness.metrics import health
from harness.metrics._tests.made import Made
from harness.metrics.requests import UNOBSERVED, model_calls
from harness.orchestrators._tests.worlds import invoices, run_reference


def test_steps_are_answered_requests_that_offered_tools() -> None:
    made = Made().step(1).step(1, tools=0).ask(1).refuse().ask(1)
    assert health.steps(made.run()) == 1


def test_completion_is_the_worlds_and_the_orchestrators_word() -> None:
    assert health.completed(Made().run()) is True
    assert health.completed(Made().run("raised")) is False
    assert health.completed(Made().run(check=lambda world: "wrong")) is False
    assert health.completed(Made().run(claims_completion=False)) is None


def test_giving_up_after_a_context_error() -> None:
    given_up = Made().step(10).ask(900).refuse("ContextTooLong", 400)
    assert health.abandoned_after_context_error(given_up.run()) is True
    assert health.abandoned_after_context_error(given_up.step(5).run()) is False


def test_the_success_rate_counts_calls_that_came_to_an_end() -> None:
    made = Made().call("look").result("look").call("look").result("look", status="error").call("look").fail("look")
    assert pytest.approx(1 / 3) == health.tool_success_rate(made.call("look").run())
    assert health.tool_calls(made.run()) == 4


def test_retries_of_requests_and_calls() -> None:
    made = Made().ask(1, digest="a").refuse().ask(1, digest="a").refuse().ask(1, digest="a").reply().ask(1, digest="a")
    made.call("look").fail("look").call("look").result("look").call("look", id="2").result("look")
    assert health.retries(made.run()) == 3


def test_a_tool_that_does_not_exist() -> None:
    assert health.hallucinated_calls(Made().ask(1).reply(calls=["look", "teleport"]).run()) == 1


def reasons(made: Made) -> list[str]:
    return [call.compaction for call in model_calls(made.run())]


def test_a_view_that_grows_is_not_compacted() -> None:
    assert reasons(Made().step(1).step(2).step(3)) == ["", "", ""]


def test_a_view_that_lost_its_beginning_is_compacted() -> None:
    assert reasons(Made().step(1).step(2).step(1, shared=1, new=["short"])) == ["", "", UNOBSERVED]
    assert health.compactions(Made().step(1).step(2).step(1, shared=0).run()) == 1


def test_a_new_life_with_a_shorter_view_is_not_a_compaction() -> None:
    assert reasons(Made().step(1).step(2).die().step(1, shared=0)) == ["", "", ""]


def test_a_policys_own_request_is_no_compaction_but_the_view_after_it_is() -> None:
    made = Made().step(1, new=["a", "b"]).step(1, tools=0, shared=0, new=["sum up"]).step(1, shared=0, new=["a", "c"])
    assert reasons(made) == ["", "", UNOBSERVED]


def test_a_policy_that_asks_and_changes_nothing_compacts_nothing() -> None:
    made = Made().step(1, new=["a", "b"]).step(1, tools=0, shared=0, new=["sum up"])
    assert reasons(made.step(1, shared=0, new=["a", "b", "c"])) == ["", "", ""]


def test_a_compaction_between_a_request_and_a_crash_counts_once_where_the_journal_tells_of_it() -> None:
    plain = run_reference(invoices(12), policy="sliding_window", view_budget=100)
    (first, *_) = (call for call in model_calls(plain) if call.compaction)
    struck = (Strike("model", first.nth, CrashBefore()),)
    crashed = run_reference(invoices(12), policy="sliding_window", view_budget=100, strikes=struck)
    assert crashed.lives == 2
    assert health.compactions(crashed) == health.compactions(plain)


def test_the_reason_comes_from_a_legible_journal() -> None:
    run = run_reference(invoices(12), policy="sliding_window", view_budget=100)
    found = {call.compaction for call in model_calls(run) if call.compaction}
    written = [line for line in run.journal.splitlines() if b'"type":"Compacted"' in line]
    assert found and UNOBSERVED not in found
    assert all(any(reason.encode() in line for line in written) for reason in found)
