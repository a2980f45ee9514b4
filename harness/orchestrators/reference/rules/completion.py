"""The model asks for no more calls: the session is complete, or the answer was empty or cut and it is told to go on."""

from __future__ import annotations

from harness.orchestrators.reference.answers import WHOLE, useful
from harness.orchestrators.reference.commands import Command, Note
from harness.orchestrators.reference.config import NUDGES_MAX, Config
from harness.orchestrators.reference.entries import Entry, Finished, Nudged
from harness.orchestrators.reference.state import State

NUDGE = "Your answer was empty. Go on with the work, or say that it is done."


def complete(state: State, config: Config) -> Command | None:
    """Finish on an answer without calls; nudge a few times on an empty or cut one, then park."""
    reply = state.reply
    if reply is None or state.open:
        return None
    entry: Entry
    if state.unusable > NUDGES_MAX:
        reason = f"{state.unusable} empty or cut answers, the last {reply.stop}"
        entry = Finished(rule="completion", outcome="parked", reason=reason)
    elif reply.calls:
        return None
    elif not useful(reply):
        entry = Nudged(rule="completion", facts={"stop": reply.stop, "unusable": state.unusable}, text=NUDGE)
    elif reply.stop in WHOLE:
        entry = Finished(rule="completion", outcome="completed", answer=reply.text)
    else:
        return None  # paused: it is sent back, and the vendor goes on from there
    return Note(rule="completion", entries=(entry,), flush=isinstance(entry, Finished))
