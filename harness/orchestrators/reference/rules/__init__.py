"""The rules, in order. `decide` is the first answer among them: read the tuple from the top and you know the orchestrator."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from harness.orchestrators.reference.commands import Command
from harness.orchestrators.reference.config import Config
from harness.orchestrators.reference.rules.ask import ask
from harness.orchestrators.reference.rules.budgets import budgets
from harness.orchestrators.reference.rules.calls import begin_calls, reject_calls
from harness.orchestrators.reference.rules.circles import break_circles
from harness.orchestrators.reference.rules.compaction import compact
from harness.orchestrators.reference.rules.completion import complete
from harness.orchestrators.reference.rules.crashes import park_crash_loop
from harness.orchestrators.reference.rules.doubt import resolve_doubt
from harness.orchestrators.reference.rules.failures import give_up
from harness.orchestrators.reference.rules.offer import offer
from harness.orchestrators.reference.state import State

Rule: TypeAlias = Callable[[State, Config], Command | None]

RULES: tuple[Rule, ...] = (
    park_crash_loop,
    resolve_doubt,
    reject_calls,
    begin_calls,
    complete,
    break_circles,
    give_up,
    offer,
    budgets,
    compact,
    ask,
)


def decide(state: State, config: Config) -> Command | None:
    """The next command; None when the session is finished."""
    if state.finished is not None:
        return None
    for rule in RULES:
        command = rule(state, config)
        if command is not None:
            return command
    raise AssertionError("the last rule always asks")
