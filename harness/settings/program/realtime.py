"""Real time, as a `Host` asks for it: milliseconds since the run began, and a life that ends at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from harness.clock import wall_seconds


class RealClock:
    """The clock of one life, beginning at `now_ms`. `at_halt` is called in the very step in which the life ends.

    A life that ended never comes back from a wait, so nothing that was under way in it happens afterwards.
    """

    def __init__(self, now_ms: int, at_halt: Callable[[], None]) -> None:
        self._began = wall_seconds() - now_ms / 1_000
        self._at_halt = at_halt
        self.halted = False
        self.spins = 0

    @property
    def now_ms(self) -> int:
        """Milliseconds since the run began; between two lives it jumps by what the harness reckons for a restart."""
        return int((wall_seconds() - self._began) * 1_000)

    @now_ms.setter
    def now_ms(self, value: int) -> None:
        self._began = wall_seconds() - value / 1_000

    async def sleep_ms(self, ms: int) -> None:
        """Wait for real; nothing and less is no wait at all."""
        if ms > 0:
            await asyncio.sleep(ms / 1_000)
        if self.halted:
            await self.create_future()

    def create_future(self) -> asyncio.Future[Any]:
        """A future of the loop that runs."""
        return asyncio.get_running_loop().create_future()

    def halt(self) -> None:
        """The life is over."""
        if not self.halted:
            self.halted = True
            self._at_halt()

    def do_at_once(self) -> None:
        """Nothing changes: in real time threads are allowed."""
