"""The state of a session, and `evolve`: the fold of the journal. No I/O, no clock, no randomness.

`evolve` is total: every entry is legal in every state, because a journal may end anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from harness.orchestrators.reference.answers import DONE, useful
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
from harness.orchestrators.reference.loops import Loop, turned
from harness.tokens import message_tokens
from harness.types import Limits, Message, Reply, Result, ToolCall, Usage, shown
from harness.vector import Vector

Standing = Literal["running", "doubt", "again", "asking", "unknown"]

REFUSALS = ("RateLimited", "AuthenticationFailed", "InvalidRequest", "ContextTooLong")
"""Errors of attempts that had no effect: the call was turned away at the tool's door."""


class Open(msgspec.Struct, frozen=True, gc=False):
    """A call without outcome.

    `again`: known not to have happened, so it may be repeated under its key. `unknown`: a person was asked and cannot tell.
    `doubtful`: an earlier attempt may have had its effect, so that a refusal of this one says nothing about the call.
    `unheard` counts the questions to a person that got no answer. `barred`: the tool turned it away for good.
    """

    intent: Intent
    standing: Standing = "running"
    doubtful: bool = False
    barred: bool = False
    failures: int = 0
    unheard: int = 0
    not_before: int = 0
    error: str = ""


class State(msgspec.Struct, frozen=True, gc=False):
    """Everything `decide` may know; a pure function of the journal.

    `pending` are calls of the last reply that were not begun, `open` those without outcome, `returned` the outcomes of
    the turn so far. `tokens` and `cost` count every request, answered or not; `asked` is the size of the last one,
    `wasted` counts answers that could not be used. `idle_ms` is time spent on people and between lives.

    `stalled` counts lives in a row that ended without an outcome, `unusable` answers in a row that were empty or cut.
    `deadly` counts for each tool the lives that died in one of its calls since it last answered one by itself: that a
    person knows what became of a call is no proof that the next one can be made.
    After a crash the session is `careful` until a call has an outcome: every intent is made durable, so that a call which
    kills the process is known by its name. `overflow` is the vendor's word that the request is too long;
    `compacted_turn` and `shrunk_turn` tell when the policy was last asked and when the view was last made to fit.
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
    returned: tuple[tuple[str, str], ...] = ()
    failure: Failed | None = None
    failures: int = 0
    tokens: int = 0
    cost: int = 0
    asked: int = 0
    wasted: int = 0
    idle_ms: int = 0
    waiting_since: int | None = None
    warned: tuple[str, ...] = ()
    unusable: int = 0
    loop: Loop = Loop()
    stalled: int = 0
    deadly: tuple[tuple[str, int], ...] = ()
    careful: bool = False
    overflow: Failed | None = None
    compacting: Compacting | None = None
    condensed: tuple[Condensed, ...] = ()
    compacted_turn: int = -1
    shrunk_turn: int = -1

    @property
    def limits(self) -> Limits:
        """The caps the session started with."""
        return self.started.limits if self.started else Limits()

    @property
    def compute_ms(self) -> int:
        """Time spent on the work itself, over all lives."""
        return self.at - (self.started.at if self.started else 0) - self.idle_ms


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
    """What was under way is in doubt. The time between lives is idle, but for one request that may have been in flight."""
    idle = state.idle_ms
    if state.waiting_since is None:
        in_flight = 0 if state.finished else state.limits.model_timeout_ms
        idle += max(0, entry.at - state.at - in_flight)
    if state.finished is not None and state.finished.outcome == "parked":
        state = _afresh(state, entry.at)
    return replace(
        state, at=entry.at, lives=state.lives + 1, idle_ms=idle, stalled=state.stalled + 1, careful=True,
        open=tuple(map(_in_doubt, state.open)), deadly=_died_in(state) if state.open else state.deadly,
    )  # fmt: skip


def _in_doubt(call: Open) -> Open:
    """A call after a death: one that was under way is in doubt, and what is in doubt may have had its effect."""
    if call.standing in ("running", "doubt"):
        return replace(call, standing="doubt", doubtful=True)
    return call


def _died_in(state: State) -> tuple[tuple[str, int], ...]:
    """One more death for every tool that was being called."""
    running = {call.intent.call.name for call in state.open if call.standing == "running"}
    if not running:
        return state.deadly
    deaths = dict(state.deadly)
    for name in sorted(running):
        deaths[name] = deaths.get(name, 0) + 1
    return tuple(deaths.items())


def _answered_by_itself(state: State, call_id: str) -> tuple[tuple[str, int], ...]:
    """No more deaths for the tool of a call that was under way, and has an outcome."""
    names = [
        call.intent.call.name for call in state.open if call.standing == "running" and call.intent.call.id == call_id
    ]
    return tuple(known for known in state.deadly if known[0] not in names)


def _afresh(state: State, at: int) -> State:
    """A parked session is taken up again: every count of tries begins anew; budgets do not, nor does a wait that binds."""
    cap = state.limits.retry_wait_ms
    still = tuple(
        replace(
            call, standing="doubt" if call.standing == "unknown" else call.standing, barred=False, failures=0,
            unheard=0, not_before=call.not_before if call.not_before - at <= cap else 0,
        )
        for call in state.open
    )  # fmt: skip
    failure = state.failure
    if failure is not None:
        absurd = failure.not_before - failure.at > cap
        failure = replace(failure, remedy="again", not_before=0 if absurd else failure.not_before)
    return replace(
        state, finished=None, open=still, failure=failure, failures=0, overflow=None, compacted_turn=-1,
        shrunk_turn=-1, unusable=0, loop=Loop(), stalled=-1, deadly=(),
    )  # fmt: skip


def _asked(state: State, entry: Asked) -> State:
    return replace(
        state, at=entry.at, tokens=state.tokens + entry.tokens, cost=state.cost + entry.tokens, asked=entry.tokens
    )


def _price(state: State, usage: Usage | None, own: int) -> tuple[int, int]:
    """Tokens and cost of an answer: our own count is the least, what was reserved for it the most.

    The cost takes back what the vendor read from its cache, which is never more than the request had.
    """
    if usage is None:
        return own, 5 * own
    output, cached = usage.output, usage.cached
    if output != own:
        output = max(own, min(output, state.limits.max_output))
    if not 0 <= cached <= state.asked:
        cached = state.asked if cached > 0 else 0
    return output, 5 * output - cached * 9 // 10


def _replied(state: State, entry: Replied) -> State:
    reply = entry.reply
    view = state.view.append(Message("assistant", entry.told or reply.text, reply.calls))
    output, cost = _price(state, reply.usage, view.weight - state.view.weight)
    return replace(
        state, at=entry.at, turn=state.turn + 1, reply=reply, reused=entry.reused, pending=reply.calls, open=(),
        returned=(), view=view, tokens=state.tokens + output, cost=state.cost + cost, failure=None, failures=0,
        overflow=None, stalled=0, unusable=0 if useful(reply) else state.unusable + 1,
    )  # fmt: skip


def _failed(state: State, entry: Failed) -> State:
    if entry.what not in REQUESTS:
        deadly = _answered_by_itself(state, entry.what) if state.deadly else ()
        state = replace(state, at=entry.at, stalled=0, careful=False, deadly=deadly)
        return _with_call(state, entry.what, lambda call: _call_failed(call, entry))
    state = replace(
        state, at=entry.at, failure=entry, failures=state.failures + 1, stalled=0,
        tokens=state.tokens + entry.tokens, cost=state.cost + 5 * entry.tokens,
    )  # fmt: skip
    if entry.what == "model":
        overflow = entry if entry.remedy == "shrink" else state.overflow
        return replace(state, overflow=overflow, wasted=state.wasted + entry.answered)
    if entry.remedy == "none":
        return replace(state, compacting=None, condensed=(), compacted_turn=state.turn, failures=0)
    return state


def _call_failed(call: Open, entry: Failed) -> Open:
    """A refused attempt had no effect, whatever earlier ones had; a question without answer leaves all as it was."""
    call = replace(call, not_before=entry.not_before, error=f"{entry.error}: {entry.message}")
    if call.standing == "asking":
        return replace(call, unheard=call.unheard + 1)
    doubtful = call.doubtful or entry.error not in REFUSALS
    return replace(
        call, standing="doubt" if doubtful else "again", doubtful=doubtful, failures=call.failures + 1,
        barred=entry.remedy != "again",
    )  # fmt: skip


def _called(state: State, entry: Called) -> State:
    if state.open:
        known = {call.intent.call.id: call for call in state.open}
        for intent in entry.intents:
            before = known.get(intent.call.id)
            known[intent.call.id] = replace(before, standing="running") if before else Open(intent)
        opened = tuple(known.values())
    else:
        opened = tuple(map(Open, entry.intents))
    begun = [intent.call.id for intent in entry.intents]
    pending = tuple([call for call in state.pending if call.id not in begun])
    return replace(state, at=entry.at, pending=pending, open=opened)


def _returned(state: State, entry: Returned) -> State:
    calls = state.reply.calls if state.reply else ()
    outcomes = dict(state.returned)
    if entry.id in outcomes or entry.id not in [call.id for call in calls]:
        return replace(state, at=entry.at)
    outcomes[entry.id] = entry.told or shown(entry.result)
    view, loop = state.view, state.loop
    if len(outcomes) == len(calls):
        turn = []
        for call in calls:
            told = outcomes[call.id]
            view = view.append(Message("tool", told, call_id=call.id))
            turn.append((call.name, call.arguments, told))
        loop = turned(loop, tuple(turn))
    return replace(
        state, at=entry.at, view=view, loop=loop, stalled=0, careful=False, returned=tuple(outcomes.items()),
        pending=tuple([call for call in state.pending if call.id != entry.id]) if state.pending else (),
        open=tuple([call for call in state.open if call.intent.call.id != entry.id]),
        deadly=_answered_by_itself(state, entry.id) if state.deadly else (),
    )  # fmt: skip


def _waiting(state: State, entry: Waiting) -> State:
    since = state.waiting_since if state.waiting_since is not None else entry.at
    state = replace(state, at=entry.at, waiting_since=since)
    return _with_call(state, entry.id, lambda call: replace(call, standing="asking"))


def _answered(state: State, entry: Answered) -> State:
    """A call that did not happen is where it was before: no step forward, or a crash loop would never be seen as one."""
    waited = entry.at - state.waiting_since if state.waiting_since is not None else 0
    state = replace(state, at=entry.at, waiting_since=None, idle_ms=state.idle_ms + waited)
    if entry.happened:
        result = entry.result or Result()
        told = entry.told or ("" if result.content or result.error else DONE)
        return _returned(state, Returned(at=entry.at, id=entry.id, result=result, told=told))
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
    reply = entry.reply
    output, cost = _price(state, reply.usage, message_tokens(Message("assistant", reply.text, reply.calls)))
    return replace(
        state, at=entry.at, condensed=(*state.condensed, entry), tokens=state.tokens + output,
        cost=state.cost + cost, failure=None, failures=0, stalled=0,
    )  # fmt: skip


def _compacted(state: State, entry: Compacted) -> State:
    """The new view. What was looked up before may have to be looked up again: that is no circle."""
    messages: list[Message] = []
    for part in entry.view:
        messages.extend((part,) if isinstance(part, Message) else state.view[part[0] : part[1]])
    return replace(
        state, at=entry.at, view=Vector(messages, message_tokens), compacting=None, condensed=(),
        compacted_turn=state.turn, shrunk_turn=state.turn if state.overflow else state.shrunk_turn, overflow=None,
        failure=None, failures=0, loop=Loop(), stalled=0,
    )  # fmt: skip


def _warned(state: State, entry: Warned) -> State:
    return replace(state, at=entry.at, warned=(*state.warned, entry.cap))


def _nudged(state: State, entry: Nudged) -> State:
    return replace(state, at=entry.at, reply=None, view=state.view.append(Message("user", entry.text)))


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
