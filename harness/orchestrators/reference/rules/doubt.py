"""Calls in doubt: begun, and nobody knows what became of them. Never a fresh key, never a guess."""

from __future__ import annotations

from harness.orchestrators.reference.commands import AskHuman, CallAll, Command, Note, Query
from harness.orchestrators.reference.config import Config
from harness.orchestrators.reference.entries import Finished, Returned
from harness.orchestrators.reference.state import Open, State
from harness.types import Result


def resolve_doubt(state: State, config: Config) -> Command | None:
    """Settle the calls in doubt, one at a time; park the session where one cannot be settled and no other is left."""
    parked = None
    for call in state.open:
        if call.standing == "running":
            continue
        why = _hopeless(call, state)
        if not why:
            return _settle(call, state, config)
        parked = parked or _park(call, why)
    return parked


def question_of_doubt(state: State, config: Config) -> Command | None:
    """What a person is to be asked about the calls in doubt; None where there is no question, or none that helps."""
    for call in state.open:
        if call.standing not in ("running", "again") and not _hopeless(call, state):
            command = _settle(call, state, config)
            if isinstance(command, AskHuman):
                return command
    return None


def _hopeless(call: Open, state: State) -> str:
    """Why nothing can be done about a call for now; empty where something can."""
    wait, cap = call.not_before - state.at, state.limits.retry_wait_ms
    if call.standing == "unknown" or call.unheard >= state.limits.tries:
        return "may or may not have happened, and no person can tell"
    return f"asked to wait {wait} ms, the cap is {cap}" if wait > cap else ""


def _settle(call: Open, state: State, config: Config) -> Command:
    """Ask the tool, repeat under the same key, give up what surely did not happen, or name the call to a person."""
    tool = config.tool(call.intent.call.name)
    effect, kind = (tool.effect, tool.kind) if tool else ("irreversible", "blind")
    if call.standing == "asking":
        return _ask_human(call, "a question was left open")
    why = _no_way(call, state, config)
    if why:
        harmless = effect == "read" or call.standing == "again"
        return _give_up(call, why) if harmless else _ask_human(call, why)
    if effect == "read":
        return _repeat(call, state.careful)
    if call.standing == "again" or kind == "deduplicating":
        return _repeat(call, True)
    if kind == "queryable":
        return Query(rule="doubt", facts=_facts(call), intent=call.intent, not_before=call.not_before)
    return _ask_human(call, "the tool can neither be asked nor recognise a repeated key")


def _no_way(call: Open, state: State, config: Config) -> str:
    """Why the tool itself can settle nothing any more; empty where it can."""
    named = call.intent.call
    validate = config.validators.get(named.name)
    if validate is None:
        return f"there is no tool {named.name!r} any more"
    changed = validate(named.arguments)
    if changed:
        return f"the tool is another one now: {changed}"
    if call.barred:
        return f"the tool refuses: {call.error}"
    tried = call.failures >= state.limits.tries
    return f"no outcome after {call.failures} tries, the last {call.error}" if tried else ""


def _facts(call: Open) -> dict[str, object]:
    return {"call": call.intent.call.id, "key": call.intent.key, "failures": call.failures}


def _repeat(call: Open, flush: bool) -> Command:
    return CallAll(rule="doubt", facts=_facts(call), intents=(call.intent,), flush=flush, not_before=call.not_before)


def _ask_human(call: Open, why: str) -> Command:
    not_before = call.not_before if call.unheard else 0
    return AskHuman(rule="doubt", facts=_facts(call), intent=call.intent, why=why, not_before=not_before)


def _park(call: Open, why: str) -> Command:
    named = call.intent.call
    reason = f"{named.name} {why}: call {named.id}, {named.arguments}, {call.error}"
    entry = Finished(rule="doubt", facts=_facts(call), outcome="parked", reason=reason)
    return Note(rule="doubt", entries=(entry,), flush=True)


def _give_up(call: Open, why: str) -> Command:
    result = Result(status="error", error=f"given up, it did not happen: {why}")
    entry = Returned(rule="doubt", facts=_facts(call), id=call.intent.call.id, result=result)
    return Note(rule="doubt", entries=(entry,))
