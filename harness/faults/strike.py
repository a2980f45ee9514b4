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
