"""The child of the `process` setting, one life of an orchestrator: what a fork of `forkserver` does.

It resolves orchestrator and policy from the spec it is sent, and runs them on a loop whose turns and time the parent
gives: a handle is run when the parent says so, because the parent keeps the order of everything.
"""

from __future__ import annotations

import asyncio
import inspect
import os
import resource
from collections.abc import Callable
from contextvars import Context
from typing import Any, TypeVarTuple, cast

from harness import resolve
from harness.clock import VirtualLoop, task_names
from harness.errors import HarnessError, UsageError
from harness.guard import guarded, install
from harness.host import Host
from harness.run import answer_of, build
from harness.settings import frames
from harness.settings.frames import Ended, FromParent, Pipe
from harness.settings.remote import RemoteHost
from harness.spec import Spec, parse
from harness.types import Setup

CPU_SECONDS_MAX = 300
"""After so much computing the kernel ends a child whose parent is gone; any other is ended by its parent long before.
"""

Given = TypeVarTuple("Given")


class Answer(asyncio.Future[frames.Outcome]):
    """What a door will answer. To cancel it is to tell the parent, who says when it is cancelled."""

    def __init__(self, number: int, loop: ChildLoop) -> None:
        super().__init__(loop=loop)
        self._number, self._home = number, loop

    def cancel(self, msg: Any | None = None) -> bool:
        """Ask for the door to be cancelled; the task that waits goes on when the parent has done it."""
        if self.done():
            return False
        self._home.pipe.send(frames.Cancel(self._number, self._home.news()))
        return True

    def settle(self, outcome: frames.Outcome) -> None:
        """Answer."""
        if outcome.cancelled:
            super().cancel()
        else:
            self.set_result(outcome)


class ChildLoop(VirtualLoop):
    """A loop that does what the parent says, when it says so."""

    def __init__(self, now: frames.Now, pipe: Pipe) -> None:
        super().__init__(now.ms)
        self.ages, self.off_ms = now.ages, now.off_ms
        self.pipe = pipe
        self.ended: Ended | None = None
        self._told = 0
        self._count = 0
        self._answers: dict[int, Answer] = {}
        self._armed: dict[int, asyncio.TimerHandle] = {}
        self._set: list[tuple[int, float, int]] = []
        self._cancelled: list[int] = []

    def news(self) -> frames.News:
        """What became of this loop since the last news."""
        ready = len(self._ready) - self._told  # type: ignore[attr-defined]
        self._told += ready
        news = frames.News(ready, tuple(self._set), tuple(self._cancelled), self.ages)
        self._set.clear()
        self._cancelled.clear()
        return news

    def catch_up(self, now: frames.Now) -> None:
        """Make the parent's time one's own."""
        self.now_ms, self.ages, self.off_ms = now.ms, now.ages, now.off_ms

    def answer(self, number: int) -> Answer:
        """The answer of a door, to be awaited."""
        self._answers[number] = Answer(number, self)
        return self._answers[number]

    def finish(self, task: asyncio.Future[Any]) -> None:
        """Note how the orchestrator ended."""
        if task.cancelled():
            self.ended = Ended("CancelledError")
            return
        error = task.exception()
        self.ended = Ended(message=answer_of(task.result())) if error is None else _raised(error)

    def call_at(
        self,
        when: float,
        callback: Callable[[*Given], object],
        *args: *Given,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Set a timer; the parent fires it."""
        handle = super().call_at(when, callback, *args, context=context)
        self._timers.clear()
        self._count += 1
        self._armed[self._count] = handle
        self._set.append((self._count, when, self.ages))
        return handle

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        for number, timer in self._armed.items():
            if timer is handle:
                self._cancelled.append(number)
                del self._armed[number]
                return

    def _run_once(self) -> None:
        frame = self.pipe.receive()
        if isinstance(frame, frames.Report):
            self.pipe.send(frames.Tasks(tuple(task_names(self.waiting()))))
            return
        self.catch_up(frame.now)
        handle = self._handle(frame)
        try:
            if not handle.cancelled():
                handle._run()
        except SystemExit as error:
            self.ended = Ended("SystemExit", str(error), exits=True)
        self.pipe.send(frames.Ran(self.news(), self.ended))
        self.ended = None

    def _handle(self, frame: Any) -> Any:
        """The handle that is to be run now."""
        ready = self._ready  # type: ignore[attr-defined]
        if isinstance(frame, frames.Fire):
            return self._armed.pop(frame.id)
        if isinstance(frame, frames.Outcome):
            self._answers.pop(frame.id).settle(frame)
            return ready.pop()
        self._told -= 1
        return ready.popleft()


def _raised(error: BaseException) -> Ended:
    """How an orchestrator ended that raised; a harness error ends the run, and not only this life."""
    return Ended(type(error).__name__, str(error), isinstance(error, HarnessError))


def _orchestrator(spec: Spec) -> resolve.Orchestrator:
    """The orchestrator of a spec. Only the scenario's own program needs its scenario here; all else is in the parent."""
    setup = build(resolve.scenario(spec.scenario), spec) if spec.orchestrator.name == "no_model" else None
    return resolve.orchestrator(spec.orchestrator, cast(Setup, setup))


def coroutine_of(spec: Spec, made: Any) -> Any:
    """What an orchestrator gave; it must be a coroutine. Raises `UsageError`."""
    if inspect.iscoroutine(made):
        return made
    raise UsageError(f"{spec.orchestrator!r} gave {made!r}; it must be a coroutine function: async def")


def main(reads: int, writes: int) -> None:
    """Live one life over these two ends of its pipe. Raises `Closed` where the parent is gone."""
    install()
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS_MAX, CPU_SECONDS_MAX))
    pipe = Pipe(reads, writes, FromParent)
    start: frames.Start = pipe.receive()
    loop = ChildLoop(start.now, pipe)
    try:
        spec = parse(start.spec)
        run = _orchestrator(spec)
        journal = os.open(start.journal, os.O_RDWR | os.O_APPEND)
        host = RemoteHost(start, loop, resolve.policy(spec.policy), journal)
        task = loop.create_task(coroutine_of(spec, run(cast(Host, host))))
    except UsageError as error:
        pipe.send(frames.Ran(loop.news(), Ended("UsageError", str(error), ours=True)))
        return
    except Exception as error:
        pipe.send(frames.Ran(loop.news(), _raised(error)))
        return
    task.add_done_callback(loop.finish)
    pipe.send(frames.Ran(loop.news()))
    with guarded():
        loop.run_forever()
