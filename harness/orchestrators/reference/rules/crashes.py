"""Crash loops: a step that kills the process each time is not taken for ever."""

from __future__ import annotations

from harness.orchestrators.reference.commands import Command, Note
from harness.orchestrators.reference.config import STALLED_LIVES_MAX, Config
from harness.orchestrators.reference.entries import Finished
from harness.orchestrators.reference.state import State


def park_crash_loop(state: State, config: Config) -> Command | None:
    """Park the session, before the step is taken again, when too many lives in a row died without an outcome."""
    if not state.stalled or state.stalled < min(STALLED_LIVES_MAX, max(1, state.limits.lives - 1)):
        return None
    reason = f"{state.stalled} lives in a row died at the same step, without an outcome: {_step(state)}"
    entry = Finished(rule="crashes", facts={"stalled": state.stalled}, outcome="parked", reason=reason)
    return Note(rule="crashes", entries=(entry,), flush=True)


def _step(state: State) -> str:
    """The step that is next, in words."""
    calls = tuple(call.intent.call for call in state.open) or state.pending
    if calls:
        return "; ".join(f"{call.name} {call.arguments:.200} (call {call.id})" for call in calls)
    if state.compacting is not None:
        return f"request {len(state.condensed)} of the compaction in turn {state.turn}"
    return f"the request of turn {state.turn}"
