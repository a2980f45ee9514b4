"""Crashes: the process dies at a passage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from harness.faults.strike import Passage, Proceed, Survive, brief


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
