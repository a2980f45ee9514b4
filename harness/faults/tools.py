"""Faults of tools: effects that land late or twice, answers that are empty, huge, stale or say no while meaning it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import msgspec

from harness.errors import ConnectionLost
from harness.faults.sites import TOOL, Legal, whole
from harness.faults.strike import Passage, Proceed, brief
from harness.types import Result


@dataclass(frozen=True)
class LateEffect:
    """The connection is lost at once, and the effect lands `ms` virtual milliseconds later, whatever becomes of the process."""

    __repr__ = brief
    SITES: ClassVar[tuple[str, ...]] = TOOL
    LEGAL: ClassVar[dict[str, Legal]] = {"ms": whole()}

    ms: int = 5_000

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        passage.later(self.ms)
        raise ConnectionLost("connection reset by peer")


@dataclass(frozen=True)
class HangThenLands:
    """No answer ever comes, and the effect lands after `ms` virtual milliseconds, though the caller gave up long before."""

    __repr__ = brief
    SITES: ClassVar[tuple[str, ...]] = TOOL
    LEGAL: ClassVar[dict[str, Legal]] = {"ms": whole()}

    ms: int = 60_000

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        passage.later(self.ms)
        return await passage.hang()


@dataclass(frozen=True)
class CrashThenLands:
    """The process dies while its request is under way, and the effect lands `ms` virtual milliseconds later."""

    __repr__ = brief
    SITES: ClassVar[tuple[str, ...]] = TOOL
    LEGAL: ClassVar[dict[str, Legal]] = {"ms": whole()}

    ms: int = 5_000

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        passage.later(self.ms)
        return await passage.crash("none")


@dataclass(frozen=True)
class DeliveredTwice:
    """The network delivers the request twice; the caller gets the second answer."""

    __repr__ = brief
    SITES: ClassVar[tuple[str, ...]] = TOOL
    LEGAL: ClassVar[dict[str, Legal]] = {}

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        await proceed()
        return await proceed()


@dataclass(frozen=True)
class EmptyResult:
    """The tool does its work and answers `ok` with nothing in it."""

    __repr__ = brief
    SITES: ClassVar[tuple[str, ...]] = TOOL
    LEGAL: ClassVar[dict[str, Legal]] = {}

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        result: Result = await proceed()
        return msgspec.structs.replace(result, content="", bytes=0)


@dataclass(frozen=True)
class ErrorInOk:
    """The tool does nothing, and answers `ok` with an error in its content."""

    __repr__ = brief
    SITES: ClassVar[tuple[str, ...]] = TOOL
    LEGAL: ClassVar[dict[str, Legal]] = {}

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        content = '{"error": "upstream unavailable, nothing was done"}'
        return Result(content, bytes=len(content))


@dataclass(frozen=True)
class HugeResult:
    """The tool's answer is followed by so many bytes of noise."""

    __repr__ = brief
    SITES: ClassVar[tuple[str, ...]] = TOOL
    LEGAL: ClassVar[dict[str, Legal]] = {"bytes": whole(1, 64 * 1024 * 1024)}

    bytes: int = 2_000_000

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        result: Result = await proceed()
        noise = ("lorem ipsum dolor sit amet " * (self.bytes // 27 + 1))[: self.bytes]
        return msgspec.structs.replace(
            result, content=f"{result.content}\n{noise}", bytes=result.bytes + 1 + self.bytes
        )


@dataclass(frozen=True)
class StaleRead:
    """A read answers what was true `versions` mutations ago, and says of which version it is."""

    __repr__ = brief
    SITES: ClassVar[tuple[str, ...]] = TOOL
    LEGAL: ClassVar[dict[str, Legal]] = {"versions": whole(1)}

    versions: int = 1

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        return await passage.earlier(self.versions)


@dataclass(frozen=True)
class Drift:
    """A person changes the world behind the orchestrator's back, just before the call arrives."""

    __repr__ = brief
    SITES: ClassVar[tuple[str, ...]] = TOOL
    LEGAL: ClassVar[dict[str, Legal]] = {}

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        passage.drift()
        return await proceed()
