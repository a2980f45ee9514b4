"""A policy that says which definitions are offered: what the reference sends, counts, refuses, and does after a crash."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from msgspec.structs import replace as changed

from harness.explore import Exploration, recheck
from harness.orchestrators._tests.test_edges import ended, started
from harness.orchestrators.reference.commands import Ask, CallAll, Note
from harness.orchestrators.reference.config import Config, make_config
from harness.orchestrators.reference.entries import Replied, Returned
from harness.orchestrators.reference.rules import decide
from harness.orchestrators.reference.rules.budgets import budgets
from harness.orchestrators.reference.rules.compaction import room
from harness.orchestrators.reference.standing import standing
from harness.orchestrators.reference.state import State, evolve
from harness.policies.keep_all import KeepAll
from harness.policies.stubs import stub_of
from harness.run import Run, execute
from harness.spare_tools import spare_tools
from harness.spec import Policy, Spec, choice_of
from harness.tokens import tools_tokens
from harness.types import Reply, Result, Tool, ToolCall, View

TOOLS = spare_tools(4)
FIRST, SECOND = TOOLS[:2]
PAGED = Spec("rename_api", horizon=14, policy=Policy("demand_paging"), view_budget=0.5, spare_tools=15)


@dataclass(frozen=True)
class OnlyFirst:
    """Offers the first tool, and while nothing was said yet that one as a stub."""

    def __call__(self, view: View, budget: int) -> View:
        return view

    def offer(self, view: View, tools: tuple[Tool, ...], budget: int) -> tuple[Tool, ...]:
        return (stub_of(tools[0]) if len(view) == 1 else tools[0],)


@dataclass(frozen=True)
class OffersNothing(OnlyFirst):
    """Would turn every request into one for a summary."""

    def offer(self, view: View, tools: tuple[Tool, ...], budget: int) -> tuple[Tool, ...]:
        return ()


def config(policy: Any, window: int = 1_000_000) -> Config:
    return make_config(TOOLS, policy, 100_000, window)


def asked_for(state: State, name: str, arguments: str = '{"query":"x","id":"x"}') -> State:
    return evolve(state, Replied(reply=Reply("", (ToolCall("c", name, arguments),), "calls")))


def test_the_tokens_of_a_request_are_those_of_what_is_offered() -> None:
    state, around = started(), config(OnlyFirst())
    bare = state.view.weight
    sizes = {"stub": tools_tokens((stub_of(FIRST),)), "whole": tools_tokens((FIRST,)), "all": tools_tokens(TOOLS)}
    for policy, size in ((OnlyFirst(), sizes["stub"]), (KeepAll(), sizes["all"])):
        command = decide(state, config(policy))
        assert isinstance(command, Ask) and command.tokens == bare + size
    answered = evolve(asked_for(state, SECOND.name), Returned(id="c", result=Result(status="error", error="no")))
    command = decide(answered, around)
    assert isinstance(command, Ask) and command.tokens == answered.view.weight + sizes["whole"]


def test_a_cap_and_a_window_reckon_with_what_is_offered() -> None:
    size = started().view.weight + tools_tokens((stub_of(FIRST),)) + 1_024
    least = replace_cap(started(), size)
    assert not over(least, OnlyFirst())
    assert over(replace_cap(started(), size - 1), OnlyFirst()) and over(least, KeepAll())
    lean, full = (room(started(), config(policy, window=5_000)) for policy in (OnlyFirst(), KeepAll()))
    assert lean - full == tools_tokens(TOOLS) - tools_tokens((stub_of(FIRST),))


def replace_cap(state: State, tokens: int) -> State:
    assert state.started is not None
    limits = changed(state.started.limits, tokens=tokens, cost=0)
    return changed(state, started=changed(state.started, limits=limits), warned=("tokens",))


def over(state: State, policy: Any) -> bool:
    command = budgets(state, config(policy))
    return isinstance(command, Note) and command.flush


def test_a_call_of_a_tool_that_was_not_offered_is_refused_and_one_of_a_stub_is_held_against_the_schema() -> None:
    state = started()
    for policy, made in ((OnlyFirst(), False), (KeepAll(), True)):
        command = decide(asked_for(state, SECOND.name, '{"id":"x"}'), config(policy))
        assert isinstance(command, CallAll if made else Note)
    note = decide(asked_for(state, SECOND.name, '{"id":"x"}'), config(OnlyFirst()))
    assert isinstance(note, Note)
    assert says(note) == f"there is no tool {SECOND.name!r}; the tools are {FIRST.name}"
    fault = decide(asked_for(state, FIRST.name, "{}"), config(OnlyFirst()))
    assert isinstance(fault, Note) and '"query" is a required property' in says(fault)
    assert isinstance(decide(asked_for(state, FIRST.name, '{"query":"x"}'), config(OnlyFirst())), CallAll)


def says(note: Note) -> str:
    (entry,) = note.entries
    assert isinstance(entry, Returned)
    return entry.result.error


def test_an_offer_of_nothing_ends_the_session_by_name() -> None:
    end = ended(decide(started(), config(OffersNothing())))
    assert (end.rule, end.outcome) == ("offer", "failed")
    assert end.reason.startswith("OffersNothing() offered no tool at all")
    run = execute(replace(PAGED, policy=choice_of("Policy", OffersNothing())))
    assert not run.completed
    assert [event.kind for event in run.events if event.site == "model"] == []


def test_nothing_is_said_of_where_a_session_stands_whose_policy_looks_at_every_view() -> None:
    assert standing(started(), config(KeepAll())).state is not None
    assert standing(started(), config(OnlyFirst())).state is None


def requests(run: Run) -> list[dict[str, Any]]:
    return [event.detail for event in run.events if event.site == "model" and event.kind == "request"]


def test_the_history_tells_what_was_offered_where_that_is_not_every_tool_whole() -> None:
    paged = requests(execute(PAGED))
    assert {len(request["offered"]) for request in paged} == {request["tools"] for request in paged} == {18}
    assert len({request["digest"][-8:] for request in paged}) > 1
    whole = requests(execute(replace(PAGED, policy=Policy("keep_all"))))
    assert not any("offered" in request for request in whole)
    assert len({request["digest"][-8:] for request in whole}) == 1


def test_killed_anywhere_it_sends_what_it_would_have_sent_and_finishes() -> None:
    exploration = Exploration(replace(PAGED, horizon=8))
    assert exploration.judgement.outcome == "pass" and exploration.clean.completed
    found = [*exploration.singles(("none", "all")), *exploration.some_doubles(4)]
    assert len(found) > 100 and {one.outcome for one in found} == {"pass"}
    assert [recheck(one) for one in found[::30]] == [""] * len(found[::30])


@pytest.mark.parametrize("setting", ["wire", "process"])
def test_reached_in_another_way_the_same_is_offered(setting: Any) -> None:
    spec = replace(PAGED, horizon=6)
    here, there = execute(spec), execute(replace(spec, setting=setting))
    assert there.completed and there.trace == here.trace
    assert [one["offered"] for one in requests(there)] == [one["offered"] for one in requests(here)]
