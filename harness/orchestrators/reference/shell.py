"""The shell: reads the journal, folds it, and does what `decide` says. The only part that touches the door.

Intent before effect, outcome after. A barrier belongs to a command: the intent of a mutating call is durable before the
call, an outcome is durable before the next request that contains it. So a read-only step costs one flush, a mutating two.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from msgspec import convert, to_builtins
from msgspec.structs import replace

from harness.errors import DiskFailed, DoorError
from harness.host import Host
from harness.journal import VERSION, Writer
from harness.orchestrators.reference.answers import (
    clipped,
    contradiction,
    failed_answer,
    odd_usage,
    plain,
    sound_reply,
    sound_result,
    told,
    unusable,
)
from harness.orchestrators.reference.commands import Ask, AskHuman, CallAll, Command, Condense, Note, Query
from harness.orchestrators.reference.config import Config, make_config
from harness.orchestrators.reference.entries import (
    Answered,
    Asked,
    Called,
    Condensed,
    Entry,
    Failed,
    Intent,
    Replied,
    Resumed,
    Returned,
    Started,
    Waiting,
    encode,
)  # fmt: skip
from harness.orchestrators.reference.recollection import Recollection
from harness.orchestrators.reference.restore import Restored, durable_size, restore, whole_size
from harness.orchestrators.reference.rules import decide
from harness.orchestrators.reference.rules.failures import failed, wait_after
from harness.orchestrators.reference.standing import standing
from harness.orchestrators.reference.state import State, evolve
from harness.plain import mended, plain_repr
from harness.types import Question, Reply, Request, Result, ToolCall, View

CLOCK_SLACK_MS = 60_000
"""A clock that moves on by so much more than anything here can take has jumped."""


DOWN_MAX_MS = 1 << 60
"""How long a session may lie still between two lives: as long as it likes."""


async def run(host: Host) -> str:
    """Run or resume the session of this host's journal to its end; return the answer, or why there is none.

    A disk that refuses parks the session: what is durable is a whole prefix, and nothing was done without its intent.
    Raises `JournalError`, before anything passes another door, for a journal that may not be continued.
    """
    try:
        return await _run(host)
    except DiskFailed as error:
        return f"parked: {error.message}; resume when the disk can be used again"


async def _run(host: Host) -> str:
    shell = _Shell(host)
    while True:
        command = decide(shell.state, shell.config)
        if command is None:
            finished = shell.state.finished
            shell.flush()
            return (finished.answer or finished.reason) if finished else ""
        await shell.perform(command)


class Contradiction(DoorError):
    """A result that is ok by its status and an error by its content, or of a status that nobody knows."""


def _recollection(host: Host, data: bytes) -> Recollection | None:
    """Where to keep what is written, in a life that begins a journal and was offered a place for it."""
    if host.memory is None or data or "reference" in host.memory:
        return None
    begun = host.memory["reference"] = Recollection()
    return begun


def _recalled(host: Host, data: bytes) -> Restored:
    """The journal, looked up where it is known and read where it is not."""
    known = host.memory.get("reference") if host.memory else None
    return (known.restored(data) if known else None) or restore(data, host.session)


class _Shell:
    """One life of the reference orchestrator. `state` is all that a resumed life knows; the rest follows from the host."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.config: Config = make_config(host.tools, host.policy, host.budget, host.window)
        data = host.read()
        self._recollection = _recollection(host, data)
        restored = restore(data, host.session) if host.memory is None else _recalled(host, data)
        if restored.size < len(data):
            host.truncate(restored.size)
        self._journal = Writer(restored.barrier)
        self._ids = set(restored.ids)
        self.state: State = restored.state
        self._noted: list[bytes] = []
        host.standing = lambda: standing(self.state, self.config)
        self._clock_off = max(0, self.state.at - host.now())
        self._step_max_ms = DOWN_MAX_MS
        self._open()
        limits = self.state.limits
        self._shown_max = self.config.shown_max(limits.max_output)
        waits = (limits.model_timeout_ms, limits.tool_timeout_ms, limits.data_timeout_ms, limits.retry_wait_ms)
        self._step_max_ms = max(waits) + CLOCK_SLACK_MS

    def _open(self) -> None:
        host, state = self.host, self.state
        if state.started is None:
            self.note(Started(rule="start", session=host.session, version=VERSION, goal=host.goal, limits=host.limits,
                              policy=plain_repr(host.policy), budget=host.budget))  # fmt: skip
        elif state.finished is None or state.finished.outcome == "parked":
            self.note(Resumed(rule="resume", facts={"lives": state.lives}, life=state.lives))

    def note(self, entry: Entry) -> None:
        """Record one entry, and fold it in. It reaches the disk before anything else passes the door (`write`)."""
        now = self.host.now() + self._clock_off
        if not 0 <= now - self.state.at <= self._step_max_ms:
            now = self._now()
        stamped = replace(entry, at=now)
        try:
            json = encode(stamped)
        except UnicodeEncodeError:  # a lone surrogate, which no journal in UTF-8 can hold
            stamped = convert(mended(to_builtins(stamped)), type(entry))
            json = encode(stamped)
        framed = self._journal.frame(json)
        self._noted.append(framed)
        self.state = evolve(self.state, stamped)
        if self._recollection is not None:
            self._recollection.add(framed, stamped, self.state)

    def _now(self) -> int:
        """The session's own time: the host's, but it never goes back and never leaps.

        A clock that jumps by more than anything under way can take is followed from where it is now; only people may
        take as long as they like. So waits are durations, and a jump neither eats a budget nor stretches a wait.
        """
        at, now = self.state.at, self.host.now() + self._clock_off
        if at <= now and (now - at <= self._step_max_ms or self.state.waiting_since is not None):
            return now
        self._clock_off += at - now
        return at

    def write(self) -> None:
        """Hand what was noted to the disk, in one append; of one that was cut short nothing is kept."""
        if not self._noted:
            return
        data = b"".join(self._noted)
        self._noted.clear()
        try:
            self.host.append(data)
        except DiskFailed:
            self._cut_back(whole_size)
            raise

    def flush(self) -> None:
        """Make everything recorded so far durable.

        After a flush that failed nobody knows what of it is on the disk, and another flush would not tell: what is not
        surely durable is cut off, so that the next life finds the truth, and nothing more is done in this one.
        """
        self.write()
        if not self._journal.dirty:
            return
        try:
            self.host.flush()
        except DiskFailed:
            self._cut_back(lambda data: durable_size(data, self._journal.barrier))
            raise
        self._journal.flushed()

    def _cut_back(self, size_of: Callable[[bytes], int]) -> None:
        """Leave no doubtful bytes on a disk that refused; one that refuses this too leaves them to the next life."""
        with suppress(DiskFailed):
            data = self.host.read()
            size = size_of(data)
            if size < len(data):
                self.host.truncate(size)

    async def perform(self, command: Command) -> None:
        """Do what a command says and record what came of it."""
        match command:
            case Note():
                for entry in command.entries:
                    self.note(entry)
                if command.flush:
                    self.flush()
            case Ask():
                await self._ask(command)
            case CallAll():
                await self._call_all(command)
            case Condense():
                await self._condense(command)
            case Query():
                await self._query(command)
            case AskHuman():
                await self._ask_human(command)

    async def _wait(self, not_before: int) -> None:
        """Wait as long as was asked for, counted from the newest entry: a clock that jumps meanwhile changes nothing."""
        wait = not_before - self.state.at
        if wait > 0:
            self.flush()
            await self.host.sleep(wait)

    async def _ask(self, command: Ask) -> None:
        await self._wait(command.not_before)
        tools = self.config.offered(self.state.view)
        request = Request(self.state.view, tools, self.state.limits.max_output)
        reply = await self._request("model", request, command.tokens)
        if reply is not None:
            self.note(self._replied(reply))

    async def _request(self, what: str, request: Request, tokens: int) -> Reply | None:
        """Send a request whose tokens are on the books before; None where it failed, which is recorded."""
        self.note(Asked(rule=what, tokens=tokens))
        self.flush()
        try:
            reply = sound_reply(await self.host.model(request, timeout_ms=self.state.limits.model_timeout_ms))
        except DoorError as error:
            self.note(failed(what, error, self.state.failures, self._now()))
            return None
        why = unusable(reply, what)
        if why is None:
            return reply
        now, failures = self._now(), self.state.failures
        self.note(failed_answer(what, reply, why, wait_after(what, failures, now), now))
        return None

    def _replied(self, reply: Reply) -> Replied:
        """The reply with ids that are unique in this session: a reused one is renamed, and refused by a rule."""
        calls, reused = [], []
        for index, call in enumerate(reply.calls):
            if call.id in self._ids:
                call = replace(call, id=f"{call.id}#{self.state.turn}.{index}")
                reused.append(call.id)
            self._ids.add(call.id)
            calls.append(call)
        told = clipped(reply.text, self._shown_max) if reply.text else ""
        odd = odd_usage(reply.usage)
        if not (reused or odd):
            return Replied(reply=reply, told=told)
        facts = {"usage": odd} if odd else None
        if reused:
            reply = replace(reply, calls=tuple(calls))
        return Replied(rule="ids" if reused else "usage", facts=facts, reply=reply, reused=tuple(reused), told=told)

    async def _call_all(self, command: CallAll) -> None:
        await self._wait(command.not_before)
        self.note(Called(rule=command.rule, facts=command.facts, intents=command.intents))
        if command.flush:
            self.flush()
        self.write()
        if len(command.intents) == 1:
            self.note(await self._call(command.intents[0]))
            return
        running = {asyncio.create_task(self._call(intent)) for intent in command.intents}
        try:
            while running:
                ended, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in ended:
                    self.note(task.result())
                self.write()
        finally:
            for task in running:  # the disk refused: what the others answer can no longer be recorded
                task.cancel()

    async def _call(self, intent: Intent) -> Entry:
        call = intent.call
        tool, limits = self.config.tool(call.name), self.state.limits
        timeout_ms = limits.data_timeout_ms if tool and tool.data else limits.tool_timeout_ms
        try:
            result = await self.host.tool(call, intent.key, timeout_ms=timeout_ms)
        except DoorError as error:
            return self._call_failed(call.id, error)
        if plain(result, self._shown_max):
            return Returned(id=call.id, result=result)
        return self._outcome(call, result)

    def _outcome(self, call: ToolCall, result: Result) -> Entry:
        """What a call returned; a mutating one that contradicts itself has not said whether it happened."""
        tool = self.config.tool(call.name)
        mutating = tool is None or tool.effect != "read"
        error = contradiction(result) if mutating else ""
        if error:
            return self._call_failed(call.id, Contradiction(f"the result says neither done nor not done: {error}"))
        result = sound_result(result)
        return Returned(id=call.id, result=result, told=told(result, mutating, self._shown_max))

    def _call_failed(self, call_id: str, error: DoorError) -> Failed:
        tried = (known.failures + known.unheard for known in self.state.open if known.intent.call.id == call_id)
        failures = next(tried, 0)
        return failed(call_id, error, failures, self._now())

    async def _query(self, command: Query) -> None:
        await self._wait(command.not_before)
        self.flush()
        call, key = command.intent.call, command.intent.key
        try:
            found = await self.host.query(call.name, key, timeout_ms=self.state.limits.tool_timeout_ms)
        except DoorError as error:
            self.note(self._call_failed(call.id, error))
            return
        if found is not None:
            result = sound_result(found)
            shown = told(result, True, self._shown_max)
            self.note(Returned(rule="doubt", facts={"found": True}, id=call.id, result=result, told=shown))
            return
        self.note(Called(rule="doubt", facts={"found": False}, intents=(command.intent,)))
        self.flush()
        self.note(await self._call(command.intent))

    async def _ask_human(self, command: AskHuman) -> None:
        call = command.intent.call
        await self._wait(command.not_before)
        text = f"Did {call.name} {call.arguments} take effect? Its outcome is indeterminate: {command.why}."
        self.note(Waiting(rule=command.rule, facts=command.facts, id=call.id, question=text))
        self.flush()
        try:
            answer = await self.host.human(Question(text, call.name, command.intent.key, call.arguments))
        except DoorError as error:
            self.note(self._call_failed(call.id, error))
            return
        facts: dict[str, Any] = {"happened": answer.happened}
        result = sound_result(answer.result) if answer.result else None
        shown = told(result, True, self._shown_max) if result else ""
        self.note(Answered(rule="doubt", facts=facts, id=call.id, happened=answer.happened, text=answer.text,
                           result=result, told=shown))  # fmt: skip

    async def _condense(self, command: Condense) -> None:
        await self._wait(command.not_before)
        view: View = command.view
        reply = await self._request("policy", Request(view, (), command.max_output), command.tokens)
        if reply is not None:
            self.note(Condensed(rule=command.rule, nth=command.nth, digest=command.digest, reply=reply))
