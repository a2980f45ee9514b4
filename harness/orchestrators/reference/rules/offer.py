"""What is offered with the next request: some of the tools, as the policy says."""

from __future__ import annotations

from harness.orchestrators.reference.commands import Command, Note
from harness.orchestrators.reference.config import Config
from harness.orchestrators.reference.entries import Finished
from harness.orchestrators.reference.state import State


def offer(state: State, config: Config) -> Command | None:
    """Finish where the policy offers something that is not there, by its name; all later rules count what it offers."""
    problem = config.offer_problem(state.view)
    if not problem:
        return None
    return Note(rule="offer", entries=(Finished(rule="offer", outcome="failed", reason=problem),), flush=True)
