"""One life of a program: started, accompanied to its end or killed at a door, and what it leaves behind ended."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from harness.clock import wall_seconds
from harness.host import Host
from harness.run import ANSWER_CHARACTERS, returned
from harness.settings.program.doors import Doors
from harness.settings.program.environment import MARK, environment, filled
from harness.settings.program.leftovers import Left, end, leftovers
from harness.settings.program.processes import Process, how_it_ended
from harness.settings.program.realtime import RealClock
from harness.settings.program.signs import Watch
from harness.settings.program.subject import Arguments, Sign
from harness.track import Track
from harness.wire import Provider

if TYPE_CHECKING:
    from harness.settings.program.lives import Ground

STEP_SECONDS = 0.01
DYING_SECONDS = 10.0
"""How long a process that was sent SIGKILL may take to be gone."""


class Life:
    """One life on the ground of its run."""

    def __init__(self, ground: Ground, track: Track, formats: dict[str, Provider]) -> None:
        self._ground, self._subject, self._track = ground, ground.subject, track
        self._clock = RealClock(track.now_ms, self._dies)
        self._host = Host(track, self._clock)
        self._doors = ground.doors = Doors(self._host, ground.calls, formats)
        self._state = Path(ground.places["state"])
        self._ended: asyncio.Future[tuple[str, str]] = ground.loop.create_future()
        self._processes: list[Process] = []
        self._watches: list[Watch] = []
        self._groups: set[int] = set()
        self._struck = 0

    async def live(self) -> tuple[str, str]:
        """Live it; how it ended and why."""
        company = None
        try:
            main = self._start(self._subject.restart if self._track.life else self._subject.start)
            company = asyncio.create_task(self._accompany(main))
            ending = await self._closed(main, *await self._outcome())
            await self._sweep()
            return ending
        finally:
            self._host.dead = self._clock.halted = True
            if company is not None:
                company.cancel()
            self._ground.loopback.drop()
            spared = self._spared()
            for process in self._processes:
                self._ground.standing.append(process) if process.pid in spared else process.close()
            self._track.now_ms = max(self._track.now_ms, self._clock.now_ms)
            await asyncio.sleep(0)

    # from its start to its end

    def _start(self, arguments: Arguments) -> Process:
        ground = self._ground
        places = {**ground.places, "life": str(self._track.life)}
        variables = environment(self._host, self._subject, ground.loopback.url, places)
        process = Process(filled(arguments, places), variables, self._hear)
        self._processes.append(process)
        return process

    def _hear(self, line: str) -> None:
        for watch in self._watches:
            watch.hear(line)
        most = self._host.limits.output_bytes
        if sum(process.size for process in self._processes) > most:
            self._over("flood", f"the program wrote more than {most:,} bytes to its output and was killed")

    def _over(self, how: str, why: str = "") -> None:
        if not self._ended.done():
            self._ended.set_result((how, why))

    def _watch(self, sign: Sign) -> Watch:
        text = sign.text.replace("{port}", self._ground.places["port"])
        watch = Watch(Sign(sign.kind, text, sign.seconds), self._state)
        self._watches.append(watch)
        return watch

    async def _accompany(self, main: Process) -> None:
        """Wait until it is ready, submit the work, and see that it is done."""
        subject = self._subject
        ready, done = self._watch(subject.ready), self._watch(subject.done)
        main.exited.add_done_callback(lambda _: self._left(main))
        if subject.submit and (not self._track.life or subject.submit_again or subject.done.kind == "submit"):
            await ready.seen()
            client = self._start(subject.submit)
            if subject.done.kind == "submit":
                await client.exited
                self._over("submitted")
        await done.seen()
        self._over("done")

    def _left(self, main: Process) -> None:
        """What was started has ended: that ends the life, unless it only started others, as daemons do."""
        sessions = {process.pid for process in self._processes}
        daemon = self._subject.done.kind != "exit" and not main.exited.result()
        if not (daemon and leftovers(self._mark, sessions)):
            self._over("exit")

    async def _outcome(self) -> tuple[str, str]:
        """What ends the life: its death at a door, its own exit, its work being done, or a cap."""
        left = self._subject.run_seconds - (wall_seconds() - self._ground.began)
        seconds = min(self._subject.seconds, left)
        try:
            return await asyncio.wait_for(asyncio.shield(self._ended), max(seconds, 0))
        except TimeoutError:
            pass
        capped = f"a life may take {self._subject.seconds:g} s"
        if left < self._subject.seconds:
            capped = f"the lives of a run may take {self._subject.run_seconds:g} s together"
        return "late", f"the program had not ended when its time was up ({capped}){self._as_seen()}"

    def _dies(self) -> None:
        """The host is dead: kill in this very step, before anything more can be sent."""
        if self._host.ending == "died" and self._subject.pid_file:
            self._kill_named()
        else:
            self._kill(self._subject.kill == "group" or self._host.ending != "died")
        self._over("dead")

    def _kill(self, group: bool = True) -> None:
        for process in self._processes:
            process.kill(group)
            if group:
                self._groups.add(process.pid)

    def _kill_named(self) -> None:
        """Kill the process whose number stands in the pid file, provided that it is one of ours."""
        path = self._state / self._subject.pid_file
        try:
            number = int(path.read_text())
        except (OSError, ValueError):
            number = 0
        ours = [left for left in leftovers(self._mark, ()) if left.pid == number]
        if ours:
            end(ours, self._mark, ())
            self._struck = number
        else:
            self._kill()

    # after its end

    @property
    def _mark(self) -> str:
        return f"{MARK}={self._ground.mark}"

    async def _closed(self, main: Process, how: str, why: str) -> tuple[str, str]:
        """Write down how it ended; what was to be ended has ended by then."""
        if how == "dead":
            await self._killed(main)
            return self._host.ending, self._host.reason
        self._host.dead = True
        if how in ("flood", "late"):
            self._kill()
            await self._gone()
            self._host._record("life", 0, "limit", {"reason": why})
            return "limit", why
        if how == "exit":
            await asyncio.sleep(0)
            main.close()
            return self._judged(main, main.exited.result())
        spoke = self._processes[-1] if how == "submitted" else main
        status = spoke.exited.result() if how == "submitted" else 0
        await self._stop()
        return self._judged(spoke, status)

    async def _killed(self, main: Process) -> None:
        if self._struck:
            await _until(lambda: not any(left.pid == self._struck for left in leftovers(self._mark, ())))
            self._host._record("life", 0, "killed", {"pid_file": self._subject.pid_file})
            return
        await self._gone()
        await main.exited
        self._host._record("life", 0, "killed", {"status": main.exited.result()})

    async def _gone(self) -> None:
        """Wait for what was sent SIGKILL to be gone: whole groups, or the processes that we started."""
        sessions = {process.pid for process in self._processes}
        for process in self._processes:
            if process.pid in self._groups or process.exited.done():
                await process.exited
        await _until(lambda: not any(left.group in self._groups for left in leftovers(self._mark, sessions)))

    def _judged(self, process: Process, status: int) -> tuple[str, str]:
        """An answer, or a named failure."""
        track = self._track
        track.now_ms = self._clock.now_ms
        if not self._doors.count and not track.requests:
            return self._raised("NeverConnected", f"the program {how_it_ended(status)}{self._as_seen()}")
        if status:
            return self._raised("ProgramFailed", f"the program {how_it_ended(status)}{self._as_seen()}")
        return returned(track, process.out.last[:ANSWER_CHARACTERS])

    def _raised(self, error: str, message: str) -> tuple[str, str]:
        self._host._record("life", 0, "raised", {"error": error, "message": message})
        return "raised", f"{error}: {message}"

    def _as_seen(self) -> str:
        """What was seen of it, as the end of a sentence."""
        doors, parts = self._doors, []
        if not doors.count:
            parts.append(f"it never connected to {self._ground.loopback.url}")
        if doors.refusals:
            parts.append(f"{len(doors.refusals)} requests were refused, the last: {doors.refusals[-1]}")
        last = next((text for one in self._processes for text in (one.err.last, one.out.last) if text), "")
        parts.append(f"its last words: {last[:300]!r}" if last else "it wrote nothing")
        return "".join(f"; {part}" for part in parts)

    async def _stop(self) -> None:
        """End what serves and has done its work: SIGTERM, and SIGKILL for what does not heed it."""
        for process in self._processes:
            process.signal(signal.SIGTERM, group=True)
        running = [process.exited for process in self._processes if not process.exited.done()]
        if running:
            _, deaf = await asyncio.wait(running, timeout=self._subject.grace_seconds)
            if deaf:
                self._kill()
                await self._gone()
                self._host._record("life", 0, "killed", {"status": -signal.SIGKILL, "ignored": "SIGTERM"})

    def _spared(self) -> set[int]:
        """The processes that go on after a death, because only the one in the pid file died."""
        if not self._struck or self._host.ending != "died":
            return set()
        return {process.pid for process in self._processes if not process.exited.done()}

    async def _sweep(self) -> None:
        """Report what the life left behind, let it do what it does for a while, and end it."""
        if self._struck:
            return
        sessions = {process.pid for process in self._processes}
        mark, standing = self._mark, {process.pid for process in self._ground.standing}
        left = leftovers(mark, sessions, standing)
        if not left:
            return
        self._host._record("life", 0, "orphans", {"processes": [_told(one) for one in left]})
        self._doors.open_late()
        await _until(lambda: not leftovers(mark, sessions, standing), self._subject.grace_seconds)
        await _until(lambda: not _ending(mark, sessions, standing))
        detail = {"late": self._doors.late, "killed": len(left), "grace_ms": round(self._subject.grace_seconds * 1_000)}
        self._host._record("life", 0, "swept", detail)


def _ending(mark: str, sessions: set[int], standing: set[int]) -> bool:
    """End what is left; whether there was anything."""
    left = leftovers(mark, sessions, standing)
    end(left, mark, sessions)
    return bool(left)


def _told(left: Left) -> dict[str, object]:
    return {"pid": left.pid, "command": left.command}


async def _until(condition: Callable[[], bool], seconds: float = DYING_SECONDS) -> None:
    """Wait until something holds, or the seconds are over."""
    ends = wall_seconds() + seconds
    while not condition() and wall_seconds() < ends:  # noqa: ASYNC110  it is another process that changes
        await asyncio.sleep(STEP_SECONDS)
