"""Budgets: turns, tokens, cost and computing time, over all lives. The worst case is reserved before a request is sent."""

from __future__ import annotations

from harness.orchestrators.reference.commands import Command, Note
from harness.orchestrators.reference.config import WARN_SHARE_PERCENT, Config
from harness.orchestrators.reference.entries import Finished, Warned
from harness.orchestrators.reference.state import State


def budgets(state: State, config: Config) -> Command | None:
    """Finish when the next request could exceed a cap; warn once at 80 % of each."""
    limits = state.limits
    request = state.view.weight + config.offered_tokens(state.view)
    for cap, used, reserve, limit in (
        ("turns", state.turn + state.wasted, 1, limits.turns),
        ("tokens", state.tokens, request + limits.max_output, limits.tokens),
        ("cost", state.cost, request + 5 * limits.max_output, limits.cost),
        ("compute_ms", state.compute_ms, 0, limits.compute_ms),
    ):
        if not limit:
            continue
        if used + reserve > limit:
            facts = {"used": used, "reserve": reserve, "limit": limit}
            reason = f"budget of {cap}: {used} used, the next request may need {reserve}, the cap is {limit}"
            entry = Finished(rule="budgets", facts=facts, outcome="failed", reason=reason)
            return Note(rule="budgets", entries=(entry,), flush=True)
        if used * 100 >= limit * WARN_SHARE_PERCENT and cap not in state.warned:
            return Note(rule="budgets", entries=(Warned(rule="budgets", cap=cap, used=used, limit=limit),))
    return None
