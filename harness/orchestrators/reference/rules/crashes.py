"""Crash loops: a step that kills the process each time is not taken for ever."""

from __future__ import annotations

from harness.orchestrators.reference.commands import Command, Note
from harness.orchestrators.reference.config import STALLED_LIVES_MAX, Config
from harness.orchestrators.reference.entries import Finished
from harness.orchestrators.reference.rules.doubt import question_of_doubt
from harness.orchestrators.reference.state import State


def park_crash_loop(state: State, config: Config) -> Command | None:
    """Park the session, before the step is taken again, when too many lives in a row died at it.

    A person is told of what is in doubt before, unless it is the question that kills the process.
    """
    if not state.stalled and not state.deadly:
        return None
    lives_max = min(STALLED_LIVES_MAX, max(1, state.limits.lives - 1))
    if state.stalled < lives_max and not state.deadly:
        return None
    name, deaths = max(state.deadly, key=lambda known: known[1], default=("", 0))
    if max(state.stalled, deaths) < lives_max:
        return None
    question = question_of_doubt(state, config) if state.stalled <= lives_max else None
    if question is not None:
        return question
    if state.stalled >= lives_max:
        reason = f"{state.stalled} lives in a row died at the same step, without an outcome: {_step(state)}"
    else:
        reason = f"{deaths} lives in a row died in calls of {name}, and none of these calls came back: {_step(state)}"
    facts = {"stalled": state.stalled, "deaths": deaths}
    return Note(
        rule="crashes", entries=(Finished(rule="crashes", facts=facts, outcome="parked", reason=reason),), flush=True
    )


def _step(state: State) -> str:
    """The step that is next, in words."""
    calls = tuple(call.intent.call for call in state.open) or state.pending
    if calls:
        return "; ".join(f"{call.name} {call.arguments:.200} (call {call.id})" for call in calls)
    if state.compacting is not None:
        return f"request {len(state.condensed)} of the compaction in turn {state.turn}"
    return f"the request of turn {state.turn}"
