"""What is offered with the next request: some of the tools, as the policy says."""

from __future__ import annotations

from harness.orchestrators.reference.commands import Command, Note
from harness.orchestrators.reference.config import Config
from harness.orchestrators.reference.entries import Finished
from harness.orchestrators.reference.state import State
from harness.policies.validate import PolicyError


def offer(state: State, config: Config) -> Command | None:
    """Finish where the policy offers something that is not there, by its name; all later rules count what it offers."""
    try:
        config.offered(state.view)
    except PolicyError as error:
        entry = Finished(rule="offer", outcome="failed", reason=str(error))
        return Note(rule="offer", entries=(entry,), flush=True)
    return None
