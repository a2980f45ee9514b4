"""What counts as a reference, and where it may be found: told by hand-made histories."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.models.recorded import ASK_USER
from harness.history import Event
from harness.metrics.recall import BY_POINTER, PERSON, Recall, Reference, identifiers, recall, references, spoken

GOAL = {"role": "user", "content": "Mend alpha_goal.py"}


class Told:
    """A history of requests, replies and results, in the words of the door."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.add("model", "request", shared=0, new=[GOAL], length=1, tools=2)

    def add(self, site: str, kind: str, /, **detail: Any) -> None:
        self.events.append(Event(len(self.events) + 1, 0, 0, site, 1, kind, detail))

    def calls(self, call_id: str, text: str = "", **arguments: Any) -> Told:
        """The model calls; the same call becomes part of the view."""
        self.call = {"id": call_id, "name": "read", "arguments": json.dumps(arguments)}
        self.add("model", "reply", text=text, calls=[self.call])
        return self

    def answered(self, content: str, shown: str | None = None, shared: int = 1) -> Told:
        """The tool answers with `content`; the next view shows `shown` in its place, after `shared` old messages."""
        self.add("tool:read", "result", id=self.call["id"], content=content)
        said = {"role": "assistant", "content": "", "calls": [self.call]}
        result = {"role": "tool", "content": content if shown is None else shown, "call_id": self.call["id"]}
        self.add("model", "request", shared=shared, new=[said, result], length=shared + 2, tools=2)
        return self

    def cut(self, *texts: str) -> Told:
        """The next view: the goal and these texts."""
        new = [{"role": "user", "content": text} for text in texts]
        self.add("model", "request", shared=1, new=new, length=1 + len(new), tools=2)
        return self

    @property
    def recall(self) -> Recall:
        return recall(self.events)


def test_an_identifier_from_a_result_that_is_shown_is_in_view():
    assert Told().calls("a").answered("see beta_file").calls("b", name="beta_file").recall == Recall(1, 0, 0)


def test_one_whose_result_was_replaced_is_reachable_by_the_call():
    told = Told().calls("a").answered("see beta_file", shown="[omitted]").calls("b", name="beta_file")
    assert told.recall == Recall(0, 1, 0)


def test_one_whose_call_is_gone_as_well_is_lost():
    told = Told().calls("a").answered("see beta_file").cut().calls("b", name="beta_file")
    assert told.recall == Recall(0, 0, 1)


def test_one_that_a_summary_kept_is_in_view():
    told = Told().calls("a").answered("see beta_file").cut("Summary: beta_file").calls("b", name="beta_file")
    assert told.recall == Recall(1, 0, 0)


def test_one_that_a_shown_call_names_is_in_view():
    told = Told().calls("a").answered("see beta_file").calls("b", name="beta_file").answered("ok", shared=1)
    assert told.calls("c", name="beta_file").recall == Recall(2, 0, 0)


@pytest.mark.parametrize("first", ["alpha_goal.py", "model_word", "argument_word"])
def test_what_the_goal_or_the_model_named_first_is_no_reference(first: str):
    told = Told().calls("a", text="try model_word", name="argument_word").answered(f"found {first}").cut()
    assert told.calls("b", name=first).recall == Recall()


def test_what_a_person_answers_first_is_no_reference():
    told = Told().calls("a")
    told.add(PERSON, "result", id="a", content="take gamma_file")
    told.cut().calls("b", name="gamma_file")
    assert told.recall == Recall()
    assert f"tool:{ASK_USER}" == PERSON


def test_a_result_that_was_never_shown_is_as_far_away_as_it_came():
    told = Told().calls("a")
    told.add("tool:read", "result", id="a", content="see beta_file")
    for _ in range(4):
        told.cut()
    assert told.calls("b", name="beta_file").recall.bands == {4: [0, 0, 1]}


def test_a_reference_says_what_was_shown_and_where_it_came_from():
    told = Told().calls("a").answered("see beta_file", shown="[omitted]").calls("b", name="beta_file")
    # the goal takes 6 tokens, the call `read {}` 2, the line in its place 3
    assert list(references(told.events)) == [Reference("beta_file", BY_POINTER, 1, "b", 11, "a", "a")]


def test_what_a_reply_only_says_is_no_reference():
    assert Told().calls("a").answered("see beta_file").cut().calls("b", text="beta_file").recall == Recall()


def test_a_request_for_a_summary_is_not_judged():
    told = Told().calls("a").answered("see beta_file").cut()
    told.add("model", "request", shared=1, new=[], length=1, tools=0)
    assert told.calls("s", name="beta_file").recall == Recall()


def test_an_identifier_counts_once_a_reply():
    told = Told().calls("a").answered("see beta_file").calls("b", one="beta_file", two=["beta_file", "x/beta_file"])
    assert told.recall.total == 1


def test_the_score_weighs_pointers_with_the_skill_of_following_them():
    assert Recall(in_view=5, by_pointer=4, lost=1).score(0.5) == 0.7
    assert Recall(in_view=5, by_pointer=4, lost=1).score() == 0.9
    assert Recall().score() is None


def test_identifiers_are_words_that_plain_english_does_not_have():
    text = "Please look at src/parts/load_user.py (line 1234), camelCase, INV-00012, and the rest. Done..."
    assert identifiers(text) == ("load_user.py", "1234", "camelCase", "INV-00012")


def test_arguments_are_read_as_what_they_say_and_not_as_json():
    assert spoken('{"a": "one\\ntwo_x", "b": [3, {"c": null}]}') == "one\ntwo_x\n3"
    assert spoken("{broken two_x") == "{broken two_x"


@given(st.text())
def test_any_text_has_identifiers_or_none(text: str):
    assert all(4 <= len(word) <= 80 and word in text for word in identifiers(text))
