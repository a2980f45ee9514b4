"""Ask the model for the next turn."""

from __future__ import annotations

from harness.orchestrators.reference.commands import Ask, Command
from harness.orchestrators.reference.config import Config
from harness.orchestrators.reference.state import State


def ask(state: State, config: Config) -> Command | None:
    """Send the view; after a failure, not before its wait is over."""
    not_before = state.failure.not_before if state.failure else 0
    return Ask(rule="ask", tokens=state.view.weight + config.offered_tokens(state.view), not_before=not_before)
