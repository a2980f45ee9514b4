"""The reader is a function of the text it is shown: nothing else reaches it, and every line that matters matters."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.models.program import program
from fakes.models.reader import Reader
from fakes.models.script import Script, ScriptError
from fakes.work import Action, Item, Source, Work
from harness.errors import ConnectionLost, UsageError
from harness.policies.prompts import SUMMARY
from harness.types import Message, Reply, Request, Tool, ToolCall
from harness.vector import Vector

TOOLS = (Tool("look", "Look.", {"type": "object"}), Tool("paint", "Paint.", {"type": "object"}))
GOAL = Message("user", "goal = paint\nPaint both doors.", pinned=True)


def work(width: int = 1, obvious: bool = False) -> Work:
    def act(name: str):
        return lambda facts: Action("paint", {"door": name, "colour": facts["colour"]})

    return Work(
        goal=("goal", "paint"),
        items=tuple(Item(name, ("colour",), act(name), f"painted {name}") for name in ("north", "south", "east")),
        source=lambda fact: Source(Action("look"), obvious) if fact == "colour" else None,
        completes=lambda tool, given: given.get("door") if tool == "paint" else None,
        opening=Action("look"),
        guesses={"colour": "white"},
        width=width,
        answer="Painted.",
    )


def told(*texts: str) -> list[Message]:
    """Results of looking, one for each text."""
    messages = [GOAL]
    for number, text in enumerate(texts):
        call = ToolCall(f"l{number}", "look", "{}")
        messages += [Message("assistant", "", (call,)), Message("tool", text, call_id=call.id)]
    return messages


def painted(door: str, result: str = "ok") -> list[Message]:
    call = ToolCall(f"p{door}{result}", "paint", json.dumps({"door": door, "colour": "red"}))
    return [Message("assistant", "", (call,)), Message("tool", result, call_id=call.id)]


def answer(messages: list[Message], nth: int = 0, width: int = 1) -> Reply:
    return Reader(work(width))(Request(Vector(messages), TOOLS), nth)


def calls(reply: Reply) -> list[tuple[str, dict]]:
    return [(call.name, json.loads(call.arguments)) for call in reply.calls]


def test_it_begins_with_the_opening():
    assert calls(answer([GOAL])) == [("look", {})]


def test_it_uses_a_fact_that_stands_in_the_text():
    assert calls(answer(told("colour = red"))) == [("paint", {"door": "north", "colour": "red"})]


def test_deleting_the_line_of_the_rule_makes_it_look_again_where_something_names_the_source():
    assert calls(answer(told("nothing of use"))) == [("look", {})]


def test_deleting_every_trace_of_the_rule_makes_it_act_on_a_wrong_value():
    assert calls(answer([GOAL, *painted("north")])) == [("paint", {"door": "south", "colour": "white"})]


def test_renaming_the_value_changes_what_it_does():
    assert calls(answer(told("colour = green")))[0][1]["colour"] == "green"


def test_the_last_statement_of_a_fact_holds_so_order_matters():
    assert calls(answer(told("colour = red", "colour = blue")))[0][1]["colour"] == "blue"
    assert calls(answer(told("colour = blue", "colour = red")))[0][1]["colour"] == "red"


def test_work_of_which_no_trace_is_left_is_done_again():
    assert calls(answer([*told("colour = red"), *painted("north")]))[0][1]["door"] == "south"
    assert calls(answer(told("colour = red")))[0][1]["door"] == "north"


def test_a_failed_call_is_not_evidence():
    assert calls(answer([*told("colour = red"), *painted("north", "error: no paint")]))[0][1]["door"] == "north"


def test_a_masked_result_is_still_evidence():
    masked = "[result of paint omitted: 2 bytes]"
    assert calls(answer([*told("colour = red"), *painted("north", masked)]))[0][1]["door"] == "south"


@pytest.mark.parametrize("role", ["system", "user", "assistant"])
def test_facts_and_evidence_count_wherever_they_are_written_down(role: str):
    note = Message(role, "What I know:\ncolour = red\npainted north = red")
    assert calls(answer([GOAL, note])) == [("paint", {"door": "south", "colour": "red"})]


def test_a_placeholder_alone_tells_where_to_look_again():
    assert calls(answer([GOAL, Message("user", "[result of look {} omitted: 99 bytes]")])) == [("look", {})]
    assert (
        calls(answer([GOAL, *painted("north"), Message("user", "[result of else omitted]")]))[0][1]["colour"] == "white"
    )


def test_a_summary_of_a_masked_view_says_where_the_rule_was():
    view = [*told("[result of look {} omitted: 99 bytes]"), *painted("north"), Message("user", SUMMARY)]
    text = Reader(work())(Request(Vector(view), ()), 0).text
    assert text.splitlines() == ["[result of look omitted]", "done = all up to north"]
    assert calls(answer([GOAL, Message("user", text)])) == [("look", {})]


def test_shuffling_what_is_not_a_repeated_fact_changes_ids_only():
    plain = answer([*told("colour = red"), *painted("north"), *painted("south")])
    shuffled = answer([*told("colour = red"), *painted("south"), *painted("north")])
    assert calls(plain) == calls(shuffled)
    assert plain.calls[0].id != shuffled.calls[0].id


@given(st.lists(st.sampled_from(["colour = red", "nothing", "painted north = red", "done = south"]), max_size=5))
def test_ids_are_new_for_every_text_and_every_repetition(lines):
    seen: dict[str, tuple] = {}
    for stop in range(len(lines) + 1):
        for nth in range(3):
            view = [GOAL, *(Message("user", line) for line in lines[:stop])]
            for call in answer(view, nth, width=2).calls:
                assert seen.setdefault(call.id, (stop, nth)) == (stop, nth)


def test_a_line_is_a_fact_only_where_the_name_stands_alone_before_the_sign():
    assert calls(answer(told("    colour = red"))) == [("look", {})]
    assert calls(answer(told("the colour = red"))) == [("look", {})]
    assert calls(answer(told("colour == red"))) == [("look", {})]


def test_without_the_goal_it_stops_early():
    reply = answer(told("colour = red")[1:])
    assert reply.calls == ()
    assert "nothing that is left" in reply.text


def test_it_says_so_when_everything_is_done():
    everything = [m for door in ("north", "south", "east") for m in painted(door)]
    assert answer([*told("colour = red"), *everything]).text == "Painted."


def test_several_items_may_be_done_in_one_turn():
    doors = [given["door"] for _, given in calls(answer(told("colour = red"), width=2))]
    assert doors == ["north", "south"]


def test_a_request_that_was_answered_before_gets_other_ids_other_words_and_a_legal_order():
    first, again = answer(told("colour = red")), answer(told("colour = red"), nth=1)
    assert {call.id for call in first.calls}.isdisjoint(call.id for call in again.calls)
    assert first.text != again.text
    assert calls(again)[0][1]["door"] == "south"


@pytest.mark.parametrize("tools", [(), TOOLS])
def test_asked_to_summarise_it_keeps_facts_and_evidence(tools):
    view = [*told("colour = red"), *painted("north"), *painted("east"), Message("user", SUMMARY)]
    text = Reader(work())(Request(Vector(view), tools), 0).text
    assert text.splitlines() == ["colour = red", "done = all up to north, east"]
    resumed = answer([GOAL, Message("user", f"Summary:\n{text}")])
    assert calls(resumed) == [("paint", {"door": "south", "colour": "red"})]


def test_a_summary_fits_the_output_that_was_reserved():
    view = [*told("colour = red"), *painted("north"), Message("user", SUMMARY)]
    assert Reader(work())(Request(Vector(view), (), 5), 0).text == "colour = red"


def test_answering_a_growing_view_is_answering_it_afresh():
    reader, view = Reader(work()), Vector([GOAL])
    for message in [*told("colour = red")[1:], *painted("north"), *painted("south")]:
        view = view.append(message)
        if message.role == "tool":
            assert reader(Request(view, TOOLS), 0) == Reader(work())(Request(Vector(view), TOOLS), 0)


def test_a_fresh_process_with_other_hash_seeds_answers_alike():
    code = (
        "from fakes.models._tests.test_reader import answer, told; "
        "reply = answer(told('colour = red'), nth=1, width=2); print(reply)"
    )
    root = Path(__file__).parents[3]
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(outputs) == 1


def test_an_unknown_profile_is_refused_with_what_exists():
    with pytest.raises(UsageError, match="unknown model profile 'prefect'; did you mean perfect"):
        Reader(work(), "prefect")


def test_a_script_plays_its_lines_and_minds_its_end():
    script = Script([Reply("a"), ConnectionLost("gone"), lambda request: Reply(request.messages[0].content)])
    request = Request((GOAL,), ())
    assert script(request, 0).text == "a"
    with pytest.raises(ConnectionLost):
        script(request, 0)
    with pytest.raises(ScriptError, match="1 of 3 lines were not played"):
        script.assert_complete()
    assert script(request, 0).text == GOAL.content
    script.assert_complete()
    with pytest.raises(ScriptError, match="has 3 lines and was asked once more"):
        script(request, 0)


def test_the_plain_program_needs_no_model():
    assert callable(program(work()))
