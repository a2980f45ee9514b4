"""Where a fault strikes, and what it sees of the passage that it strikes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import MISSING, dataclass, fields, replace
from typing import Any, Literal, Protocol, TypeAlias

from harness.draws import share_of


def brief(value: Any) -> str:
    """The shortest code that makes this dataclass value: required fields by position, others only where they differ."""
    shown = []
    for item in fields(value):
        given = getattr(value, item.name)
        if item.default is MISSING:
            shown.append(repr(given))
        elif given != item.default:
            shown.append(f"{item.name}={given!r}")
    return f"{type(value).__name__}({', '.join(shown)})"


Survive = Literal["none", "half", "all_but_last_byte", "all", "reordered", "bit_flip"]
"""Which of the bytes that were appended but not flushed are still there after the crash.

`reordered`: a later write reached the disk and an earlier one did not: the first pending append is a hole of zero bytes
(the first half of it, where it is the only one). `bit_flip`: all of them are there, one bit in their middle is wrong.
"""

Proceed: TypeAlias = Callable[[], Awaitable[Any]]


class Passage(Protocol):
    """One passage through a site, as a fault sees it."""

    site: str
    nth: int
    payload: Any

    async def sleep(self, ms: int) -> None:
        """Let virtual milliseconds pass."""

    async def crash(self, survive: Survive | int) -> Any:
        """End this life here; `survive` as a number keeps that many of the unflushed bytes."""

    async def hang(self) -> Any:
        """Never answer; only the caller's deadline ends the wait."""

    def later(self, ms: int) -> None:
        """At a tool: the effect lands `ms` from now, whatever becomes of the process that asked for it."""

    async def earlier(self, versions: int) -> Any:
        """At a reading tool: what it would have answered so many changes of the world ago."""

    def drift(self) -> None:
        """At a tool: somebody else changes the world, as the scenario says, behind the orchestrator's back."""

    def jump_clock(self, ms: int) -> None:
        """What `host.now()` says is off by so much from now on."""

    def said(self) -> Any:
        """At `wire`: the `Reply` or `DoorError` that the model door gave just now."""

    def answer(self, outcome: Any) -> Any:
        """At `wire`: the `WireAnswer` that the vendor sends for a `Reply` or a `DoorError`."""

    def rewrite(self, change: Callable[[bytes], bytes]) -> None:
        """At `boot`: the journal at rest is changed while nobody runs."""

    def without_tool(self, name: str) -> None:
        """At `boot`: the tool is gone from now on."""

    async def partial(self, share: float) -> None:
        """At `disk:append`: only this share of the bytes is written."""

    def poison(self) -> None:
        """At `disk:flush`: what is pending now will never be durable, though reads show it and later flushes succeed."""


@dataclass(frozen=True)
class Strike:
    """Where a fault hits: the `nth` passage of `site` (from 1, over all lives), `times` passages (None = for ever).

    With `chance` below 1 each of these passages is struck only where a hash of the spec's seed, the site and the passage
    says so. With `recovery` passages are counted from the first death on.
    """

    __repr__ = brief

    site: str
    nth: int
    fault: Any
    times: int | None = 1
    chance: float = 1.0
    recovery: bool = False

    def hits(self, nth: int, seed: int = 0) -> bool:
        """Whether passage `nth` is struck; `seed` is the spec's, and matters only where there is a chance."""
        if nth < self.nth or (self.times is not None and nth >= self.nth + self.times):
            return False
        return self.chance >= 1 or share_of(f"{seed}/{self.site}/{nth}") < self.chance


def forever(strike: Strike) -> Strike:
    """The same strike, at every passage from its first on."""
    return replace(strike, times=None)
