"""Faults: small frozen dataclasses around one passage through a site. A `Strike` says where one hits.

A fault is called with the passage and `proceed`; what it returns or raises is what the orchestrator gets:

    @dataclass(frozen=True)
    class Slow:
        ms: int
        async def __call__(self, passage, proceed):
            await passage.sleep(self.ms)
            return await proceed()

The same shape serves every site. At disk sites nothing may wait, because a write does not yield to other tasks.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import MISSING, dataclass, fields, replace
from hashlib import blake2b
from typing import Any, Literal, Protocol, TypeAlias

import msgspec

from harness.errors import ConnectionLost, DiskFailed, RateLimited, ServerFailed
from harness.types import Reply, ToolCall


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
        return self.chance >= 1 or _drawn(f"{seed}/{self.site}/{nth}") < self.chance


def _drawn(text: str) -> float:
    """A number from 0 to 1 that follows from the text."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest()) / 2**64


@dataclass(frozen=True)
class CrashBefore:
    """The process dies before anything passes."""

    __repr__ = brief

    survive: Survive = "none"

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        return await passage.crash(self.survive)


@dataclass(frozen=True)
class CrashAfter:
    """It happened, and the process dies before it learns of it. At `disk:append` with `none`: the lost un-fsynced tail."""

    __repr__ = brief

    survive: Survive = "none"

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        await proceed()
        return await passage.crash(self.survive)


@dataclass(frozen=True)
class TornAppend:
    """The process dies in the middle of a write: everything unflushed before it survives, and `share` of this record."""

    __repr__ = brief

    share: float = 0.5

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        before = await proceed()
        return await passage.crash(before + int(len(passage.payload) * self.share))


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


@dataclass(frozen=True)
class EmptyAnswer:
    """The model answers with nothing: no text and no call."""

    __repr__ = brief

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        reply: Reply = await proceed()
        return msgspec.structs.replace(reply, text="", calls=())


def _with_calls(reply: Reply, change: Callable[[ToolCall], ToolCall]) -> Reply:
    """A reply in which every call is changed; a reply without calls gets one, so that the fault always bites."""
    calls = reply.calls or (ToolCall("call_struck", "finish", "{}"),)
    return msgspec.structs.replace(reply, calls=tuple(map(change, calls)), stop="calls")


@dataclass(frozen=True)
class HallucinatedTool:
    """The model calls a tool that does not exist."""

    __repr__ = brief

    name: str = "delete_everything"

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        return _with_calls(await proceed(), lambda call: msgspec.structs.replace(call, name=self.name))


@dataclass(frozen=True)
class MalformedArguments:
    """The arguments of every call are cut in the middle and no longer JSON."""

    __repr__ = brief

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        return _with_calls(
            await proceed(),
            lambda call: msgspec.structs.replace(call, arguments=call.arguments[: len(call.arguments) // 2] or "{"),
        )


@dataclass(frozen=True)
class WrongType:
    """Every argument has the wrong type: valid JSON that breaks the schema."""

    __repr__ = brief

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        return _with_calls(await proceed(), _with_wrong_types)


def _with_wrong_types(call: ToolCall) -> ToolCall:
    try:
        given = msgspec.json.decode(call.arguments, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        given = {}
    wrong = {name: [value] for name, value in given.items()} or {"unexpected": [True]}
    return msgspec.structs.replace(call, arguments=msgspec.json.encode(wrong).decode())


@dataclass(frozen=True)
class NoSpace:
    """The disk is full: nothing of this write is kept."""

    __repr__ = brief

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        raise DiskFailed("no space left on device", error_type="ENOSPC")


FAULTS = (
    CrashBefore,
    CrashAfter,
    TornAppend,
    RateLimit,
    ServerError,
    Hang,
    HangAfter,
    Slow,
    FailBefore,
    FailAfter,
    EmptyAnswer,
    HallucinatedTool,
    MalformedArguments,
    WrongType,
    NoSpace,
)
"""The built-in faults, by name in a spec. A stranger's fault is `Fault('path/to/file.py:Name', ...)`."""


def forever(strike: Strike) -> Strike:
    """The same strike, at every passage from its first on."""
    return replace(strike, times=None)
