"""The edges of a turn: keys of its calls, and when it counts as one more round of a circle."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from harness.orchestrators._tests.test_edges import CALL, INTENT, config, started
from harness.orchestrators.reference.loops import Loop
from harness.orchestrators.reference.rules.calls import key_of
from harness.orchestrators.reference.rules.circles import break_circles
from harness.orchestrators.reference.state import Open, State
from harness.types import Reply


def test_a_key_is_made_of_session_turn_place_and_payload() -> None:
    other = replace(CALL, id="b")
    state = replace(started(), turn=3, reply=Reply("", (CALL, other), "calls"))
    assert (key_of(state, CALL), key_of(state, other)) == ("s-3-0-2a0d9373", "s-3-1-2a0d9373")
    assert key_of(State(), CALL) == "-0-0-2a0d9373"


@pytest.mark.parametrize(
    ("laps", "decided"), [(2, ""), (3, "Nudged"), (4, ""), (5, ""), (6, "Finished"), (7, "Finished")]
)
def test_a_circle_is_told_of_once_and_ended_later(laps: int, decided: str) -> None:
    turn = (("pay", "{}", "no"),)
    state = replace(started(), reply=Reply("", (CALL,), "calls"), loop=Loop(before=turn, last=turn, same=laps))
    command: Any = break_circles(state, config())
    assert (type(command.entries[0]).__name__ if command else "") == decided
    assert command is None or command.flush is (decided == "Finished")
    for quiet in (replace(state, reply=Reply("x")), replace(state, reply=None), replace(state, open=(Open(INTENT),))):
        assert break_circles(quiet, config()) is None
