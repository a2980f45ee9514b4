"""Faults of the way to and fro: refusals of a vendor, lost connections, slow and missing answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from harness.errors import ConnectionLost, RateLimited, ServerFailed
from harness.faults.strike import Passage, Proceed, brief


@dataclass(frozen=True)
class RateLimit:
    """429; `retry_after_ms` may be None (absent), 0, negative or absurd."""

    __repr__ = brief

    retry_after_ms: int | None = 1_000

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        raise RateLimited("Rate limit reached", 429, "rate_limit_error", self.retry_after_ms)


@dataclass(frozen=True)
class ServerError:
    """A 5xx of the vendor."""

    __repr__ = brief

    status: int = 500

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        raise ServerFailed("Internal server error", self.status, "server_error")


@dataclass(frozen=True)
class Hang:
    """Nothing happens and no answer ever comes."""

    __repr__ = brief

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        return await passage.hang()


@dataclass(frozen=True)
class HangAfter:
    """The effect happens, and no answer ever comes."""

    __repr__ = brief

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        await proceed()
        return await passage.hang()


@dataclass(frozen=True)
class Slow:
    """The answer takes `ms` virtual milliseconds longer."""

    __repr__ = brief

    ms: int = 20_000

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        await passage.sleep(self.ms)
        return await proceed()


@dataclass(frozen=True)
class FailBefore:
    """The connection is lost before the effect."""

    __repr__ = brief

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        raise ConnectionLost("connection reset by peer")


@dataclass(frozen=True)
class FailAfter:
    """The connection is lost after the effect: the caller sees just what `FailBefore` shows."""

    __repr__ = brief

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        await proceed()
        raise ConnectionLost("connection reset by peer")
