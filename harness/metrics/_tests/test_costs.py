"""Tokens, bytes and costs, counted by hand."""

from __future__ import annotations

from harness.metrics import METRICS, tokens
from harness.metrics._tests.made import Made
from harness.metrics.cost import BOOKS, cost


def three_requests() -> Made:
    """A step of 1,000 in and 10 out, a summary of 500 (400 cached) and 20, a refusal, and a lost answer of 300."""
    made = Made().ask(1_000, new=["abc", "défg"]).reply(1_000, 0, 10)
    made.ask(500, tools=0, new=["x"], shared=0).reply(500, 400, 20)
    made.ask(9_000).refuse()
    return made.ask(300, new=["abc"], shared=0).die()


def test_totals_hold_the_policys_own_calls_and_lost_answers_but_no_refusals() -> None:
    run = three_requests().run()
    assert (
        tokens.tokens_input(run),
        tokens.tokens_cached(run),
        tokens.tokens_output(run),
    ) == (1_800, 400, 30)
    assert tokens.tokens_total(run) == 1_830
    assert tokens.tokens_policy(run) == 520
    assert tokens.tokens_peak(run) == 9_000


def test_a_timeout_is_billed_because_it_may_have_been_answered() -> None:
    assert tokens.tokens_total(Made().ask(70).refuse("TimedOut", 0).run()) == 70


def test_cost_under_every_book() -> None:
    run = three_requests().run()
    expected = {
        "none": 1_800 + 150,
        "read40": 160 + 1_400 + 150,
        "read10": 40 + 1_400 + 150,
        "read10_write125": 40 + 1_750 + 150,
        "read10_write200": 40 + 2_800 + 150,
    }
    assert expected == {prices.name: cost(run, prices) for prices in BOOKS}


def test_tool_bytes_before_are_the_tools_and_after_what_the_last_step_shows() -> None:
    made = Made().call("look").result("look", "x" * 100).step(10, new=["x" * 100, "é" * 10])
    made.step(5, new=["[cut]"], shared=1).step(5, tools=0, new=["long" * 9], shared=0)
    assert tokens.tool_bytes_before(made.run()) == 100
    assert tokens.tool_bytes_after(made.run()) == 105


def test_every_metric_is_documented_and_names_its_unit() -> None:
    assert len(METRICS) == len({metric.name for metric in METRICS})
    assert [metric.name for metric in METRICS if not metric.doc or not metric.unit] == []


def test_every_metric_holds_of_a_run_in_which_nothing_happened() -> None:
    values = {metric.name: metric(Made().run()) for metric in METRICS}
    assert {0} == {values["tokens_total"], values["cost_none"], values["steps"], values["compactions"]}
    assert values["tool_success_rate"] is None
