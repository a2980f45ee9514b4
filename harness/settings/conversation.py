"""The parent's half of a life in the `process` setting: it gives the child its turns and stands behind every door.

The scheduling of `sim` is kept exactly. Every handle that becomes ready in the child's loop is a token in the parent's
queue, every timer of the child a timer of the parent; so door and orchestrator take turns in the order they would have
in one process, and a run has the same history, event by event.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from harness.clock import VirtualLoop, close_coroutine
from harness.errors import Crash, HarnessError, UsageError
from harness.host import Host
from harness.settings import frames
from harness.settings.frames import Now, Outcome
from harness.settings.realdisk import RealDisk
from harness.settings.spawn import Child
from harness.settings.travel import card_of, failure_of, tool_of
from harness.types import Message, Request, Tool


class Conversation:
    """Talks with one child until its orchestrator ends, dies, or nobody can move."""

    def __init__(self, loop: VirtualLoop, host: Host, disk: RealDisk, child: Child) -> None:
        self._loop, self._host, self._disk, self._child = loop, host, disk, child
        self._view: tuple[Message, ...] = ()
        self._tools: tuple[Tool, ...] = host.tools
        self._passing: dict[int, asyncio.Task[None]] = {}
        self._timers: dict[int, asyncio.TimerHandle] = {}
        self._beginning = 0
        self._at_once: Outcome | None = None
        self.ended: frames.Ended | None = None
        self.failure: BaseException | None = None

    # turns

    def open(self, spec: str) -> bool:
        """Tell the child what to run; whether it can."""
        host = self._host
        start = frames.Start(
            spec=spec,
            journal=str(self._disk.path),
            now=self._now(),
            goal=host.goal,
            tools=tuple(map(card_of, host.tools)),
            limits=host.limits,
            session=host.session,
            budget=host.budget,
            window=host.window,
        )
        self._safely(lambda: self._turn(start))
        return self.failure is None and self.ended is None

    def waiting(self) -> tuple[str, ...]:
        """The names of the child's tasks that have not ended."""
        self._child.pipe.send(frames.Report())
        tasks = self._child.pipe.receive()
        return tasks.names if isinstance(tasks, frames.Tasks) else ()

    def _step(self) -> None:
        self._safely(lambda: self._turn(frames.Step(self._now())))

    def _fire(self, timer: int) -> None:
        del self._timers[timer]
        self._safely(lambda: self._turn(frames.Fire(timer, self._now())))

    def _safely(self, act: Callable[[], None]) -> None:
        """The loop would swallow what is raised here; keep it, and stop."""
        try:
            act()
        except BaseException as error:
            self.failure = error
            self._loop.halt()

    def _turn(self, frame: Any) -> None:
        """Give the child the turn, and serve it until it gives it back."""
        pipe = self._child.pipe
        pipe.send(frame)
        while not self._host.dead:
            said = pipe.receive()
            if isinstance(said, frames.Acted | frames.Tasks):
                raise frames.Garbage(f"{said!r}, unasked")
            self._hear(said.news)
            match said:
                case frames.Ran():
                    if said.ended is not None:
                        self._end(said.ended)
                    return
                case frames.Disk():
                    self._pass_disk(said)
                case frames.Cancel():
                    if said.id in self._passing:
                        self._passing[said.id].cancel()
                case _:
                    self._pass(said)

    def _end(self, ended: frames.Ended) -> None:
        self.ended = ended
        if ended.exits:
            self._loop.halt()
        self._loop.stop()

    def _hear(self, news: frames.News) -> None:
        loop = self._loop
        for _ in range(news.ready):
            loop.call_soon(self._step)
        for timer, when, age in news.timers:
            loop.ages = age - 1
            self._timers[timer] = loop.call_at(when, self._fire, timer)
        for timer in news.cancelled:
            if timer in self._timers:
                self._timers.pop(timer).cancel()
        loop.ages = news.ages

    def _now(self) -> Now:
        return Now(self._loop.now_ms, self._loop.ages, self._host.now() - self._loop.now_ms)

    # doors

    def _pass_disk(self, door: frames.Disk) -> None:
        try:
            match door.site:
                case "disk:read":
                    self._host.read()
                case "disk:append":
                    self._host.append(door.data)
                case "disk:flush":
                    self._host.flush()
                case "disk:truncate":
                    self._host.truncate(door.size)
        except Crash:
            return
        except (HarnessError, frames.Closed, frames.Silent, frames.Garbage):
            raise
        except Exception as error:
            self._disk.settle()
            self._child.pipe.send(frames.Refused(self._now(), failure_of(error)))
        else:
            self._disk.settle()
            self._child.pipe.send(frames.Passed(self._now()))

    def _pass(self, door: frames.Door) -> None:
        """Let the child through a door; answer at once where the door does."""
        self._beginning, self._at_once = door.id, None
        task = self._loop.begin(self._serve(door))
        self._beginning = 0
        if not task.done():
            self._passing[door.id] = task
        if self._host.dead or self.failure is not None:
            return
        self._child.pipe.send(self._at_once or frames.Pending(self._now()))

    async def _serve(self, door: frames.Door) -> None:
        try:
            outcome = await self._outcome(door)
        except GeneratorExit:
            raise
        except BaseException as error:
            self.failure = error
            self._loop.halt()
            return
        if self._beginning == door.id:
            self._at_once = outcome
        else:
            self._passing.pop(door.id, None)
            self._safely(lambda: self._turn(outcome))

    async def _outcome(self, door: frames.Door) -> Outcome:
        host, number = self._host, door.id
        try:
            match door:
                case frames.Model():
                    reply = await host.model(self._request(door.asked), door.timeout_ms)
                    return Outcome(number, self._now(), value=reply)
                case frames.Tool():
                    result = await host.tool(door.call, door.key, door.timeout_ms)
                    return Outcome(number, self._now(), result=result)
                case frames.Query():
                    found = await host.query(door.tool, door.key, door.timeout_ms)
                    return Outcome(number, self._now(), result=found)
                case frames.Human():
                    answer = await host.human(door.question)
                    return Outcome(number, self._now(), answer=answer)
                case frames.Sleep():
                    await host.sleep(door.ms)
            return Outcome(number, self._now())
        except asyncio.CancelledError:
            return Outcome(number, self._now(), cancelled=True)
        except (HarnessError, UsageError):
            raise
        except Exception as error:
            return Outcome(number, self._now(), failure=failure_of(error))

    def _request(self, asked: frames.Asked) -> Request:
        self._view = (*self._view[: asked.shared], *asked.new)
        known = {tool.name: tool for tool in self._host.tools}
        tools = tuple(known[item] if isinstance(item, str) else tool_of(item) for item in asked.tools)
        if tools != self._tools:
            self._tools = tools
        view: tuple[Any, ...] = (*self._view, _Wrong(asked.wrong)) if asked.wrong else self._view
        return Request(view, self._tools, asked.max_output)

    def bury(self) -> None:
        """Close the doors that never answered."""
        for task in self._passing.values():
            if not task.done():
                task._log_destroy_pending = False  # type: ignore[attr-defined]
                close_coroutine(task.get_coro())


class _Wrong:
    """Stands for something that was handed in as a message and is none."""

    def __init__(self, shown: str) -> None:
        self._shown = shown

    def __repr__(self) -> str:
        return self._shown
