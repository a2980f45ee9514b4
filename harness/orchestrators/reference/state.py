"""The state of a session, and `evolve`: the fold of the journal. No I/O, no clock, no randomness.

`evolve` is total: every entry is legal in every state, because a journal may end anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from harness.orchestrators.reference.entries import (
    REQUESTS,
    Answered,
    Asked,
    Called,
    Compacted,
    Compacting,
    Condensed,
    Entry,
    Failed,
    Finished,
    Intent,
    Nudged,
    Replied,
    Resumed,
    Returned,
    Started,
    Waiting,
    Warned,
)  # fmt: skip
from harness.tokens import message_tokens
from harness.types import Limits, Message, Reply, Result, ToolCall, shown
from harness.vector import Vector

Standing = Literal["running", "doubt", "again", "asking", "unknown"]


class Open(msgspec.Struct, frozen=True, gc=False):
    """A call without outcome.

    `again`: known not to have happened, so it may be repeated under its key. `unknown`: a person was asked and cannot tell.
    `doubtful`: an earlier attempt may have had its effect, so that a refusal of this one says nothing about the call.
    `unheard` counts the questions to a person that got no answer.
    """

    intent: Intent
    standing: Standing = "running"
    doubtful: bool = False
    failures: int = 0
    unheard: int = 0
    not_before: int = 0
    error: str = ""


class State(msgspec.Struct, frozen=True, gc=False):
    """Everything `decide` may know; a pure function of the journal.

    `pending` are calls of the last reply that were not begun, `open` those without outcome, `returned` the outcomes of
    the turn so far. `tokens` and `cost` count every request, answered or not. `waited_ms` is time spent on people.
    """

    started: Started | None = None
    finished: Finished | None = None
    at: int = 0
    lives: int = 1
    turn: int = 0
    view: Vector[Message] = Vector((), message_tokens)
    reply: Reply | None = None
    reused: tuple[str, ...] = ()
    pending: tuple[ToolCall, ...] = ()
    open: tuple[Open, ...] = ()
    returned: tuple[tuple[str, Result], ...] = ()
    failure: Failed | None = None
    failures: int = 0
    tokens: int = 0
    cost: int = 0
    waited_ms: int = 0
    waiting_since: int | None = None
    warned: tuple[str, ...] = ()
    nudges: int = 0
    compacting: Compacting | None = None
    condensed: tuple[Condensed, ...] = ()
    compacted_turn: int = -1

    @property
    def limits(self) -> Limits:
        """The caps the session started with."""
        return self.started.limits if self.started else Limits()

    @property
    def overflowed(self) -> bool:
        """The last request did not fit the model's window."""
        failure = self.failure
        return failure is not None and failure.what == "model" and failure.error == "ContextTooLong"


def fold(entries: Iterable[Entry], state: State | None = None) -> State:
    """The state after the entries."""
    state = state or State()
    evolving = _EVOLVE
    for entry in entries:
        state = evolving[type(entry)](state, entry)
    return state


def evolve(state: State, entry: Entry) -> State:
    """The state after one more entry."""
    return _EVOLVE[type(entry)](state, entry)


def _started(state: State, entry: Started) -> State:
    goal = Message("user", entry.goal, pinned=True)
    return replace(state, started=entry, at=entry.at, view=Vector((goal,), message_tokens))


def _resumed(state: State, entry: Resumed) -> State:
    known = (replace(call, standing="doubt") if call.standing == "running" else call for call in state.open)
    still = tuple(replace(call, doubtful=True) if call.standing == "doubt" else call for call in known)
    return replace(state, at=entry.at, lives=state.lives + 1, open=still)


def _asked(state: State, entry: Asked) -> State:
    return replace(state, at=entry.at, tokens=state.tokens + entry.tokens, cost=state.cost + entry.tokens)


def _paid(state: State, reply: Reply) -> State:
    """Count the output, and take back the part of the input that the vendor read from its cache."""
    usage = reply.usage
    if usage is None:
        return state
    return replace(
        state, tokens=state.tokens + usage.output, cost=state.cost + 5 * usage.output - usage.cached * 9 // 10
    )


def _replied(state: State, entry: Replied) -> State:
    reply = entry.reply
    return replace(
        _paid(state, reply), at=entry.at, turn=state.turn + 1, reply=reply, reused=entry.reused,
        pending=reply.calls, open=(), returned=(),
        view=state.view.append(Message("assistant", reply.text, reply.calls)), failure=None, failures=0,
        nudges=state.nudges if not (reply.text or reply.calls) else 0,
    )  # fmt: skip


def _failed(state: State, entry: Failed) -> State:
    if entry.what in REQUESTS:
        state = replace(state, at=entry.at, failure=entry, failures=state.failures + 1)
        if entry.what == "policy" and entry.final:
            return replace(state, compacting=None, condensed=(), compacted_turn=state.turn, failures=0)
        return state
    return _with_call(replace(state, at=entry.at), entry.what, lambda call: _call_failed(call, entry))


def _call_failed(call: Open, entry: Failed) -> Open:
    """A refused attempt had no effect, whatever earlier ones had; a question without answer leaves all as it was."""
    call = replace(call, not_before=entry.not_before, error=f"{entry.error}: {entry.message}")
    if call.standing == "asking":
        return replace(call, unheard=call.unheard + 1)
    doubtful = call.doubtful or entry.error != "RateLimited"
    return replace(call, standing="doubt" if doubtful else "again", doubtful=doubtful, failures=call.failures + 1)


def _called(state: State, entry: Called) -> State:
    begun = {intent.call.id for intent in entry.intents}
    known = {call.intent.call.id: call for call in state.open}
    for intent in entry.intents:
        before = known.get(intent.call.id)
        known[intent.call.id] = replace(before, standing="running") if before else Open(intent)
    pending = tuple(call for call in state.pending if call.id not in begun)
    return replace(state, at=entry.at, pending=pending, open=tuple(known.values()))


def _returned(state: State, entry: Returned) -> State:
    calls = state.reply.calls if state.reply else ()
    if all(entry.id != call.id for call in calls) or any(entry.id == known for known, _ in state.returned):
        return replace(state, at=entry.at)
    returned = (*state.returned, (entry.id, entry.result))
    pending = tuple(call for call in state.pending if call.id != entry.id) if state.pending else ()
    still = tuple(call for call in state.open if call.intent.call.id != entry.id)
    view = state.view
    if len(returned) == len(calls):
        outcomes = dict(returned)
        for call in calls:
            result = outcomes[call.id]
            view = view.append(Message("tool", shown(result), call_id=call.id))
    return replace(state, at=entry.at, pending=pending, open=still, returned=returned, view=view)


def _waiting(state: State, entry: Waiting) -> State:
    since = state.waiting_since if state.waiting_since is not None else entry.at
    state = replace(state, at=entry.at, waiting_since=since)
    return _with_call(state, entry.id, lambda call: replace(call, standing="asking"))


def _answered(state: State, entry: Answered) -> State:
    waited = entry.at - state.waiting_since if state.waiting_since is not None else 0
    state = replace(state, at=entry.at, waiting_since=None, waited_ms=state.waited_ms + waited)
    if entry.happened:
        return _returned(state, Returned(at=entry.at, id=entry.id, result=entry.result or Result()))
    standing: Standing = "unknown" if entry.happened is None else "again"
    return _with_call(
        state, entry.id, lambda call: replace(call, standing=standing, doubtful=False, unheard=0, not_before=0)
    )


def _with_call(state: State, call_id: str, change: Callable[[Open], Open]) -> State:
    changed = tuple(change(call) if call.intent.call.id == call_id else call for call in state.open)
    return replace(state, open=changed)


def _compacting(state: State, entry: Compacting) -> State:
    return replace(state, at=entry.at, compacting=entry, condensed=())


def _condensed(state: State, entry: Condensed) -> State:
    return replace(
        _paid(state, entry.reply), at=entry.at, condensed=(*state.condensed, entry), failure=None, failures=0
    )


def _compacted(state: State, entry: Compacted) -> State:
    messages: list[Message] = []
    for part in entry.view:
        messages.extend((part,) if isinstance(part, Message) else state.view[part[0] : part[1]])
    return replace(
        state, at=entry.at, view=Vector(messages, message_tokens), compacting=None, condensed=(),
        compacted_turn=state.turn, failure=None, failures=0,
    )  # fmt: skip


def _warned(state: State, entry: Warned) -> State:
    return replace(state, at=entry.at, warned=(*state.warned, entry.cap))


def _nudged(state: State, entry: Nudged) -> State:
    return replace(
        state, at=entry.at, nudges=state.nudges + 1, reply=None, view=state.view.append(Message("user", entry.text))
    )


def _finished(state: State, entry: Finished) -> State:
    return replace(state, at=entry.at, finished=entry)


_EVOLVE: dict[type, Callable[[State, Any], State]] = {
    Started: _started,
    Resumed: _resumed,
    Asked: _asked,
    Replied: _replied,
    Failed: _failed,
    Called: _called,
    Returned: _returned,
    Waiting: _waiting,
    Answered: _answered,
    Compacting: _compacting,
    Condensed: _condensed,
    Compacted: _compacted,
    Warned: _warned,
    Nudged: _nudged,
    Finished: _finished,
}
