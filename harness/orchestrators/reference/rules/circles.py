"""Going round in circles: the same calls with the same outcome, again and again."""

from __future__ import annotations

from harness.orchestrators.reference.commands import Command, Note
from harness.orchestrators.reference.config import LAPS_MAX, LAPS_NUDGED, Config
from harness.orchestrators.reference.entries import Finished, Nudged
from harness.orchestrators.reference.state import State


def break_circles(state: State, config: Config) -> Command | None:
    """Tell the model once that it repeats itself; park the session where that does not help."""
    loop, reply = state.loop, state.reply
    if loop.same < LAPS_NUDGED and loop.swing < 2 * LAPS_NUDGED:
        return None
    if reply is None or not reply.calls or state.open or not loop.fresh_lap:
        return None
    if LAPS_NUDGED < loop.laps < LAPS_MAX:
        return None
    turns = loop.last if loop.same else (*loop.before, *loop.last)
    what = ", ".join(f"{name} {arguments:.200}" for name, arguments, _ in turns)
    outcome = turns[-1][2] if turns else ""
    facts = {"laps": loop.laps}
    if loop.laps == LAPS_NUDGED:
        text = f"You made the same calls {loop.laps + 1} times and got the same answers: {what}. Do something else."
        return Note(rule="circles", facts=facts, entries=(Nudged(rule="circles", facts=facts, text=text),))
    reason = f"the model repeated itself {loop.laps} times: {what}, each time with {outcome[:200]!r}"
    end = Finished(rule="circles", facts=facts, outcome="parked", reason=reason)
    return Note(rule="circles", entries=(end,), flush=True)
