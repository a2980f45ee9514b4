"""Where a fault strikes, and what it sees of the passage that it strikes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import MISSING, dataclass, fields, replace
from typing import Any, Literal, Protocol, TypeAlias


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


Survive = Literal["none", "half", "all_but_last_byte", "all"]
"""Which of the bytes that were appended but not flushed are still there after the crash."""

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
        """At a tool: let the effect land so many virtual milliseconds from now, whatever becomes of the process."""

    async def earlier(self, versions: int) -> Any:
        """At a tool that reads: what it would have answered so many mutations ago."""

    def drift(self) -> None:
        """At a tool: change the world behind the orchestrator's back, as the scenario says."""

    def jump_clock(self, ms: int) -> None:
        """From now on the wall clock is off by so much more."""

    def rewrite(self, change: Callable[[bytes], bytes]) -> None:
        """At a boot: change the journal at rest."""

    def without_tool(self, name: str) -> None:
        """At a boot: this life has no such tool."""

    async def partial(self, share: float) -> Any:
        """At an append: write only this share of the bytes."""

    def poison(self) -> None:
        """At a flush: what is pending will never be durable, though a read shows it."""


@dataclass(frozen=True)
class Strike:
    """Where a fault hits: the `nth` passage of `site` (from 1, over all lives), `times` passages (None = for ever)."""

    __repr__ = brief

    site: str
    nth: int
    fault: Any
    times: int | None = 1

    def hits(self, nth: int) -> bool:
        """Whether passage `nth` is struck."""
        return nth >= self.nth and (self.times is None or nth < self.nth + self.times)


def forever(strike: Strike) -> Strike:
    """The same strike, at every passage from its first on."""
    return replace(strike, times=None)
