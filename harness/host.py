"""One life of a simulated process, and the only door from an orchestrator to model, tools, disk, clock and human.

Every passage is counted, may be struck by faults, and is written into the history. A crash shuts the doors for good: dead
doors never answer, and a dead disk raises `Crash`, so that no `finally: save()` writes after its own death.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, Never, TypeVar

import msgspec

from harness.clock import Clock
from harness.errors import Crash, DiskFailed, DoorError, HarnessError, InvalidRequest, TimedOut, UsageError
from harness.faults import Survive
from harness.guard import Refused
from harness.passage import Passage, drive_at_once
from harness.plain import plain_repr
from harness.protocol import check_request
from harness.tokens import reply_tokens
from harness.track import Faults, Track, Watch
from harness.types import Answer, Limits, Policy, Question, Reply, Request, Result, Tool, ToolCall, Usage
from harness.world import Visit, look_up, truthful

T = TypeVar("T")
REQUESTS_PER_TURN = 10
"""The harness itself ends a run that sends more than this many times the requests its limits allow."""


class Standing(NamedTuple):
    """Where an orchestrator stands: equal `state` means the same behaviour from here on, as long as no cap is reached.

    `state` is hashable and leaves out ids, times and what was spent; None where it cannot be said now. `spent` are the
    amounts that count towards a cap, each with its cap (0 = none).
    """

    state: Any
    spent: tuple[tuple[int, int], ...]


class Host:
    """The doors of one life, and what an orchestrator may know: goal, tools, limits, session, policy, budget, window.

    An orchestrator may set `standing`, a function that tells where it stands. Exploration then ends a resumed run where it
    has become the same as one that was never killed; nothing else looks at it. `memory` is None but in exploration: there
    it may keep what it derived from a journal, for other runs that read the beginning of the same journal.
    """

    def __init__(self, track: Track, loop: Clock) -> None:
        self._track = track
        self._loop = loop
        self.dead = False
        self.ending = ""
        self.reason = ""
        self.asking = 0
        self.goal: str = track.setup.goal
        self.tools: tuple[Tool, ...] = track.shown_tools
        self.limits: Limits = track.limits
        self.session: str = track.session
        self.policy: Policy = track.policy
        self.budget: int = track.budget
        self.window: int = track.window
        self.standing: Callable[[], Standing] | None = None
        self.memory: dict[str, Any] | None = track.memory

    # the disk: nothing here waits

    def read(self) -> bytes:
        """The journal as it is on disk now, flushed or not."""
        data: bytes = self._at_once("disk:read", b"", self._read)
        return data

    def append(self, data: bytes) -> None:
        """Add bytes to the journal; they survive a crash for certain only after `flush`. Raises `DiskFailed`."""
        self._at_once("disk:append", data, self._append)

    def flush(self) -> None:
        """Make every appended byte durable. Raises `DiskFailed`, after which nothing about them is known."""
        self._at_once("disk:flush", b"", self._flush)

    def truncate(self, size: int) -> None:
        """Cut the journal to `size` bytes, durably."""
        self._at_once("disk:truncate", size, self._truncate)

    def _read(self, _: Any) -> tuple[bytes, dict[str, Any]]:
        data = self._track.disk.read()
        return data, {"bytes": len(data)}

    def _append(self, data: bytes) -> tuple[int, dict[str, Any]]:
        disk = self._track.disk
        offset = disk.tape.size
        if offset + len(data) > self.limits.output_bytes:
            self._end("limit", f"the journal grew beyond {self.limits.output_bytes} bytes")
            raise Crash
        return disk.append(data), {"offset": offset, "bytes": len(data)}

    def _flush(self, _: Any) -> tuple[None, dict[str, Any]]:
        self._track.disk.flush()
        return None, {"durable": self._track.disk.durable}

    def _truncate(self, size: int) -> tuple[None, dict[str, Any]]:
        self._track.disk.truncate(size)
        return None, {"size": size}

    def _at_once(self, site: str, payload: Any, act: Callable[[Any], tuple[Any, dict[str, Any]]]) -> Any:
        if self.dead:
            raise Crash
        nth, faults = self._track.enter(site)
        if faults:
            return self._struck_at_once(Passage(self, site, nth, payload), faults, act)
        watch = self._track.watch
        if watch is not None:
            watch.before(self, site, nth)
        value, detail = act(payload)
        self._record(site, nth, "done", detail)
        if watch is not None:
            watch.after(self, site, nth)
        return value

    def _struck_at_once(
        self, passage: Passage, faults: Faults, act: Callable[[Any], tuple[Any, dict[str, Any]]]
    ) -> Any:
        async def proceed() -> Any:
            value, detail = act(passage.payload)
            self._record(passage.site, passage.nth, "done", detail)
            return value

        try:
            return drive_at_once(self._struck(passage, faults, proceed), passage.site)
        except DiskFailed as error:
            raise self._failed(passage.site, passage.nth, error, {}) from None
        except Refused:
            raise
        except Exception as error:
            self._break(passage, error)
            raise Crash from None

    # model, tools, human, time

    async def model(self, request: Request, timeout_ms: int | None = None) -> Reply:
        """Ask the model. Raises the `DoorError` that the vendor's answer amounts to, or `TimedOut`."""
        if self.dead:
            await self._never()
        track = self._track
        nth, faults = track.enter("model")
        track.requests += 1
        over = track.bill.over if track.bill is not None else ""
        if track.requests > REQUESTS_PER_TURN * track.turns_max + 100:
            over = f"more than {track.requests - 1} model requests"
        if over:
            self._end("limit", over)
            await self._never()
        taken = track.intake.take(request, track.shown_tools)
        answered = track.intake.answered(taken.digest)
        self._record(
            "model", nth, "request",
            {"digest": taken.digest, "answered": answered, "shared": taken.shared, "new": taken.view[taken.shared :],
             "length": len(taken.view), "tools": len(taken.tools), "tokens": taken.tokens,
             "max_output": request.max_output, **taken.altered},
        )  # fmt: skip

        if track.bill is not None:
            track.bill.send(taken.tokens)
        if track.watch is not None and track.watch.asked(self, taken):
            self._shut("same", "the state of a run that was not killed")
            await self._never()

        counted: Usage | None = None
        latency_ms = track.latency_of(taken.digest)

        async def proceed() -> Reply:
            nonlocal counted
            check_request(taken.problem, taken.tokens, request.max_output, self.window)
            await self._loop.sleep_ms(latency_ms)
            answer = track.model(Request(taken.view, taken.tools, request.max_output), answered)
            reply: Reply = await answer if track.answers_later else answer  # type: ignore[misc]
            track.intake.answer(taken.digest)
            own = Usage(taken.tokens, track.cached(taken, self._loop.now_ms), reply_tokens(reply))
            counted, shown = (own, own) if track.bill is None else track.bill.count(own, reply.usage)
            return msgspec.structs.replace(reply, usage=shown)

        wait = _deadline(timeout_ms, latency_ms, bool(faults) or track.answers_later)
        reply = await self._passed(Passage(self, "model", nth, request), faults, proceed, wait)
        # what the door counted, whatever the vendor says
        usage = counted or Usage(taken.tokens, 0, reply_tokens(reply))
        told = {"text": reply.text, "calls": reply.calls, "stop": reply.stop, "usage": usage}
        self._record("model", nth, "reply", told)
        return reply

    async def tool(self, call: ToolCall, key: str, timeout_ms: int | None = None) -> Result:
        """Execute one call under an idempotency key. A refusal is a `Result`; a lost answer or a deadline raises."""
        if self.dead:
            await self._never()
        site = f"tool:{call.name}"
        nth, faults = self._track.enter(site)
        self._record(site, nth, "call", {"id": call.id, "key": key, "arguments": call.arguments})
        tool = self._track.tools.get(call.name)
        if tool is None:
            known = ", ".join(sorted(self._track.tools))
            error = InvalidRequest(f"no tool {call.name!r}; there are {known}", 404)
            raise self._failed(site, nth, error, {"id": call.id})

        visit = Visit(call.id, key, self._track.life, self._loop.now_ms)

        async def proceed() -> Result:
            await self._loop.sleep_ms(tool.duration_ms)
            if tool.kind == "deduplicating":
                await self._landed(key)
            return self._perform(tool, call.arguments, visit, nth)

        wait = _deadline(timeout_ms, tool.duration_ms, bool(faults) or self._late(key))
        passage = Passage(self, site, nth, call, (tool, visit))
        result: Result = await self._passed(passage, faults, proceed, wait, {"id": call.id})
        self._record(site, nth, "result", {"id": call.id, **msgspec.to_builtins(result)})
        return result

    def _perform(self, tool: Tool, arguments: str, visit: Visit, nth: int) -> Result:
        track, now = self._track, self._loop.now_ms
        self._land(now)
        result, deeds = track.perform(tool, arguments, msgspec.structs.replace(visit, at_ms=now))
        for detail in deeds:
            self._record(f"tool:{tool.name}", nth, "effect", detail)
        return result

    def _land(self, now_ms: int) -> None:
        """Let what was under way and is due by now have its effect."""
        if self._track.flights:
            self._track.land(now_ms)

    def _late(self, key: str) -> bool:
        return self._track.lands_at(key) is not None

    async def _landed(self, key: str) -> None:
        """Wait until nothing is under way under a key: a tool that knows keys keeps the second comer waiting."""
        due = self._track.lands_at(key)
        if due is not None:
            await self._loop.sleep_ms(due - self._loop.now_ms)
            self._land(self._loop.now_ms)

    async def query(self, tool: str, key: str, timeout_ms: int | None = None) -> Result | None:
        """Ask a queryable tool what became of a key: the result of the effect, or None where it never happened."""
        if self.dead:
            await self._never()
        site = f"query:{tool}"
        nth, faults = self._track.enter(site)
        self._record(site, nth, "call", {"key": key})
        known = self._track.tools.get(tool)
        if known is None or known.kind != "queryable":
            raise self._failed(site, nth, InvalidRequest(f"tool {tool!r} cannot be queried by key", 404), {})

        async def proceed() -> Result | None:
            await self._loop.sleep_ms(self._track.query_ms)
            await self._landed(key)
            return look_up(self._track.world, key)

        wait = _deadline(timeout_ms, self._track.query_ms, bool(faults) or self._late(key))
        result: Result | None = await self._passed(Passage(self, site, nth, key), faults, proceed, wait)
        told = {"content": result.content} if result is not None else {}
        self._record(site, nth, "result", {"key": key, "found": result is not None, **told})
        return result

    async def human(self, question: Question) -> Answer:
        """Ask a person and wait: two virtual hours, and a truthful answer unless the scenario says otherwise."""
        if self.dead:
            await self._never()
        nth, faults = self._track.enter("human")
        self._record("human", nth, "question", msgspec.to_builtins(question))

        async def proceed() -> Answer:
            await self._loop.sleep_ms(self._track.human_ms)
            self._land(self._loop.now_ms)
            return (self._track.setup.human or truthful)(self._track.world, question)

        self.asking += 1
        try:
            answer: Answer = await self._passed(Passage(self, "human", nth, question), faults, proceed)
        finally:
            self.asking -= not self.dead
        told = {"content": answer.result.content} if answer.result is not None else {}
        self._record("human", nth, "answer", {"text": answer.text, "happened": answer.happened, **told})
        return answer

    async def sleep(self, ms: int) -> None:
        """Wait virtual milliseconds; negative ones are none."""
        if self.dead:
            await self._never()
        nth, faults = self._track.enter("sleep")
        self._record("sleep", nth, "sleep", {"ms": ms})

        async def proceed() -> None:
            await self._loop.sleep_ms(ms)

        await self._passed(Passage(self, "sleep", nth, ms), faults, proceed)

    def now(self) -> int:
        """Virtual milliseconds since the run began, as this machine's clock says: a fault may make it jump."""
        return self._loop.now_ms + self._track.clock_off_ms

    # inside

    def _record(self, site: str, nth: int, kind: str, detail: dict[str, Any]) -> None:
        loop, track = self._loop, self._track
        loop.spins = 0
        if track.flights:
            track.land(loop.now_ms)
        track.history.add((track.life, loop.now_ms), site, nth, kind, detail)

    async def _passed(
        self, passage: Passage, faults: Faults, proceed: Callable[[], Awaitable[T]],
        timeout_ms: int | None = None, about: dict[str, Any] | None = None,
    ) -> T:  # fmt: skip
        """Pass, under the faults and the deadline; record and re-raise what goes wrong."""
        if self._track.watch is not None and not faults:
            proceed = self._watched(self._track.watch, passage, proceed)
        try:
            if not faults and timeout_ms is None:
                return await proceed()
            return await self._before(timeout_ms, self._struck(passage, faults, proceed))
        except DoorError as error:
            raise self._failed(passage.site, passage.nth, error, about or {}) from None
        except Exception as error:
            self._break(passage, error)
            await self._never()

    def _watched(
        self, watch: Watch, passage: Passage, proceed: Callable[[], Awaitable[T]]
    ) -> Callable[[], Awaitable[T]]:
        async def watched() -> T:
            watch.before(self, passage.site, passage.nth)
            value = await proceed()
            watch.after(self, passage.site, passage.nth)
            return value

        return watched

    def _break(self, passage: Passage, error: Exception) -> None:
        """A fake, a tool double or a fault is broken: the run ends, and no handler of an orchestrator may swallow that."""
        broken = error
        if not isinstance(error, (HarnessError, UsageError)):
            broken = HarnessError(f"{passage.site} #{passage.nth} broke: {type(error).__name__}: {error}")
            broken.__cause__ = error
        self._track.broken = broken
        self._end("broken", str(broken))

    async def _struck(self, passage: Passage, faults: Faults, proceed: Callable[[], Awaitable[T]]) -> T:
        for fault in reversed(faults):
            proceed = _around(fault, passage, proceed)
        for fault in faults:
            self._record(passage.site, passage.nth, "struck", {"fault": plain_repr(fault)})
        return await proceed()

    async def _before(self, timeout_ms: int | None, passing: Awaitable[T]) -> T:
        if timeout_ms is None:
            return await passing
        try:
            async with asyncio.timeout(timeout_ms / 1000):
                return await passing
        except TimeoutError:
            raise TimedOut(f"no answer within {timeout_ms} ms", error_type="timeout_error") from None

    def _failed(self, site: str, nth: int, error: DoorError, about: dict[str, Any]) -> DoorError:
        detail = {
            **about, "error": type(error).__name__, "status": error.status, "type": error.error_type,
            "message": error.message, "retry_after_ms": error.retry_after_ms,
        }  # fmt: skip
        self._record(site, nth, "error", detail)
        return error

    def die(self, site: str, nth: int, survive: Survive | int) -> None:
        """Shut the doors and stop the life at this passage; bytes not yet durable survive as the strike says."""
        self._loop.spins = 0
        self._track.die(self._loop.now_ms, site, nth, survive)
        self._shut("died", f"at {site} #{nth}")

    def _end(self, ending: str, reason: str) -> None:
        self._record("life", 0, ending, {"reason": reason})
        self._shut(ending, reason)

    def _shut(self, ending: str, reason: str = "") -> None:
        self.dead = True
        self.ending, self.reason = ending, reason
        self._loop.halt()

    async def _never(self) -> Never:
        """What a dead door answers."""
        await self._loop.create_future()
        raise Crash


def _around(fault: Any, passage: Passage, proceed: Callable[[], Awaitable[Any]]) -> Callable[[], Awaitable[Any]]:
    return lambda: fault(passage, proceed)


def _deadline(timeout_ms: int | None, usual_ms: int, uncertain: bool) -> int | None:
    """The deadline of what usually takes so long; None where it cannot be missed, since a timer costs time."""
    return timeout_ms if uncertain or (timeout_ms or usual_ms) < usual_ms else None
