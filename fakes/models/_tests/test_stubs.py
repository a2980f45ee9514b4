"""A model knows of a tool what its definition says: of a stub no argument, until it was brought back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fakes.models._tests.test_reader import GOAL, TOOLS, calls, told, work
from fakes.models._tests.test_skills import DOORS, SURE
from fakes.models.profiles import profile
from fakes.models.reader import Reader
from fakes.models.sight import sight_of
from fakes.work import Action, Item, Source, Work
from harness.policies.stubs import EMPTY
from harness.types import Message, Reply, Request, Tool, ToolCall
from harness.vector import Vector

LOOK, PAINT = TOOLS
COLOURS = {"type": "object", "properties": {"door": {}, "colour": {}}, "required": ["door", "colour"]}
STUB, WHOLE = (LOOK, Tool("paint", "Paint.", EMPTY)), (LOOK, Tool("paint", "Paint.", COLOURS))
SAID = "error: the arguments break the schema: 'door' is a required property"


def answer(messages: list[Message], tools: tuple[Tool, ...], width: int = 1) -> Reply:
    return Reader(work(width))(Request(Vector(messages), tools), 0)


def bare(tool: str, said: str = SAID, number: int = 0) -> list[Message]:
    call = ToolCall(f"b{number}", tool, "{}")
    return [Message("assistant", "", (call,)), Message("tool", said, call_id=call.id)]


def test_a_stub_is_called_without_arguments_and_a_whole_definition_with_all_that_it_names() -> None:
    assert calls(answer(told("colour = red"), STUB)) == [("paint", {})]
    assert calls(answer(told("colour = red"), WHOLE)) == [("paint", {"door": "north", "colour": "red"})]
    named = (LOOK, Tool("paint", "", {"properties": {"door": {}}}))
    assert calls(answer(told("colour = red"), named)) == [("paint", {"door": "north"})]


def test_a_definition_that_does_not_say_what_it_takes_takes_anything() -> None:
    assert answer(told("colour = red"), TOOLS) == answer(told("colour = red"), WHOLE)


def test_calls_that_are_alike_without_their_arguments_are_one() -> None:
    assert calls(answer(told("colour = red"), STUB, width=2)) == [("paint", {})]
    assert len(answer(told("colour = red"), WHOLE, width=2).calls) == 2


def test_a_definition_brought_back_is_called_as_if_it_had_always_been_there() -> None:
    after = answer([*told("colour = red"), *bare("paint")], WHOLE)
    assert calls(after) == calls(answer(told("colour = red"), WHOLE))


HALL = Action("look", {"room": "hall"})
HIDDEN = Work(
    goal=("goal", "paint"), items=(Item("door", ("colour",), lambda facts: Action("paint", {"door": "door", **facts})),),
    source=lambda fact: Source(HALL, obvious=False), completes=lambda tool, given: given.get("door"),
)  # fmt: skip


def lost(work: Work, *messages: Message) -> tuple[dict[str, int], dict[str, int]]:
    sight = sight_of(work)(Vector([GOAL, *messages]))
    return sight.lost, sight.failures


def test_what_brings_parameters_back_is_no_failed_look_up_and_no_failed_item() -> None:
    assert lost(HIDDEN, *bare("look"), *bare("paint", number=1)) == ({}, {})
    failed = lost(HIDDEN, *bare("look", "error: no such room"))[0]
    assert failed["look"] == 1


def test_a_tool_that_takes_no_arguments_fails_as_ever() -> None:
    assert lost(work(), *bare("look"))[0] == {"look": 1}


@pytest.mark.parametrize("name", ["strong-2026", "mid", "weak"])
def test_a_profile_calls_what_does_not_exist_the_less_the_fewer_tools_are_offered(name: str) -> None:
    skills = replace(profile(name).skills, hallucination=profile(name).skills.hallucination * 10)
    rates = []
    for count in (2, 18):
        tools = (*WHOLE, *(Tool(f"t{number}", "", COLOURS) for number in range(count - 2)))
        stubs = (*WHOLE, *(Tool(f"t{number}", "", EMPTY) for number in range(count - 2)))
        rates.append(_share(skills, tools))
        assert rates[-1] == _share(skills, stubs)  # a stub is offered: its name is there to be mixed up
    assert rates[0] < rates[1] == pytest.approx(skills.hallucination, rel=0.5)


def _share(skills: object, tools: tuple[Tool, ...]) -> float:
    names = []
    for seed in range(DOORS):
        reader = Reader(work(), seed=seed)
        reader.profile, reader._exact = replace(SURE, skills=skills), False
        names.append(reader(Request(Vector(told("colour = red")), tools), 0).calls[0].name)
    return sum(name not in ("look", "paint") for name in names) / DOORS
