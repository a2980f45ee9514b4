"""Calls in doubt: begun, and nobody knows what became of them. Never a fresh key, never a guess."""

from __future__ import annotations

from harness.orchestrators.reference.commands import AskHuman, CallAll, Command, Note, Query
from harness.orchestrators.reference.config import Config
from harness.orchestrators.reference.entries import Finished, Returned
from harness.orchestrators.reference.state import Open, State
from harness.types import Result


def resolve_doubt(state: State, config: Config) -> Command | None:
    """Ask the tool, repeat under the same key, or name the call indeterminate to a person; one call at a time."""
    for call in state.open:
        tool = config.tool(call.intent.call.name)
        effect, kind = (tool.effect, tool.kind) if tool else ("irreversible", "blind")
        if call.standing == "running":
            continue
        if effect == "read" or call.standing == "gave_up":
            return _repeat(call, False) if call.failures < state.limits.tries else _give_up(call)
        if call.standing == "asking":
            return _ask_human(call, "a question was left open")
        if call.failures >= state.limits.tries:
            return _ask_human(call, f"no outcome after {call.failures} tries, the last {call.error}")
        if call.not_before - state.at > state.limits.retry_wait_ms:
            return _park(call, state)
        if call.standing == "again" or kind == "deduplicating":
            return _repeat(call, True)
        if kind == "queryable":
            return Query(rule="doubt", facts=_facts(call), intent=call.intent, not_before=call.not_before)
        return _ask_human(call, "the tool can neither be asked nor recognise a repeated key")
    return None


def _facts(call: Open) -> dict[str, object]:
    return {"call": call.intent.call.id, "key": call.intent.key, "failures": call.failures}


def _repeat(call: Open, flush: bool) -> Command:
    return CallAll(rule="doubt", facts=_facts(call), intents=(call.intent,), flush=flush, not_before=call.not_before)


def _ask_human(call: Open, why: str) -> Command:
    return AskHuman(rule="doubt", facts=_facts(call), intent=call.intent, why=why)


def _park(call: Open, state: State) -> Command:
    wait, cap = call.not_before - state.at, state.limits.retry_wait_ms
    reason = f"{call.intent.call.name} asked to wait {wait} ms, the cap is {cap}: {call.error}"
    entry = Finished(rule="doubt", facts=_facts(call), outcome="parked", reason=reason)
    return Note(rule="doubt", entries=(entry,), flush=True)


def _give_up(call: Open) -> Command:
    result = Result(status="error", error=f"gave up after {call.failures} tries; it did not happen ({call.error})")
    entry = Returned(rule="doubt", facts=_facts(call), id=call.intent.call.id, result=result)
    return Note(rule="doubt", entries=(entry,))
