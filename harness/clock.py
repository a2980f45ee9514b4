"""Virtual time: an asyncio loop that jumps to the next timer when everybody waits.

Time is integer milliseconds. A loop belongs to one life; `halt` ends it for good: nothing that is scheduled is stepped
again. Nobody waiting and no timer left means that the life is stuck. Tasks and futures hash by age, because asyncio keeps
them in sets and would otherwise order them by memory address.
"""

from __future__ import annotations

import asyncio
import heapq
import math
import time
from collections.abc import Coroutine, Iterator
from contextlib import suppress
from typing import Any, Protocol

SPINS_MAX = 200_000
"""Turns of a loop without a passage through the door or a step of time, after which a life counts as stuck."""


class Clock(Protocol):
    """What a `Host` asks of the loop that it lives in."""

    now_ms: int
    spins: int

    async def sleep_ms(self, ms: int) -> None:
        """Wait."""

    def create_future(self) -> asyncio.Future[Any]:
        """A future of this loop."""

    def halt(self) -> None:
        """The life is over: step nothing ever again."""

    def do_at_once(self) -> None:
        """From now on what is handed to a thread of this loop is done here and now, where threads are refused."""


class _AgedFuture(asyncio.Future[Any]):
    """A future that hashes by age within its loop."""

    def __init__(self, age: int, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop=loop)
        self.age = age

    def __hash__(self) -> int:
        return self.age


class _AgedTask(asyncio.Task[Any]):
    """A task that hashes by age within its loop."""

    age = 0

    def set_name(self, value: object) -> None:
        """Name it; Python 3.13 also says None after the loop has named it."""
        if value is not None:
            super().set_name(value)

    def __hash__(self) -> int:
        return self.age


class VirtualLoop(asyncio.BaseEventLoop):
    """An event loop without I/O whose clock moves only when everybody waits.

    `now_ms` is the time since the start of the run. After `run` returns, `stuck` tells whether the loop ran dry. `spins`
    counts turns without a step of time; the host sets it back at every passage. `ages` counts futures
    and timers, `born` tasks: so the order of tasks in a set does not depend on how many timers somebody set.
    """

    def __init__(self, now_ms: int = 0) -> None:
        super().__init__()
        self.now_ms = now_ms
        self.stuck = False
        self._halted = False
        self.ages = 0
        self.born = 0
        self.spins = 0
        self._clock_resolution = 1e-6
        self._timers: list[tuple[int, int, asyncio.TimerHandle]] = []
        self._tasks: dict[int, asyncio.Task[Any]] = {}
        self.set_task_factory(_aged_task)
        self.set_exception_handler(_say_nothing)

    def time(self) -> float:
        """Seconds of virtual time, for asyncio's own timers."""
        return self.now_ms / 1000

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run until the coroutine ends, the loop is halted, or nobody can move any more; return its task."""
        task = self.create_task(coroutine)
        task.add_done_callback(lambda _: self.stop())
        self.run_forever()
        return task

    def halt(self) -> None:
        """Step nothing ever again."""
        self._halted = True
        self.stop()

    def begin(self, coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Start a task and take its first step at once, inside of the step of whoever calls; it has no age.

        For a door whose caller is in another process: what it does before it first waits belongs to the caller's step.
        """
        task = asyncio.Task(coroutine, loop=self)
        first_step = self._ready.pop()  # type: ignore[attr-defined]
        caller = asyncio.current_task(self)
        if caller is not None:
            asyncio.tasks._leave_task(self, caller)
        try:
            first_step._run()
        finally:
            if caller is not None:
                asyncio.tasks._enter_task(self, caller)
        return task

    async def sleep_ms(self, ms: int) -> None:
        """Wait. Jumps without a turn of the loop where nobody else could run in the meantime."""
        due = self.now_ms + max(0, ms)
        if not self._ready and not (self._timers and self._timers[0][0] <= due):  # type: ignore[attr-defined]
            self.now_ms = due
            return
        timer = self.create_future()
        self.call_at(due / 1000, _wake, timer)
        await timer

    def waiting(self) -> list[asyncio.Task[Any]]:
        """The tasks that have not ended, oldest first."""
        return [task for _, task in sorted(self._tasks.items()) if not task.done()]

    def bury(self) -> None:
        """Close every coroutine that never ended, oldest first. The doors must be shut before."""
        for task in self.waiting():
            task._log_destroy_pending = False  # type: ignore[attr-defined]
            close_coroutine(task.get_coro())
        self._tasks.clear()
        self._ready.clear()  # type: ignore[attr-defined]
        self._timers.clear()
        self.close()

    def do_at_once(self) -> None:
        """From now on what is handed to a thread of this loop is done here and now; else the guard refuses the thread."""
        self.run_in_executor = self._here  # type: ignore[assignment,method-assign]

    def _here(self, _executor: Any, func: Any, *args: Any) -> asyncio.Future[Any]:
        done = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:
            done.set_exception(error)
        return done

    # what asyncio asks of a loop

    def create_future(self) -> asyncio.Future[Any]:
        """A future that hashes by age."""
        self.ages += 1
        return _AgedFuture(self.ages, self)

    def adopt(self, task: _AgedTask) -> None:
        """Give a new task its age and its name."""
        self.born += 1
        task.age = self.born
        task.set_name(f"task-{self.born}")
        self._tasks[self.born] = task
        task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Future[Any]) -> None:
        self._tasks.pop(task.age, None)  # type: ignore[attr-defined]

    def call_at(  # type: ignore[override]
        self, when: float, callback: Any, *args: Any, context: Any = None
    ) -> asyncio.TimerHandle:
        """Schedule; timers that are due at the same time fire in the order they were set."""
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        self.ages += 1
        heapq.heappush(self._timers, (math.ceil(round(when * 1000, 3)), self.ages, handle))
        return handle

    def _run_once(self) -> None:
        ready, timers = self._ready, self._timers  # type: ignore[attr-defined]
        while timers and timers[0][2].cancelled():
            heapq.heappop(timers)
        if not ready:
            if not timers:
                self.stuck = True
                self.stop()
                return
            self._jump(timers[0][0])
        while timers and timers[0][0] <= self.now_ms:
            handle = heapq.heappop(timers)[2]
            if not handle.cancelled():
                ready.append(handle)
        self.spins += 1
        if self.spins > SPINS_MAX:
            self.stuck = True
            self.stop()
            return
        for _ in range(len(ready)):
            if self._halted:
                return
            handle = ready.popleft()
            if not handle.cancelled():
                handle._run()

    def _jump(self, due: int) -> None:
        if due > self.now_ms:
            self.now_ms = due
            self.spins = 0

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        pass

    def _process_events(self, event_list: object) -> None:
        pass

    def _write_to_self(self) -> None:
        pass


def _aged_task(loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any) -> asyncio.Task[Any]:
    task = _AgedTask(coroutine, loop=loop, **options)
    assert isinstance(loop, VirtualLoop)
    loop.adopt(task)
    return task


def _say_nothing(_loop: asyncio.AbstractEventLoop, _context: dict[str, Any]) -> None:
    """Errors of tasks that nobody awaited belong to the orchestrator; the history tells what happened at the door."""


def wall_seconds() -> float:
    """Real seconds, for watchdogs and timing reports only; never part of a run."""
    return time.perf_counter()


def _wake(timer: asyncio.Future[Any]) -> None:
    if not timer.done():
        timer.set_result(None)


def close_coroutine(coroutine: Any) -> None:
    """Close a dead coroutine whatever its `finally` blocks do; a dead life has no errors to report."""
    with suppress(BaseException):
        coroutine.close()


def task_names(tasks: list[asyncio.Task[Any]]) -> Iterator[str]:
    """Name and place of each waiting task, for the report of a stuck life."""
    for task in tasks:
        coroutine = task.get_coro()
        frame = getattr(coroutine, "cr_frame", None)
        place = f" at {frame.f_code.co_name}:{frame.f_lineno}" if frame else ""
        yield f"{task.get_name()} {getattr(coroutine, '__qualname__', '?')}{place}"
