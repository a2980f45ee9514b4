"""Which definitions are offered: by demand paging, page by page; and what no policy may offer."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from harness.policies._tests.made import called, view_of
from harness.policies.demand_paging import DemandPaging
from harness.policies.offer import Offering
from harness.policies.stubs import stub_of
from harness.spare_tools import spare_tools
from harness.tokens import tools_tokens
from harness.types import Message, Tool, View

TOOLS = spare_tools(6)
A, B, C, *_ = (tool.name for tool in TOOLS)
NO_ARGUMENTS = Tool("read_all", "Read everything. " * 40, {"type": "object", "properties": {}})
SMALL = DemandPaging(schemas_least=0, schemas=0.0)
REFUSED = "error: the arguments break the schema: 'query' is a required property"


def used(name: str, *, bare: bool = False) -> list[Message]:
    return called(name, "{}" if bare else '{"query":"x"}', REFUSED if bare else "found")


def whole(
    policy: DemandPaging, *calls: list[Message], tools: tuple[Tool, ...] = TOOLS, budget: int = 1_000
) -> set[str]:
    """The names of the tools that are offered whole after these calls."""
    offered = policy.offer(view_of(*calls), tools, budget)
    assert [tool.name for tool in offered] == [tool.name for tool in tools]
    return {now.name for now, tool in zip(offered, tools, strict=True) if now is tool}


def test_schemas_that_fit_their_share_stay_whole_and_are_the_very_tools() -> None:
    size = tools_tokens(TOOLS)
    fits = DemandPaging(schemas=0.1, schemas_least=0)
    assert fits.offer(view_of(), TOOLS, size * 10) is TOOLS
    assert whole(fits, budget=size * 10 - 10) == set()
    assert DemandPaging(schemas_least=size).offer(view_of(), TOOLS, 1) is TOOLS


def test_a_stub_is_a_name_and_one_line_that_says_how_to_get_the_rest() -> None:
    stub = stub_of(TOOLS[0])
    assert (stub.name, stub.schema) == (A, {"type": "object", "properties": {}})
    assert stub.description.startswith("Search for events in the calendar") and "without arguments" in stub.description
    assert "\n" not in stub.description
    assert tools_tokens((stub,)) < tools_tokens((TOOLS[0],)) / 4
    assert (stub.effect, stub.kind) == (TOOLS[0].effect, TOOLS[0].kind)


def test_a_tool_that_may_be_called_without_arguments_is_never_a_stub() -> None:
    optional = replace(TOOLS[0], schema={**TOOLS[0].schema, "required": []})
    assert stub_of(NO_ARGUMENTS) is NO_ARGUMENTS and stub_of(optional) is optional
    assert whole(SMALL, tools=(*TOOLS, NO_ARGUMENTS)) == {"read_all"}


def test_a_tool_so_small_that_a_stub_saves_nothing_stays_whole() -> None:
    tiny = Tool("wait", "Wait.", {"required": ["s"]})
    assert stub_of(tiny) is tiny


def test_a_call_of_a_stub_brings_its_definition_back() -> None:
    assert whole(SMALL, used(A, bare=True)) == {A}


def test_the_least_recently_called_goes_first_and_the_newest_are_never_evicted() -> None:
    calls = (used(A), used(B), used(C))
    assert whole(SMALL, *calls) == {B, C}
    assert whole(replace(SMALL, keep=1), *calls) == {C}
    room = sum(tools_tokens((tool,)) for tool in TOOLS[:3])
    assert whole(replace(SMALL, schemas_least=room), *calls) == {A, B, C}
    assert whole(replace(SMALL, schemas_least=room - 1), *calls, used(A)) == {C, A}


def test_what_was_not_called_for_long_is_a_stub_again_even_where_there_is_room() -> None:
    roomy = replace(SMALL, schemas_least=tools_tokens(TOOLS) - 1)
    calls = (used(A), *(used(B) for _ in range(4)))
    assert whole(replace(roomy, reach=5), *calls) == {A, B}
    assert whole(replace(roomy, reach=4), *calls) == {B}


def test_parallel_calls_are_calls_in_their_order() -> None:
    both = [*called(A, '{"query":"x"}', "found", "found")]
    assert whole(replace(SMALL, keep=1), used(B), both) == {A}


def test_schemas_that_are_brought_back_again_and_again_stay_all_whole() -> None:
    first = (used(A, bare=True), used(A), used(B, bare=True), used(B))
    assert whole(replace(SMALL, keep=1), *first) == {B}
    again = (*first, used(A, bare=True), used(A), used(B, bare=True))
    assert whole(replace(SMALL, keep=1), *again) == {tool.name for tool in TOOLS}
    assert whole(replace(SMALL, keep=1, thrash=3), *again) == {B}
    calm = (*again, *(used(B) for _ in range(6)))
    assert whole(replace(SMALL, keep=1), *calm) == {B}


def test_the_same_view_is_offered_the_very_same_tools() -> None:
    view = view_of(used(A))
    assert SMALL.offer(view, TOOLS, 9) is SMALL.offer(view_of(used(A)), TOOLS, 9)


@dataclass(frozen=True)
class Offers:
    """Offers what a function makes of the tools."""

    make: Callable[[Any], Any]

    def __call__(self, view: View, budget: int) -> View:
        return view

    def offer(self, view: View, tools: tuple[Tool, ...], budget: int) -> Any:
        return self.make(tools)

    def __repr__(self) -> str:
        return "Offers()"


WRONG: dict[str, Callable[[Any], Any]] = {
    "which is no tuple of tools": list,
    "'none', which is no tuple": lambda tools: "none",
    "no tool at all": lambda tools: (),
    "a tool 'read_all' that is not there": lambda tools: (*tools, NO_ARGUMENTS),
    "more than once": lambda tools: tools * 2,
    r"Offers\(\) raised TypeError in offer": lambda tools: (replace(tools[0], schema={"type": object()}),),
    r"Offers\(\) raised ZeroDivisionError in offer": lambda tools: 1 / 0,
    r"Offers\(\) raised SystemExit in offer: 5": lambda tools: sys.exit(5),
}


@pytest.mark.parametrize("says", WRONG)
def test_an_offer_that_is_none_has_a_problem_that_names_the_policy(says: str) -> None:
    offered = Offering(Offers(WRONG[says]), TOOLS, 9)(view_of())
    assert offered.tools is TOOLS
    assert offered.problem.startswith("Offers() ") and re.search(says, offered.problem)


def test_the_policy_is_asked_once_for_each_view() -> None:
    asked: list[int] = []
    offering = Offering(Offers(lambda tools: asked.append(1) or tools[:2]), TOOLS, 9)  # type: ignore[func-returns-value]
    view = view_of(used(A))
    longer = view.append(Message("user", "go on"))
    for one in (view, longer, view, longer, view.first(len(view))):
        assert offering(one).tools == TOOLS[:2]
    assert len(asked) == 2
    assert offering(view) == (TOOLS[:2], tools_tokens(TOOLS[:2]), "")
