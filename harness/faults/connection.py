"""Faults of the way to and fro: refusals of a vendor, lost connections, slow and missing answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from harness.errors import AuthenticationFailed, ConnectionLost, RateLimited, ServerFailed
from harness.faults.sites import ANSWERED, CONNECTED, MODEL, PASSED, WAITED_FOR, Legal, one_of, whole
from harness.faults.strike import Passage, Proceed, brief


@dataclass(frozen=True)
class RateLimit:
    """429; `retry_after_ms` may be None (absent), 0, negative or absurd."""

    __repr__ = brief
    SITES: ClassVar[tuple[str, ...]] = ANSWERED
    LEGAL: ClassVar[dict[str, Legal]] = {"retry_after_ms": whole(None, none=True)}

    retry_after_ms: int | None = 1_000

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        raise RateLimited("Rate limit reached", 429, "rate_limit_error", self.retry_after_ms)


@dataclass(frozen=True)
class QuotaExceeded:
    """429 that no wait can mend: the quota is spent, or this one request is larger than a minute allows."""

    __repr__ = brief
    SITES: ClassVar[tuple[str, ...]] = MODEL
    LEGAL: ClassVar[dict[str, Legal]] = {"kind": one_of("insufficient_quota", "request_too_large")}

    kind: Literal["insufficient_quota", "request_too_large"] = "insufficient_quota"

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        said = "the quota is used up" if self.kind == "insufficient_quota" else "Request too large for a minute's limit"
        raise RateLimited(said, 429, self.kind)


@dataclass(frozen=True)
class ServerError:
    """A 5xx of the vendor."""

    __repr__ = brief
    SITES: ClassVar[tuple[str, ...]] = ANSWERED
    LEGAL: ClassVar[dict[str, Legal]] = {"status": whole(500, 599)}

    status: int = 500

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        if self.status == 529:
            raise ServerFailed("Overloaded", self.status, "overloaded_error")
        raise ServerFailed("Internal server error", self.status, "server_error")


@dataclass(frozen=True)
class Unauthorized:
    """401 (the key was rotated) or 403 (it may no longer do this): no repetition helps until a person mends it."""

    __repr__ = brief
    SITES: ClassVar[tuple[str, ...]] = ANSWERED
    LEGAL: ClassVar[dict[str, Legal]] = {"status": one_of(401, 403)}

    status: int = 401

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        kind = "authentication_error" if self.status == 401 else "permission_error"
        raise AuthenticationFailed("the key is not accepted", self.status, kind)


@dataclass(frozen=True)
class Hang:
    """Nothing happens and no answer ever comes."""

    __repr__ = brief
    SITES: ClassVar[tuple[str, ...]] = WAITED_FOR
    LEGAL: ClassVar[dict[str, Legal]] = {}

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        return await passage.hang()


@dataclass(frozen=True)
class HangAfter:
    """The effect happens, and no answer ever comes."""

    __repr__ = brief
    SITES: ClassVar[tuple[str, ...]] = WAITED_FOR
    LEGAL: ClassVar[dict[str, Legal]] = {}

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        await proceed()
        return await passage.hang()


@dataclass(frozen=True)
class Slow:
    """The answer takes `ms` virtual milliseconds longer. At the disk the whole process stands still for so long."""

    __repr__ = brief
    SITES: ClassVar[tuple[str, ...]] = PASSED
    LEGAL: ClassVar[dict[str, Legal]] = {"ms": whole()}

    ms: int = 20_000

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        await passage.sleep(self.ms)
        return await proceed()


@dataclass(frozen=True)
class FailBefore:
    """The connection is lost before the effect."""

    __repr__ = brief
    SITES: ClassVar[tuple[str, ...]] = CONNECTED
    LEGAL: ClassVar[dict[str, Legal]] = {}

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        raise ConnectionLost("connection reset by peer")


@dataclass(frozen=True)
class FailAfter:
    """The connection is lost after the effect: the caller sees just what `FailBefore` shows."""

    __repr__ = brief
    SITES: ClassVar[tuple[str, ...]] = CONNECTED
    LEGAL: ClassVar[dict[str, Legal]] = {}

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        await proceed()
        raise ConnectionLost("connection reset by peer")
