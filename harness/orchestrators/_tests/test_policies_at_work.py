"""What the rule of compaction makes of what a policy returns: what it records, what it refuses, when it lets things be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from msgspec.structs import replace

from harness.orchestrators._tests.test_edges import abandoned, config, ended, started
from harness.orchestrators.reference.commands import Note
from harness.orchestrators.reference.entries import Compacted, Compacting
from harness.orchestrators.reference.rules.compaction import compact, room
from harness.orchestrators.reference.state import State
from harness.tokens import message_tokens, view_tokens
from harness.types import Message, ToolCall, View
from harness.vector import Vector

CALLS = (ToolCall("a", "pay", "{}"), ToolCall("b", "pay", "{}"))
SAID = (
    Message("assistant", "", CALLS), Message("tool", "code = 7", call_id="a"), Message("tool", "done " * 80, call_id="b"),
    Message("assistant", "x" * 400),
)  # fmt: skip
STATE: State = started()


@dataclass(frozen=True)
class Returning:
    """Returns what a function makes of the view and the budget."""

    make: Callable[[View, int], Any]

    def __call__(self, view: View, budget: int) -> Any:
        return self.make(view, budget)

    def __repr__(self) -> str:
        return "Returning()"


def made(make: Callable[[View, int], Any], **fields: Any) -> Any:
    """What is decided where a policy returns this of a view of the goal and `SAID`."""
    view = Vector([*STATE.view, *SAID], message_tokens)
    return compact(replace(STATE, view=view, **fields), config(policy=Returning(make), budget=100))


def test_what_was_dropped_mended_and_taken_out_is_recorded() -> None:
    summary = Message("user", "code = 7\nname = nobody said so")
    note = made(lambda view, budget: (view[0], summary, view[1], view[2], view[4]))
    assert isinstance(note, Note) and (note.rule, note.flush) == ("compaction", False)
    (entry,) = note.entries
    assert isinstance(entry, Compacted)
    assert entry.view == ((0, 1), Message("user", "code = 7"), (4, 5))
    assert (entry.repaired, entry.invented, entry.dropped) == (2, ("name = nobody said so",), 3)
    before = view_tokens([*STATE.view, *SAID])
    after = view_tokens([STATE.view[0], Message("user", "code = 7"), SAID[-1]])
    assert (entry.tokens_before, entry.tokens_after) == (before, after)
    assert entry.facts == {"tokens": before, "budget": 100, "policy": "Returning()"}
    assert (entry.rule, entry.reason) == ("compaction", "context pressure")


@pytest.mark.parametrize("make", [lambda view, budget: view, lambda view, budget: tuple(view)], ids=["same", "equal"])
def test_a_view_that_is_as_it_was_is_not_recorded(make: Callable[[View, int], Any]) -> None:
    assert made(make) is None
    under_way = Compacting(tokens=9, budget=80)
    assert made(make, compacting=under_way) == abandoned("the policy asked the model and changed nothing")


def test_a_policy_that_breaks_the_contract_ends_the_session_by_its_name() -> None:
    end = ended(made(lambda view, budget: view[1:]))
    assert (end.rule, end.outcome) == ("compaction", "failed")
    assert end.reason.startswith("Returning() returned a view without the pinned message 'pay'")


def test_the_budget_of_a_compaction_under_way_stays_as_it_was() -> None:
    seen: list[int] = []
    made(lambda view, budget: seen.append(budget) or view)
    made(lambda view, budget: seen.append(budget) or view, compacting=Compacting(tokens=9, budget=80))
    assert seen == [100, 80]


def test_a_policy_is_asked_once_a_turn() -> None:
    assert made(lambda view, budget: view[:1], compacted_turn=0) is None
    assert made(lambda view, budget: view[:1], compacted_turn=-1) is not None


def test_the_room_of_a_view_is_the_budget_or_what_the_window_leaves() -> None:
    around = config(budget=10_000, window=5_000)
    assert room(STATE, around) == 5_000 - around.tools_tokens - STATE.limits.max_output
    assert room(STATE, config(budget=300, window=5_000)) == 300
    assert room(STATE, config(budget=300, window=5)) == 1


@dataclass(frozen=True)
class AtOnce(Returning):
    """A policy that wants to be asked as soon as the view fills its room."""

    trigger: float = 1.0


@pytest.mark.parametrize(("spare", "asked"), [(0, True), (1, False)])
def test_a_policy_is_asked_from_its_trigger_on(spare: int, asked: bool) -> None:
    seen: list[int] = []
    policy = AtOnce(lambda view, budget: seen.append(budget) or view)
    assert compact(STATE, config(policy=policy, budget=STATE.view.weight + spare)) is None
    assert bool(seen) is asked


@pytest.mark.parametrize(("spare", "fits"), [(0, True), (-1, False)])
def test_a_request_may_fill_the_window_exactly(spare: int, fits: bool) -> None:
    around = config()
    request = STATE.view.weight + around.tools_tokens + STATE.limits.max_output
    command = compact(STATE, config(window=request + spare))
    assert (command is None) is fits
