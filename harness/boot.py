"""The start of a life: what a fault may change while nobody runs, so that the next life finds it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Never

from harness.errors import HarnessError, UsageError
from harness.faults import Survive
from harness.passage import drive_at_once
from harness.plain import plain_repr
from harness.track import Track


class Boot:
    """The passage of a life through `boot`, before anything else: `nth` is its number, from 1."""

    site = "boot"
    payload = None

    def __init__(self, track: Track, nth: int) -> None:
        self._track = track
        self.nth = nth

    def rewrite(self, change: Callable[[bytes], bytes]) -> None:
        """The journal at rest is changed."""
        disk = self._track.disk
        before = disk.read()
        after = change(before)
        if after != before:
            disk.rewrite(after)
        self._record("rewritten", {"bytes": len(after)})

    def without_tool(self, name: str) -> None:
        """The tool is gone from now on. Raises `UsageError` for one that is not there."""
        self._track.drop_tool(name)
        self._record("gone", {"tool": name})

    def jump_clock(self, ms: int) -> None:
        """What `host.now()` says is off by so much from now on."""
        self._track.clock_off_ms += ms

    async def sleep(self, ms: int) -> None:
        """It takes so much longer until somebody starts the process again."""
        self._track.now_ms += max(0, ms)

    async def crash(self, survive: Survive | int) -> Never:
        """Refused: a process that dies before it reads anything is one that dies at its first read."""
        raise UsageError("a process cannot crash at boot; strike disk:read, the first thing it does")

    def __getattr__(self, name: str) -> Any:
        raise UsageError(f"a fault at boot uses {name}(); a life that has not begun has no such thing")

    def _record(self, kind: str, detail: dict[str, Any]) -> None:
        self._track.record(self._track.now_ms, self.site, self.nth, kind, detail)


def boot(track: Track) -> None:
    """Count one boot and let its faults have their way. Raises `UsageError` for a fault that does not fit here."""
    nth, faults = track.enter("boot")
    if not faults:
        return
    passage = Boot(track, nth)

    async def proceed() -> None:
        """Nothing passes here."""

    for fault in faults:
        passage._record("struck", {"fault": plain_repr(fault)})
    for fault in faults:
        try:
            drive_at_once(fault(passage, proceed), "boot")
        except UsageError:
            raise
        except Exception as error:
            raise HarnessError(f"boot #{nth} broke: {type(error).__name__}: {error}") from error
