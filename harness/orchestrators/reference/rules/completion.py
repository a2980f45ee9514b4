"""The model asks for no more calls: the session is complete, or the answer was empty and it is told to go on."""

from __future__ import annotations

from harness.orchestrators.reference.commands import Command, Note
from harness.orchestrators.reference.config import NUDGES_MAX, Config
from harness.orchestrators.reference.entries import Entry, Finished, Nudged
from harness.orchestrators.reference.rules.calls import WHOLE
from harness.orchestrators.reference.state import State

NUDGE = "Your answer was empty. Go on with the work, or say that it is done."


def complete(state: State, config: Config) -> Command | None:
    """Finish on an answer without calls; nudge a few times on an empty one."""
    reply = state.reply
    if reply is None or reply.calls or state.open:
        return None
    entry: Entry
    if reply.text and reply.stop in WHOLE:
        entry = Finished(rule="completion", outcome="completed", answer=reply.text)
    elif state.nudges < NUDGES_MAX:
        entry = Nudged(rule="completion", facts={"stop": reply.stop, "nudges": state.nudges}, text=NUDGE)
    else:
        entry = Finished(
            rule="completion",
            outcome="failed",
            reason=f"{state.nudges + 1} empty or cut answers, the last {reply.stop}",
        )
    return Note(rule="completion", entries=(entry,), flush=isinstance(entry, Finished))
