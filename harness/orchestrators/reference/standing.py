"""Where a session stands, as a value: what it will do from here on follows from it, as long as no cap is reached."""

from __future__ import annotations

import math

from harness.host import Standing
from harness.orchestrators.reference.config import Config
from harness.orchestrators.reference.rules.compaction import room
from harness.orchestrators.reference.state import State


def standing(state: State, config: Config) -> Standing:
    """The standing of a session that is about to ask its model; no state where something is under way.

    Ids, stamps and what was spent are left out. The view is not compared but weighed: where it never grows to the size at
    which the policy is asked, nothing but the model looks at what is in it. A policy that says which tools are offered looks
    at every view: of such a session nothing is said.
    """
    limits = state.limits
    started = state.started.at if state.started else 0
    pressed = min(
        config.trigger * room(state, config), config.window - config.offered_tokens(state.view) - limits.max_output
    )
    under_way = (state.failure, state.failures, state.pending, state.open, state.compacting, state.condensed)
    steady = (
        state.unusable,
        state.stalled,
        state.deadly,
        state.careful,
        state.loop.same,
        state.loop.swing,
        state.overflow is None,
    )
    quiet = not any(under_way) and state.finished is None and not config.offers
    return Standing(
        state=steady if quiet else None,
        spent=(
            (state.turn, limits.turns),
            (state.tokens, limits.tokens),
            (state.cost, limits.cost),
            (state.at - started - state.idle_ms, limits.compute_ms),
            (state.view.weight, max(1, math.floor(pressed))),
        ),
    )
