"""Compaction: under context pressure the policy is offered the view. What it does is recorded with a reason.

A policy that asks the model is driven from the start each time with the answers so far, so a crash in its middle loses
nothing that was paid for. A request that cannot fit is never sent: where the policy does not help, or its own request
would not fit, the view is squeezed without it.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from harness.orchestrators.reference.commands import Command, Condense, Note
from harness.orchestrators.reference.config import POLICY_OUTPUT, POLICY_OUTPUT_LEAST, Config
from harness.orchestrators.reference.entries import Compacted, Compacting, Failed, Finished
from harness.orchestrators.reference.squeeze import squeezed
from harness.orchestrators.reference.state import State
from harness.plain import plain_repr
from harness.policies.drive import Condense as Wanted
from harness.policies.drive import Final, drive
from harness.policies.validate import PolicyError, validated
from harness.tokens import view_tokens
from harness.types import Message, View
from harness.vector import Vector


def compact(state: State, config: Config) -> Command | None:
    """Offer the view to the policy where it is pressed for room, once a turn; squeeze it where it still cannot be sent."""
    if state.compacting is None and not _pressed(state, config):
        return None
    if state.compacted_turn == state.turn:
        return _squeeze(state, config) if _too_long(state, config) else None
    try:
        return _next_step(state, config)
    except PolicyError as error:
        entry = Finished(rule="compaction", outcome="failed", reason=str(error))
        return Note(rule="compaction", entries=(entry,), flush=True)


def room(state: State, config: Config) -> int:
    """Tokens that a view may have: the budget, and what the window leaves beside tools and output."""
    return max(1, min(config.budget, config.window - config.offered_tokens(state.view) - state.limits.max_output))


def _pressed(state: State, config: Config) -> bool:
    """Whether the view takes so much of its room that the policy is asked; one that cannot be sent always does."""
    return state.view.weight >= config.trigger * room(state, config) or _too_long(state, config)


def _too_long(state: State, config: Config) -> bool:
    """Whether the next request cannot fit: the vendor says so, or our own count does."""
    request = state.view.weight + config.offered_tokens(state.view) + state.limits.max_output
    return state.overflow is not None or request > config.window


def _next_step(state: State, config: Config) -> Command | None:
    budget = state.compacting.budget if state.compacting else room(state, config)
    replies = [(known.digest, known.reply) for known in state.condensed]
    step = drive(config.policy, state.view, budget, replies)
    if isinstance(step, Final):
        return _final(state, config, step.view, budget)
    if state.compacting is None:
        begun = Compacting(rule="compaction", facts=_facts(state, config), tokens=state.view.weight, budget=budget)
        return Note(rule="compaction", entries=(begun,))
    return _given_up(state, config) or _condense(state, config, step)


def _condense(state: State, config: Config, wanted: Wanted) -> Command:
    """Ask the model for what the policy wants, with as much output as the window leaves; squeeze where it leaves too little."""
    tokens = view_tokens(wanted.view)
    if tokens + POLICY_OUTPUT_LEAST > config.window:
        return _squeeze(state, config)
    return Condense(
        rule="compaction", facts=_facts(state, config), nth=wanted.nth, digest=wanted.digest, view=wanted.view,
        tokens=tokens, max_output=min(POLICY_OUTPUT, config.window - tokens),
        not_before=state.failure.not_before if state.failure else 0,
    )  # fmt: skip


def _given_up(state: State, config: Config) -> Command | None:
    """Go on without the policy after too many failures, or one that no wait mends, or too long a wait."""
    failure, limits = state.failure, state.limits
    if failure is None or failure.what != "policy":
        return None
    wait = failure.not_before - failure.at
    if failure.remedy == "shrink":
        return _squeeze(state, config)
    if failure.remedy != "again":
        return _abandon(f"{failure.error}: {failure.message}")
    if wait > limits.retry_wait_ms:
        return _abandon(f"asked to wait {wait} ms, the cap is {limits.retry_wait_ms}: {failure.error}")
    if state.failures >= limits.tries:
        return _abandon(f"{state.failures} tries failed", failure.not_before)
    return None


def _facts(state: State, config: Config) -> dict[str, object]:
    return {"tokens": state.view.weight, "budget": config.budget, "policy": plain_repr(config.policy)}


def _final(state: State, config: Config, view: View, budget: int) -> Command | None:
    if view is state.view:
        return _unchanged(state, config)
    checked = validated(plain_repr(config.policy), state.view, view, budget)
    parts = _parts(state.view, checked.view)
    if parts == ((0, len(state.view)),):
        return _unchanged(state, config)
    reason = "the request did not fit the window" if _too_long(state, config) else "context pressure"
    entry = _compacted(state, config, checked.view, reason)
    return Note(rule="compaction", entries=(replace(entry, repaired=checked.repaired, invented=checked.invented),))


def _compacted(state: State, config: Config, view: Sequence[Message], reason: str) -> Compacted:
    parts = _parts(state.view, view)
    kept = sum(part[1] - part[0] for part in parts if not isinstance(part, Message))
    return Compacted(
        rule="compaction", facts=_facts(state, config), view=parts, dropped=len(state.view) - kept,
        tokens_before=state.view.weight, tokens_after=view_tokens(view), reason=reason,
    )  # fmt: skip


def _unchanged(state: State, config: Config) -> Command | None:
    """Nothing to record where nothing changed, unless the session cannot go on like this."""
    if _too_long(state, config):
        return _squeeze(state, config)
    return _abandon("the policy asked the model and changed nothing") if state.compacting else None


def _squeeze(state: State, config: Config) -> Command:
    """The emergency: half of what may be sent, so that the next turns fit too. Where pins alone are too long, the end."""
    room = max(1, config.window - config.offered_tokens(state.view) - state.limits.max_output)
    reading = {tool.name for tool in config.tools if tool.effect == "read"}
    view = squeezed(state.view, min(room, state.view.weight) // 2, reading)
    if view_tokens(view) >= state.view.weight or view_tokens(view) > room:
        why = state.overflow.message if state.overflow else f"{state.view.weight} tokens, there is room for {room}"
        reason = f"the request does not fit the window, and there is nothing left to drop: {why}"
        end = Finished(rule="compaction", outcome="failed", reason=reason)
        return Note(rule="compaction", entries=(end,), flush=True)
    reason = "the request did not fit the window, and the policy did not help"
    return Note(rule="compaction", entries=(_compacted(state, config, view, reason),))


def _abandon(why: str, not_before: int = 0) -> Command:
    """Go on with the view as it is; a wait that the vendor asked for holds for the next request too."""
    entry = Failed(
        rule="compaction", what="policy", error="Abandoned", message=why, not_before=not_before, remedy="none"
    )
    return Note(rule="compaction", entries=(entry,))


def _parts(before: Vector[Message], after: Sequence[Message]) -> tuple[tuple[int, int] | Message, ...]:
    """The new view as ranges of the old one and new messages."""
    where = {id(message): index for index, message in enumerate(before)}
    parts: list[tuple[int, int] | Message] = []
    for message in after:
        index = where.get(id(message))
        last = parts[-1] if parts else None
        if index is None:
            parts.append(message)
        elif isinstance(last, tuple) and last[1] == index:
            parts[-1] = (last[0], index + 1)
        else:
            parts.append((index, index + 1))
    return tuple(parts)
