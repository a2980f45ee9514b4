"""What a calibrated reader makes of what is missing, of its own mistakes, and of a summary; each skill by itself."""

from __future__ import annotations

import json
from dataclasses import replace
from statistics import fmean
from typing import Any

import pytest

from fakes.models.profile import Curve, Pace, Places, Profile, Skills
from fakes.models.reader import LOOKUPS_MAX, Reader
from fakes.work import Action, Item, Source, Work
from harness.errors import UsageError
from harness.policies.prompts import HEAD, SUMMARY
from harness.run import execute
from harness.spec import Model, Orchestrator, Spec
from harness.tokens import tools_tokens
from harness.types import Message, Reply, Request, Tool, ToolCall
from harness.vector import Vector

TOOLS = (Tool("look", "Look.", {"type": "object"}), Tool("paint", "Paint.", {"type": "object"}))
GOAL = Message("user", "goal = paint\nPaint all doors.", pinned=True)
DOORS = 600
SURE = Profile("sure")


def work(kind: Any = "literal", success: float = 1.0, where: dict[str, Any] | None = None) -> Work:
    """One door; its colour is told in another room, which nobody would guess."""

    def act(facts: Any) -> Action:
        return Action("paint", {"colour": facts["the colour"]})

    return Work(
        goal=("goal", "paint"), items=(Item("door", ("the colour",), act),),
        source=lambda fact: Source(Action("look", where or {}), obvious=False),
        completes=lambda tool, given: "door" if tool == "paint" else None,
        guesses={"the colour": "white"}, kinds={"the colour": kind}, success=success,
    )  # fmt: skip


def result(text: str, tool: str = "look", number: int = 0) -> list[Message]:
    call = ToolCall(f"c{number}", tool, "{}")
    return [Message("assistant", "", (call,)), Message("tool", text, call_id=call.id)]


def asked(profile: Profile, seed: int, *messages: Message, of: Work | None = None, tools: Any = TOOLS) -> Reply:
    reader = Reader(of or work(), seed=seed)
    reader.profile, reader._exact = profile, False
    return reader(Request(Vector([GOAL, *messages]), tools), 0)


def share(profile: Profile, *messages: Message, of: Work | None = None) -> dict[str, float]:
    """What is done first, over many seeds: `look`, `red` (the right colour), `white` (made up), or another tool."""
    found: dict[str, int] = {}
    for seed in range(DOORS):
        call = asked(profile, seed, *messages, of=of).calls[0]
        what = json.loads(call.arguments).get("colour", call.name)
        found[what] = found.get(what, 0) + 1
    return {what: count / DOORS for what, count in found.items()}


SEEN = result("the colour = red")


@pytest.mark.parametrize("kind", ["literal", "latent", "interference"])
def test_a_fact_in_view_is_used_as_often_as_the_curve_of_its_kind_says(kind: str) -> None:
    dull = replace(SURE, **{kind: Curve(0.6)})
    assert share(dull, *SEEN, of=work(kind)) == pytest.approx({"red": 0.6, "white": 0.4}, abs=0.07)
    other = "latent" if kind == "literal" else "literal"
    assert share(dull, *SEEN, of=work(other)) == {"red": 1.0}


def test_what_nothing_names_is_missed_as_often_as_the_model_notices() -> None:
    alert = replace(SURE, skills=Skills(notice=0.7))
    assert share(SURE) == {"white": 1.0}
    assert share(alert) == pytest.approx({"look": 0.7, "white": 0.3}, abs=0.07)


def test_a_pointer_is_always_noticed_and_followed_as_far_as_the_skill_goes() -> None:
    pointer = Message("user", "[result of look omitted]")
    place = work(where={"room": "hall"})
    poor = replace(SURE, skills=Skills(lookup=0.4))
    assert share(SURE, pointer, of=place) == {"look": 1.0}
    rooms = [json.loads(asked(poor, seed, pointer, of=place).calls[0].arguments)["room"] for seed in range(DOORS)]
    assert fmean(room == "hall" for room in rooms) == pytest.approx(0.4, abs=0.07)
    failed = [one for number in range(LOOKUPS_MAX) for one in result("error: no such room", number=number)]
    assert share(poor, pointer, *failed, of=place) == {"white": 1.0}


def test_a_call_derived_of_what_was_found_is_made_by_who_is_told_of_it_and_missed_by_nobody_else() -> None:
    alert = replace(SURE, skills=Skills(notice=1.0))
    far = replace(work(), source=lambda fact: Source(Action("look"), obvious=False, derived=True))
    assert share(alert) == {"look": 1.0}
    assert share(alert, of=far) == {"white": 1.0}
    assert share(alert, Message("user", "[result of look omitted]"), of=far) == {"look": 1.0}


def test_errors_in_view_make_more_errors() -> None:
    uneasy = replace(SURE, skills=Skills(error=0.1, error_of_errors=0.5))
    error = result("error: the bell rang", "ring", 7)
    assert share(uneasy, *SEEN).get("white", 0) == pytest.approx(0.1, abs=0.05)
    assert share(uneasy, *SEEN, *error).get("white", 0) == pytest.approx(0.1 + 0.5 / 2, abs=0.07)


def test_a_hard_task_goes_wrong_by_itself_and_again_at_another_trial_only_as_often_as_it_is_hard() -> None:
    hard = work(success=0.6)
    assert share(SURE, *SEEN, of=hard) == pytest.approx({"red": 0.6, "white": 0.4}, abs=0.07)
    reader = Reader(hard, seed=1)
    doors = {reader.trial(number)(Request(Vector([GOAL, *SEEN]), TOOLS), 0).calls[0].arguments for number in range(20)}
    assert len(doors) == 2
    assert reader.trial(0)(Request(Vector([GOAL, *SEEN]), TOOLS), 0) == reader(Request(Vector([GOAL, *SEEN]), TOOLS), 0)


def test_the_more_tools_are_offered_the_more_calls_go_to_one_that_does_not_exist() -> None:
    loose = replace(SURE, skills=Skills(hallucination=0.5))
    many = tuple(replace(TOOLS[0], name=f"t{number}") for number in range(16)) + TOOLS
    for tools, rate in ((TOOLS, 0.5 * 2 / 18), (many, 0.5)):
        names = [asked(loose, seed, *SEEN, tools=tools).calls[0].name for seed in range(DOORS)]
        assert fmean(name not in {tool.name for tool in tools} for name in names) == pytest.approx(rate, abs=0.08)


def kept(profile: Profile, *messages: Message) -> float:
    ask = Message("user", SUMMARY)
    return fmean("the colour = red" in asked(profile, seed, *messages, ask).text for seed in range(DOORS))


def test_a_summary_keeps_a_fact_with_one_rate_and_a_summary_of_a_summary_with_another() -> None:
    short = replace(SURE, skills=Skills(summary=0.8, summary_again=0.5))
    assert kept(short, *SEEN) == pytest.approx(0.8, abs=0.06)
    assert kept(short, Message("user", f"{HEAD}\nthe colour = red")) == pytest.approx(0.5, abs=0.07)
    assert kept(SURE, *SEEN) == kept(SURE, Message("user", f"{HEAD}\nthe colour = red")) == 1


def test_answers_take_the_time_and_have_the_size_of_the_pace() -> None:
    slow = replace(SURE, pace=Pace(4_300, 7_300, 56, 156))
    reader = Reader(work())
    reader.profile = slow
    times = [reader.latency_of(f"request {number}") for number in range(DOORS)]
    assert fmean(times) == pytest.approx(4_300, rel=0.1) and len(set(times)) > DOORS / 2
    sizes = [len(asked(slow, seed, *SEEN).text) / 3.2 for seed in range(DOORS)]
    assert sorted(sizes)[DOORS // 2] == pytest.approx(56, abs=20) and len(asked(SURE, 3, *SEEN).text) < 20


def test_a_trial_and_a_window_are_options_of_a_model() -> None:
    spec = Spec("rename_api", horizon=12, model=Model("weak"))
    runs = [execute(replace(spec, model=Model("weak", trial=number))) for number in range(6)]
    assert len({run.trace for run in runs}) == 6
    assert execute(replace(spec, model=Model("weak", trial=0))).trace == execute(spec).trace
    naive = replace(spec, horizon=40, orchestrator=Orchestrator("naive"), model=Model("perfect", window=3_000))
    assert execute(replace(naive, model=Model("perfect"))).completed
    assert "ContextTooLong" in execute(naive).reason


@pytest.mark.parametrize("options", [{"trial": -1}, {"trial": True}, {"window": 0}, {"window": "big"}])
def test_a_trial_or_a_window_that_cannot_be_is_refused(options: Any) -> None:
    with pytest.raises(UsageError, match="a whole number"):
        execute(Spec("rename_api", model=Model("mid", **options)))


def test_a_model_that_does_the_same_every_time_has_no_trials() -> None:
    with pytest.raises(UsageError, match="this model does the same at every trial"):
        execute(Spec("harness/_tests/small.py:PAYING", model=Model("perfect", trial=2)))


def test_the_skill_of_looking_up_counts_where_the_call_takes_no_arguments_too() -> None:
    pointer = Message("user", "[result of look omitted: 2000 bytes]")
    assert share(replace(SURE, skills=Skills(lookup=1.0)), pointer) == {"look": 1.0}
    assert share(replace(SURE, skills=Skills(lookup=0.0)), pointer) == {"white": 1.0}
    assert share(replace(SURE, skills=Skills(lookup=0.4)), pointer)["look"] == pytest.approx(0.4, abs=0.07)


def derived(*messages: Message) -> tuple[str, dict[str, Any]]:
    """What is called first where the look-up takes a room that another result told."""
    told = replace(work(), source=lambda fact: Source(Action("look", {"room": "r-77"}), obvious=False, derived=True))
    call = asked(SURE, 0, *messages, of=told).calls[0]
    return call.name, json.loads(call.arguments)


@pytest.mark.parametrize("named", ["look", 'look {"room":"r-7', "look {...}"])
def test_a_placeholder_that_does_not_tell_the_whole_call_gives_away_no_argument_of_a_derived_one(named: str) -> None:
    """A reader that knew the rest would know what stands nowhere in the request."""
    assert derived(Message("user", f"[result of {named} omitted: 2000 bytes]")) == ("paint", {"colour": "white"})
    assert derived(Message("user", '[result of look {"room":"r-77"} omitted]')) == ("look", {"room": "r-77"})


def test_definitions_of_tools_make_a_context_longer() -> None:
    """They stand before all messages: with many of them a fact is used as in a longer context."""
    short_sighted = replace(SURE, literal=Curve(1.0, 2_000, 2.0))
    many = tuple(Tool(f"spare_{number}", "Nobody needs it. " * 40, {"type": "object"}) for number in range(20))
    rates = []
    for tools in (TOOLS, (*TOOLS, *many)):
        found = [asked(short_sighted, seed, *SEEN, tools=tools).calls[0].arguments for seed in range(DOORS)]
        rates.append(fmean('"red"' in arguments for arguments in found))
    length = tools_tokens((*TOOLS, *many))
    assert rates[0] > 0.95
    assert rates[1] == pytest.approx(1 / (1 + (length / 2_000) ** 2), abs=0.08)


@pytest.mark.parametrize(("first", "used"), [(True, 0.9), (False, 0.5)])
def test_where_in_a_long_result_a_fact_stands_matters(first: bool, used: float) -> None:
    """Near the start of a context facts are used better, wherever its messages begin and end."""
    places = Places(primacy=1.0, primacy_tokens=200)
    line, text = "the colour = red", "Nothing of the kind is said here.\n" * 300
    told = result(f"{line}\n{text}" if first else f"{text}{line}")
    found = [
        asked(replace(SURE, literal=Curve(0.5), places=places), seed, *told).calls[0].arguments for seed in range(DOORS)
    ]
    assert fmean('"red"' in arguments for arguments in found) == pytest.approx(used, abs=0.1)
