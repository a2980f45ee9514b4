"""A compact journaling loop that survives every crash point. Each of its steps can be replaced by a wrong one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from harness.errors import ConnectionLost, DoorError, RateLimited, ServerFailed, TimedOut
from harness.host import Host
from harness.journal import Writer, decode
from harness.types import Message, Question, Reply, Request, Result, ToolCall

Entry = dict[str, Any]


@dataclass
class Book:
    """One life: the steps of the loop, the host, the entries so far, and which calls an earlier life had begun."""

    steps: Loop
    host: Host
    entries: list[Entry]
    writer: Writer
    doubtful: frozenset[str] = frozenset()

    def note(self, kind: str, **fields: Any) -> None:
        """Append one entry, unflushed."""
        self.entries.append({"type": kind, **fields})
        self.host.append(self.writer.frame(msgspec.json.encode(self.entries[-1])))

    def flush(self, before: str) -> None:
        """Make everything noted durable before a call, a request, a pause or the end."""
        if self.writer.dirty:
            self.steps.barrier(self.host, before)
            self.writer.flushed()

    def of(self, kind: str) -> list[Entry]:
        """The entries of a type."""
        return [entry for entry in self.entries if entry["type"] == kind]

    @property
    def outcomes(self) -> dict[str, Result]:
        """Results by call id."""
        return {entry["id"]: msgspec.convert(entry["result"], Result) for entry in self.of("Returned")}

    @property
    def replies(self) -> list[Reply]:
        """Every reply so far."""
        return [msgspec.convert(entry["reply"], Reply) for entry in self.of("Replied")]

    @property
    def open(self) -> list[ToolCall]:
        """Calls of the last reply without outcome."""
        done = self.outcomes
        return [call for reply in self.replies[-1:] for call in reply.calls if call.id not in done]


def read(host: Host) -> tuple[list[Entry], int]:
    """The entries on disk, a torn tail cut off, and how many flushes they know of."""
    data = host.read()
    found = decode(data)
    if found.size < len(data):
        host.truncate(found.size)
    return [json.loads(record.json) for record in found.records], found.records[-1].barrier + 1 if found.records else 0


def barrier(host: Host, before: str) -> None:
    """Flush."""
    host.flush()


def view(book: Book) -> list[Message]:
    """The goal, every reply, and the outcomes of its calls in the order of the calls."""
    messages = [Message("user", book.host.goal, pinned=True)]
    outcomes = book.outcomes
    for reply in book.replies:
        messages.append(Message("assistant", reply.text, reply.calls))
        shown = ((call.id, outcomes[call.id]) for call in reply.calls if call.id in outcomes)
        messages.extend(Message("tool", result.content or result.error, call_id=id) for id, result in shown)
    return messages


def exhausted(book: Book) -> bool:
    """Whether the turns of the whole run are used up."""
    return len(book.replies) >= book.host.limits.turns


async def ask(book: Book) -> Reply | None:
    """Ask the model, with backoff that outlives a crash; None where the tries are used up."""
    host = book.host
    while True:
        last = max((index for index, entry in enumerate(book.entries) if entry["type"] == "Replied"), default=0)
        failures = [entry for entry in book.entries[last:] if entry["type"] == "Failed" and entry["what"] == "model"]
        if len(failures) >= host.limits.tries:
            return None
        if failures:
            await host.sleep(failures[-1]["not_before"] - host.now())
        book.flush("request")
        try:
            return await host.model(Request(tuple(book.steps.view(book)), host.tools))
        except (RateLimited, ServerFailed, ConnectionLost, TimedOut) as error:
            wait = max(error.retry_after_ms or 1_000, 0)
            book.note("Failed", what="model", error=type(error).__name__, not_before=host.now() + wait)
            book.flush("pause")


def key(book: Book, call: ToolCall) -> str:
    """The idempotency key of a call: the same in every life."""
    return f"{book.host.session}/{call.id}"


async def settle(book: Book, call: ToolCall) -> Result | None:
    """What became of a call in doubt; None where it may be repeated under its key."""
    tool = next(tool for tool in book.host.tools if tool.name == call.name)
    own = book.steps.key(book, call)
    if tool.effect == "read" or tool.kind == "deduplicating":
        return None
    if tool.kind == "queryable":
        return await book.host.query(call.name, own)
    answer = await book.host.human(Question("Did this happen?", call.name, own, call.arguments))
    return answer.result if answer.happened else None


def wrong(book: Book, call: ToolCall) -> str:
    """Why a call must not be executed; empty where it may be."""
    if book.replies[-1].stop not in ("end", "calls"):
        return "your answer ended early"
    tool = next((tool for tool in book.host.tools if tool.name == call.name), None)
    try:
        given = json.loads(call.arguments)
    except ValueError:
        return "the arguments are not JSON"
    lacks = [] if tool is None else [name for name in tool.schema.get("required", ()) if name not in given]
    return f"the arguments lack {lacks[0]}" if lacks else ""


async def act(book: Book, call: ToolCall) -> None:
    """Make one call, or find out what became of it; note the outcome."""
    doubtful = call.id in book.doubtful
    problem = wrong(book, call)
    result = Result(status="error", error=problem) if problem else None
    for _ in range(0 if problem else book.host.limits.tries):
        result = await book.steps.settle(book, call) if doubtful else None
        if result is not None:
            break
        try:
            result = await book.host.tool(call, book.steps.key(book, call), book.host.limits.tool_timeout_ms)
            break
        except (ConnectionLost, TimedOut) as error:
            book.note("Failed", what=call.id, error=type(error).__name__, not_before=0)
            doubtful = True
        except DoorError as error:
            result = Result(status="error", error=error.message)
            break
    book.note("Returned", id=call.id, result=msgspec.to_builtins(result or Result(status="error", error="unknown")))


async def work(book: Book) -> None:
    """Intents first, durable; then all calls of the turn at once."""
    begun = {intent["call"]["id"] for entry in book.of("Called") for intent in entry["intents"]}
    fresh = [call for call in book.open if call.id not in begun]
    if fresh:
        intents = [{"call": msgspec.to_builtins(call), "key": book.steps.key(book, call)} for call in fresh]
        book.note("Called", intents=intents)
    book.flush("call")
    await asyncio.gather(*(book.steps.act(book, call) for call in book.open))


@dataclass(frozen=True)
class Loop:
    """The loop, its steps by name."""

    read: Callable[[Host], tuple[list[Entry], int]] = read
    barrier: Callable[[Host, str], None] = barrier
    view: Callable[[Book], list[Message]] = view
    exhausted: Callable[[Book], bool] = exhausted
    ask: Callable[[Book], Awaitable[Reply | None]] = ask
    key: Callable[[Book, ToolCall], str] = key
    settle: Callable[[Book, ToolCall], Awaitable[Result | None]] = settle
    act: Callable[[Book, ToolCall], Awaitable[None]] = act
    work: Callable[[Book], Awaitable[None]] = work

    async def run(self, host: Host) -> None:
        """Run or resume."""
        entries, barriers = self.read(host)
        begun = frozenset(
            intent["call"]["id"] for entry in entries if entry["type"] == "Called" for intent in entry["intents"]
        )
        book = Book(self, host, entries, Writer(barriers), begun)
        if not entries:
            book.note("Started", session=host.session)
        while not book.of("Finished"):
            if book.open:
                await self.work(book)
            elif book.replies and not book.replies[-1].calls:
                book.note("Finished", outcome="completed")
            elif self.exhausted(book):
                book.note("Finished", outcome="failed", reason="out of turns")
            else:
                reply = await self.ask(book)
                if reply is None:
                    book.note("Finished", outcome="failed", reason="the model does not answer")
                else:
                    book.note("Replied", reply=msgspec.to_builtins(reply))
        book.flush("end")


LOOP = Loop()
