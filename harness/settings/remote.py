"""The doors as the child of the `process` setting has them: each passage is a question to the parent.

The disk doors act on the real file, here, but only when the parent says so: it is told before and after, so that it can
kill this process in between.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from zlib import crc32

from harness.settings import frames
from harness.settings.travel import card_of, error_of, tool_of
from harness.types import Answer, Limits, Message, Policy, Question, Reply, Request, Result, Tool, ToolCall

if TYPE_CHECKING:
    from harness.settings.child import ChildLoop

READ_BYTES = 1 << 20


class RemoteHost:
    """What `Host` offers an orchestrator, and no more; behind every door is the parent."""

    def __init__(self, start: frames.Start, loop: ChildLoop, policy: Policy, journal: int) -> None:
        self._loop = loop
        self._pipe = loop.pipe
        self._journal = journal
        self._doors = 0
        self._sent: tuple[Message, ...] = ()
        self.goal: str = start.goal
        self.tools: tuple[Tool, ...] = tuple(map(tool_of, start.tools))
        self.limits: Limits = start.limits
        self.session: str = start.session
        self.policy: Policy = policy
        self.budget: int = start.budget
        self.window: int = start.window
        self.standing: Any = None
        self.memory: dict[str, Any] | None = None
        self._known = {tool.name: tool for tool in self.tools}

    # the disk

    def read(self) -> bytes:
        """The journal as it is on disk now, flushed or not."""
        return self._disk("disk:read")

    def append(self, data: bytes) -> None:
        """Add bytes to the journal; only `flush` makes them survive a crash. Raises `DiskFailed`."""
        self._disk("disk:append", bytes(data))

    def flush(self) -> None:
        """Make every appended byte durable. Raises `DiskFailed`, after which nothing about them is known."""
        self._disk("disk:flush")

    def truncate(self, size: int) -> None:
        """Cut the journal to `size` bytes, durably."""
        self._disk("disk:truncate", size=size)

    def _disk(self, site: str, data: bytes = b"", size: int = 0) -> bytes:
        self._pipe.send(frames.Disk(self._loop.news(), site, data, size))
        found = b""
        while True:
            match self._pipe.receive():
                case frames.Act(data=written):
                    found = self._act(site, written, size)
                case frames.Tear(data=torn):
                    self._write(torn)
                    os.kill(os.getpid(), signal.SIGKILL)
                case frames.Refused(now=now, failure=failure):
                    self._loop.catch_up(now)
                    raise error_of(failure)
                case frames.Passed(now=now):
                    self._loop.catch_up(now)
                    return found

    def _act(self, site: str, data: bytes, size: int) -> bytes:
        found = b""
        try:
            match site:
                case "disk:read":
                    found = self._read()
                case "disk:append":
                    self._write(data)
                case "disk:flush":
                    os.fsync(self._journal)
                case "disk:truncate":
                    os.ftruncate(self._journal, size)
                    os.fsync(self._journal)
            self._pipe.send(frames.Acted(os.fstat(self._journal).st_size, crc32(found)))
        except OSError as error:
            self._pipe.send(frames.Acted(0, 0, str(error)))
        return found

    def _read(self) -> bytes:
        parts, position = [], 0
        while part := os.pread(self._journal, READ_BYTES, position):
            parts.append(part)
            position += len(part)
        return b"".join(parts)

    def _write(self, data: bytes) -> None:
        """Write all of it: the kernel may take less at a time. (An interrupted call is repeated by Python itself.)"""
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._journal, rest) :]

    # model, tools, human, time

    async def model(self, request: Request, timeout_ms: int | None = None) -> Reply:
        """Ask the model. Raises the `DoorError` that the vendor's answer amounts to, or `TimedOut`."""
        view = tuple(item for item in request.messages if type(item) is Message)
        wrong = next((repr(item) for item in request.messages if type(item) is not Message), "")
        shared = _common(self._sent, view)
        self._sent = view
        known = self._known
        tools = tuple(item.name if known.get(item.name) == item else card_of(item) for item in request.tools)
        asked = frames.Asked(shared, view[shared:], tools, request.max_output, wrong)
        outcome = await self._pass(frames.Model(self._next(), self._loop.news(), asked, timeout_ms))
        assert outcome.value is not None
        return outcome.value

    async def tool(self, call: ToolCall, key: str, timeout_ms: int | None = None) -> Result:
        """Execute one call under an idempotency key. A refusal is a `Result`; a lost answer or a deadline raises."""
        outcome = await self._pass(frames.Tool(self._next(), self._loop.news(), call, key, timeout_ms))
        assert outcome.result is not None
        return outcome.result

    async def query(self, tool: str, key: str, timeout_ms: int | None = None) -> Result | None:
        """Ask a queryable tool what became of a key: the result of the effect, or None where it never happened."""
        return (await self._pass(frames.Query(self._next(), self._loop.news(), tool, key, timeout_ms))).result

    async def human(self, question: Question) -> Answer:
        """Ask a person and wait."""
        outcome = await self._pass(frames.Human(self._next(), self._loop.news(), question))
        assert outcome.answer is not None
        return outcome.answer

    async def sleep(self, ms: int) -> None:
        """Wait virtual milliseconds; negative ones are none."""
        await self._pass(frames.Sleep(self._next(), self._loop.news(), ms))

    def now(self) -> int:
        """Virtual milliseconds since the run began, as this machine's clock says: a fault may make it jump."""
        return self._loop.now_ms + self._loop.off_ms

    def _next(self) -> int:
        self._doors += 1
        return self._doors

    async def _pass(self, door: frames.Door) -> frames.Outcome:
        self._pipe.send(door)
        said: Any = self._pipe.receive()
        self._loop.catch_up(said.now)
        waits = isinstance(said, frames.Pending)
        outcome: frames.Outcome = await self._loop.answer(door.id) if waits else said
        if outcome.cancelled:
            raise RuntimeError("a door that answers at once cannot have been cancelled")
        if outcome.failure is not None:
            raise error_of(outcome.failure)
        return outcome


def _common(before: Sequence[Message], after: Sequence[Message]) -> int:
    most = min(len(before), len(after))
    if before[:most] == after[:most]:
        return most
    return next(index for index in range(most) if before[index] != after[index])
