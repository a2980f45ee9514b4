"""The shell: reads the journal, folds it, and does what `decide` says. The only part that touches the door.

Intent before effect, outcome after. A barrier belongs to a command: the intent of a mutating call is durable before the
call, an outcome is durable before the next request that contains it. So a read-only step costs one flush, a mutating two.
"""

from __future__ import annotations

import asyncio
from typing import Any

from msgspec import convert, to_builtins
from msgspec.structs import replace

from harness.errors import DiskFailed, DoorError, InvalidRequest
from harness.host import Host
from harness.journal import VERSION, Writer, decode
from harness.orchestrators.reference.commands import Ask, AskHuman, CallAll, Command, Condense, Note, Query
from harness.orchestrators.reference.config import Config, make_config
from harness.orchestrators.reference.entries import (
    REQUESTS,
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
    decode_entries,
    encode,
)  # fmt: skip
from harness.orchestrators.reference.rules import decide
from harness.orchestrators.reference.rules.failures import failed
from harness.orchestrators.reference.standing import standing
from harness.orchestrators.reference.state import State, evolve, fold
from harness.plain import mended, plain_repr
from harness.types import Question, Reply, Request, Result, Tool, View


async def run(host: Host) -> str:
    """Run or resume the session of this host's journal to its end; return the answer, or why there is none.

    A disk that refuses parks the session: what is durable is a whole prefix, and nothing was done without its intent.
    """
    try:
        return await _run(host)
    except DiskFailed as error:
        return f"parked: {error.message}; resume when the disk takes writes again"


async def _run(host: Host) -> str:
    shell = _Shell(host)
    while True:
        command = decide(shell.state, shell.config)
        if command is None:
            finished = shell.state.finished
            shell.flush()
            return (finished.answer or finished.reason) if finished else ""
        await shell.perform(command)


class _Shell:
    """One life of the reference orchestrator."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.config: Config = make_config(host.tools, host.policy, host.budget, host.window)
        self._tools: dict[str, Tool] = {tool.name: tool for tool in host.tools}
        data = host.read()
        records = decode(data)
        entries = decode_entries(records.records, host.session)
        if records.size < len(data):
            host.truncate(records.size)
        self._journal = Writer(records.records[-1].barrier + 1 if records.records else 0)
        self._ids = {*REQUESTS} | {
            call.id for entry in entries if isinstance(entry, Replied) for call in entry.reply.calls
        }
        self.state: State = fold(entries)
        self._noted: list[bytes] = []
        host.standing = lambda: standing(self.state, self.config)
        self._open()

    def _open(self) -> None:
        host = self.host
        if self.state.started is None:
            self.note(Started(rule="start", session=host.session, version=VERSION, goal=host.goal, limits=host.limits,
                              policy=plain_repr(host.policy), budget=host.budget))  # fmt: skip
        elif self.state.finished is None:
            self.note(Resumed(rule="resume", facts={"lives": self.state.lives}, life=self.state.lives))

    def note(self, entry: Entry) -> None:
        """Record one entry, and fold it in. It reaches the disk before anything else passes the door (`write`)."""
        stamped = replace(entry, at=self.host.now())
        try:
            json = encode(stamped)
        except UnicodeEncodeError:  # a lone surrogate, which no journal in UTF-8 can hold
            stamped = convert(mended(to_builtins(stamped)), type(entry))
            json = encode(stamped)
        self._noted.append(self._journal.frame(json))
        self.state = evolve(self.state, stamped)

    def write(self) -> None:
        """Hand what was noted to the disk, in one append."""
        if self._noted:
            self.host.append(b"".join(self._noted))
            self._noted.clear()

    def flush(self) -> None:
        """Make everything recorded so far durable."""
        self.write()
        if self._journal.dirty:
            self.host.flush()
            self._journal.flushed()

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
        wait = not_before - self.host.now()
        if wait > 0:
            self.flush()
            await self.host.sleep(wait)

    async def _ask(self, command: Ask) -> None:
        await self._wait(command.not_before)
        request = Request(self.state.view, self.host.tools, self.state.limits.max_output)
        reply = await self._request("model", request, command.tokens)
        if reply is not None:
            self.note(self._replied(reply))

    async def _request(self, what: str, request: Request, tokens: int) -> Reply | None:
        """Send a request whose tokens are on the books before; None where it failed, which is recorded."""
        self.note(Asked(rule=what, tokens=tokens))
        self.flush()
        try:
            return await self.host.model(request, timeout_ms=self.state.limits.model_timeout_ms)
        except DoorError as error:
            self.note(failed(what, error, self.state.failures, self.host.now()))
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
        if not reused:
            return Replied(reply=reply)
        return Replied(rule="ids", reply=replace(reply, calls=tuple(calls)), reused=tuple(reused))

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
        while running:
            ended, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                self.note(task.result())
            self.write()

    async def _call(self, intent: Intent) -> Entry:
        call = intent.call
        tool, limits = self._tools.get(call.name), self.state.limits
        timeout_ms = limits.data_timeout_ms if tool and tool.data else limits.tool_timeout_ms
        try:
            result = await self.host.tool(call, intent.key, timeout_ms=timeout_ms)
        except InvalidRequest as error:
            return Returned(rule="calls", id=call.id, result=Result(status="error", error=error.message))
        except DoorError as error:
            return self._call_failed(call.id, error)
        return Returned(id=call.id, result=result)

    def _call_failed(self, call_id: str, error: DoorError) -> Failed:
        tried = (known.failures + known.unheard for known in self.state.open if known.intent.call.id == call_id)
        failures = next(tried, 0)
        return failed(call_id, error, failures, self.host.now())

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
            self.note(Returned(rule="doubt", facts={"found": True}, id=call.id, result=found))
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
        self.note(Answered(rule="doubt", facts=facts, id=call.id, happened=answer.happened, text=answer.text,
                           result=answer.result))  # fmt: skip

    async def _condense(self, command: Condense) -> None:
        await self._wait(command.not_before)
        view: View = command.view
        reply = await self._request("policy", Request(view, (), command.max_output), command.tokens)
        if reply is not None:
            self.note(Condensed(rule=command.rule, nth=command.nth, digest=command.digest, reply=reply))
