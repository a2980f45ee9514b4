"""Tool calls: what may not be executed is answered with the reason; the rest is begun, all calls of a turn at once."""

from __future__ import annotations

from zlib import crc32

from harness.orchestrators.reference.answers import WHOLE
from harness.orchestrators.reference.commands import CallAll, Command, Note
from harness.orchestrators.reference.config import Config
from harness.orchestrators.reference.entries import Intent, Returned
from harness.orchestrators.reference.state import State
from harness.types import Result, ToolCall


def reject_calls(state: State, config: Config) -> Command | None:
    """Answer calls that must not be executed: of a partial answer, of tools not offered, with arguments off the schema."""
    if not state.pending:
        return None
    refused = []
    for call in state.pending:
        problem = _problem(state, config, call)
        if problem:
            refused.append(Returned(rule="calls", id=call.id, result=Result(status="error", error=problem)))
    return Note(rule="calls", entries=tuple(refused)) if refused else None


def _problem(state: State, config: Config, call: ToolCall) -> str:
    if state.reply is not None and state.reply.stop not in WHOLE:
        return f"your answer ended early ({state.reply.stop}); nothing of it was executed"
    if call.id in state.reused:
        return "this call used the id of an earlier one; nothing was executed, use a new id"
    validate = config.validators.get(call.name)
    offered = [tool.name for tool in config.offered(state.view.first(len(state.view) - 1))]
    if validate is None or call.name not in offered:
        return f"there is no tool {call.name!r}; the tools are {', '.join(offered)}"
    return validate(call.arguments)


def begin_calls(state: State, config: Config) -> Command | None:
    """Begin every call of the turn that has not begun. The first ones after a crash are durable first, whatever they do."""
    if not state.pending:
        return None
    intents = tuple([Intent(call, key_of(state, call)) for call in state.pending])
    flush = state.careful
    for call in state.pending:
        tool = config.tool(call.name)
        flush = flush or tool is None or tool.effect != "read"
    return CallAll(rule="calls", intents=intents, flush=flush)


def key_of(state: State, call: ToolCall) -> str:
    """The idempotency key of a call: stable over crashes, and another one for another payload."""
    session = state.started.session if state.started else ""
    ids = [other.id for other in state.reply.calls] if state.reply else []
    index = ids.index(call.id) if call.id in ids else 0
    return f"{session}-{state.turn}-{index}-{crc32((call.name + call.arguments).encode()):08x}"
