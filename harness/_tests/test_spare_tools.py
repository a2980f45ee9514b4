"""Tools that nobody needs: how many, how large, what they answer; and that none of them changes nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.errors import ToolError, UsageError
from harness.resolve import scenario, scenario_names
from harness.run import build, execute
from harness.spare_tools import SPARE_TOOLS_MAX, equipped, spare_tools
from harness.spec import Spec, parse
from harness.tokens import tools_tokens
from harness.types import Tool
from harness.world import World

PAYING = Spec("pay_invoices", horizon=6)


def test_no_spare_tools_leave_spec_setup_and_history_as_they_were() -> None:
    assert repr(PAYING) == "Spec('pay_invoices', horizon=6, version=1)"
    setup = build(scenario("pay_invoices"), PAYING)
    assert equipped(setup, 0) is setup
    assert [tool.name for tool in setup.tools] == ["list_invoices", "pay_invoice"]


def test_a_spec_with_spare_tools_reads_back_and_is_another_run() -> None:
    many = replace(PAYING, spare_tools=15)
    assert parse(repr(many)) == many
    assert many.run_id != PAYING.run_id


@pytest.mark.parametrize("count", [-1, SPARE_TOOLS_MAX + 1, True, 1.5])
def test_a_number_that_cannot_be_is_refused(count: object) -> None:
    with pytest.raises(UsageError, match="spare_tools is"):
        execute(replace(PAYING, spare_tools=count))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", [name for name in scenario_names() if name != "recorded"])
def test_every_scenario_gets_them_after_its_own_tools(name: str) -> None:
    plain, more = (build(scenario(name), Spec(name, 8, spare_tools=count)).tools for count in (0, 15))
    assert [tool.name for tool in more] == [tool.name for tool in (*plain, *spare_tools(15))]


def test_a_tool_of_the_scenario_is_never_replaced() -> None:
    setup = build(scenario("pay_invoices"), PAYING)
    own = Tool(spare_tools(1)[0].name, "My own.", {})
    assert equipped(replace(setup, tools=(own,)), 2).tools == (own, spare_tools(2)[1])


def test_their_definitions_are_as_large_as_real_ones_and_each_is_another_one() -> None:
    every = spare_tools(SPARE_TOOLS_MAX)
    assert len({tool.name for tool in every}) == len({tool.description for tool in every}) == SPARE_TOOLS_MAX
    assert all(200 <= tools_tokens((tool,)) <= 600 for tool in every)
    assert 2_000 <= tools_tokens(spare_tools(15)) <= 40_000
    assert [tool.name for tool in spare_tools(20)[:15]] == [tool.name for tool in spare_tools(15)]


def test_whoever_calls_one_is_told_that_it_is_not_connected_and_nothing_happens() -> None:
    run = spare_tools(1)[0].run
    assert run is not None
    with pytest.raises(ToolError, match="the calendar is not connected; nothing was done"):
        run(World({}), {"query": "x"}, "key")
