"""Recall at matched tokens, on conversations of messages whose tokens can be counted by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fakes.models.profiles import PROFILES
from harness.history import Event
from harness.spec import Choice
from longhaul.traces.measure import measure
from longhaul.traces.play import as_recorded, play, recorded_events, write
from longhaul.traces.window import LOOKUP, References, Whole, compared, together
from scenarios.generated_recording import generated
from scenarios.importers import Trajectory

SIZE = 100
"""Tokens of every result and of the goal."""

FACTS = ("old_fact", "junk_one", "junk_two", "new_fact")


def padded(text: str, tokens: int = SIZE) -> str:
    return text.ljust(tokens * 32 // 10, ".")


class Talk:
    """Four results of 100 tokens, each with a fact, and then one call that uses some of them.

    The calls before take 4 tokens each, so the whole conversation is the goal and four times 104 tokens.
    """

    def __init__(self, *used: str, texts: dict[int, str] | None = None) -> None:
        self.used = used
        self.texts = {**{number: padded(fact) for number, fact in enumerate(FACTS)}, **(texts or {})}

    def messages(self) -> list[dict[str, Any]]:
        made = [{"role": "user", "content": padded("Go."), "pinned": True}]
        for number, text in self.texts.items():
            call = {"id": str(number), "name": "look", "arguments": f'{{"n":{number}}} '}
            made.append({"role": "assistant", "content": "", "calls": [call]})
            made.append({"role": "tool", "content": text, "call_id": str(number)})
        return made

    def events(self, view: list[dict[str, Any]]) -> list[Event]:
        """The run: everything was shown until the last request, which shows this view."""
        whole = self.messages()
        events = [event("model", "request", shared=0, new=whole[:1], tools=1)]
        for place in range(1, len(whole), 2):
            said, result = whole[place : place + 2]
            events.append(event("model", "reply", text="", calls=said["calls"]))
            events.append(event("tool:look", "result", id=result["call_id"], content=result["content"]))
            new = [said, result] if result is not whole[-1] else view[1:]
            shared = place if result is not whole[-1] else 1
            events.append(event("model", "request", shared=shared, new=new, tools=1))
        last = {"id": "last", "name": "use", "arguments": json.dumps({"of": " ".join(self.used)})}
        return [*events, event("model", "reply", text="", calls=[last])]

    def found(self, view: list[dict[str, Any]]) -> References:
        """The references when the last request shows this view."""
        return together(compared(self.events(view), Whole(self.events(self.messages()))).values())

    def gain(self, *places: int) -> float | None:
        """What a policy gains that shows these of the four results, with their calls, and the goal."""
        whole = self.messages()
        return self.found([whole[0], *(whole[at] for place in places for at in (2 * place + 1, 2 * place + 2))]).gain(1)


def event(site: str, kind: str, /, **detail: Any) -> Event:
    return Event(0, 0, 0, site, 0, kind, detail)


def test_who_keeps_everything_gains_nothing() -> None:
    assert Talk(*FACTS).gain(0, 1, 2, 3) == 0


def test_who_keeps_the_newest_gains_nothing() -> None:
    assert Talk(*FACTS).gain(3) == Talk(*FACTS).gain(2, 3) == Talk(*FACTS).gain() == 0


def test_who_keeps_just_the_one_old_fact_that_is_needed_gains_it() -> None:
    assert Talk("old_fact").gain(0) == 1
    assert Talk("old_fact", "new_fact").gain(0, 3) == 0.5
    assert Talk("old_fact", "new_fact").gain(0) == 0  # what it kept for what a window had


def test_who_keeps_junk_in_place_of_what_is_needed_loses() -> None:
    assert Talk("new_fact").gain(1) == Talk("new_fact").gain(1, 2) == -1


def held(talk: Talk, tokens: int) -> int:
    """Whether a window has the reference when a policy shows the goal and so many tokens of nothing."""
    view = [talk.messages()[0], {"role": "user", "content": padded("", tokens)}]
    return talk.found(view).window_in_view


def test_a_window_reaches_back_to_the_first_letter_of_the_newest_occurrence() -> None:
    first = Talk("junk_two")
    # the fact begins its result of 100 tokens; behind it are a call of 4 tokens and the last result
    assert (held(first, 203), held(first, 204)) == (0, 1)
    late = Talk("junk_two", texts={3: padded("")[:-16] + "junk_two" + "." * 8})
    assert (held(late, 4), held(late, 5)) == (0, 1)  # 16 bytes, 5 tokens, before the end


def test_a_longer_word_that_ends_like_it_is_another() -> None:
    assert Talk("old_fact", texts={3: padded("old_fact_too very-old_fact")}).gain(0) == 1
    assert Talk("old_fact", texts={3: padded("see (old_fact).")}).gain(0) == 0
    both = Talk("old_fact", texts={3: padded("old_fact")[:-20] + ".my-old_fact_too..."})
    assert (held(both, 99), held(both, 100)) == (0, 1)


def test_a_pointer_costs_what_it_brings_back() -> None:
    def pointed(talk: Talk) -> References:
        whole = talk.messages()
        return talk.found([{**one, "content": "-"} if one["role"] == "tool" else one for one in whole])

    # four calls and lines are 20 tokens, and with the 100 that following the pointer brings not the 204 that a window needs
    found = pointed(Talk("junk_two"))
    assert (found.by_pointer, found.window_in_view) == (1, 0)
    assert (found.gain(1), found.gain(0.75), found.gain(0)) == (1, 0.75, 0)
    # where the results after it are short, a window could just have shown it
    found = pointed(Talk("junk_two", texts={3: "short"}))
    assert (found.by_pointer, found.window_in_view, found.gain(0.75)) == (1, 1, -0.25)


def test_a_step_that_the_whole_conversation_did_not_come_to_speaks_for_nobody() -> None:
    talk = Talk("old_fact")
    whole = talk.messages()
    short = Whole(talk.events(whole)[:-1])
    (found,) = compared(talk.events(whole[:1]), short).values()
    assert (found.lost, found.gain(1)) == (1, 0)


def test_recall_and_gain_count_a_pointer_as_its_chance() -> None:
    found = References(5, 4, 1, 6, 0)
    assert (found.total, found.recall(0.75), found.gain(0.75)) == (10, 0.8, 0.2)
    assert (References().recall(1), References().gain(1), together([])) == (None, None, References())


def test_a_pointer_counts_unasked_what_it_does_for_the_profile_mid() -> None:
    assert next(profile for profile in PROFILES if profile.name == "mid").skills.lookup == LOOKUP


POLICIES = ("keep_all", "sliding_window", "drop_all", "mask_observations", "summarize")


def test_policies_that_keep_the_newest_gain_nothing_on_a_recording(tmp_path: Path) -> None:
    given = Trajectory("x", generated(60, 1))
    chosen = [Choice("Policy", name) for name in POLICIES]
    rows = {row.policy: row.references for row in play(write(given, tmp_path, 1), chosen, 0.25)}
    assert rows["keep_all"].gain(LOOKUP) == rows["sliding_window"].gain(LOOKUP) == rows["drop_all"].gain(LOOKUP) == 0
    assert rows["sliding_window"].lost > 0 and rows["mask_observations"].by_pointer > 0
    assert (rows["summarize"].gain(LOOKUP) or 0) > 0.5


def test_the_whole_conversation_is_the_same_whichever_policies_are_played(tmp_path: Path) -> None:
    given = Trajectory("x", generated(40, 1))
    masked = Choice("Policy", "mask_observations")
    (alone,) = play(write(given, tmp_path, 1), [masked], 0.25)
    _, second = play(write(given, tmp_path, 1), [Choice("Policy", "keep_all"), masked], 0.25)
    assert alone == second


def call(name: str, **arguments: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": "", "tool_calls": [{"id": name, "name": "look", "arguments": arguments}]}


TALK = [
    {"role": "user", "content": "Go."}, call("a"), {"role": "tool", "content": padded("old_fact"), "tool_call_id": "a"},
    call("b"), {"role": "tool", "content": padded("new_fact"), "tool_call_id": "b"}, call("c", what="old_fact"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("event", "gain"),
    [
        ({"kind": "compaction", "summary": "We saw old_fact."}, 1),
        ({"kind": "compaction", "kept": [0, 1, 2]}, 1),
        ({"kind": "compaction", "kept": [0, 3, 4]}, 0),
        ({"kind": "microcompaction", "evicted_tool_call_ids": ["a"]}, -0.25),  # with the 100 it brings, a window has it
        ({"kind": "microcompaction", "evicted_tool_call_ids": ["b"]}, 1),
    ],
)
def test_what_the_recorded_harness_kept_is_held_against_a_window_of_what_it_showed(
    event: dict[str, Any], gain: float
) -> None:
    given = Trajectory("x", TALK, [{"at": 5, **event}])
    assert as_recorded(measure(given), given).references.gain(0.75) == gain
    plain = Trajectory("x", TALK)
    assert as_recorded(measure(plain), plain).references.gain(0.75) == 0


def test_a_recorded_request_shows_as_many_tokens_as_were_measured() -> None:
    events = [{"at": 5, "kind": "microcompaction", "evicted_tool_call_ids": ["a", "b"]}]
    given = Trajectory("x", TALK, events)
    requests = [one.detail for one in recorded_events(given) if one.kind == "request"]
    shown = requests[-1]["new"]
    sizes = [len(one["content"]) + sum(len(c["name"] + c["arguments"]) for c in one.get("calls", ())) for one in shown]
    assert requests[-1]["shared"] == 0
    assert sum(-(-size * 10 // 32) for size in sizes) == measure(given).inputs[-1]
