"""Crashes: the process dies at a passage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, get_args

from harness.faults.sites import PASSED, Legal, share, survivors
from harness.faults.strike import Passage, Proceed, Survive, brief

_SURVIVE = {"survive": survivors(*get_args(Survive))}


@dataclass(frozen=True)
class CrashBefore:
    """The process dies before anything passes."""

    __repr__ = brief
    SITES: ClassVar[tuple[str, ...]] = PASSED
    LEGAL: ClassVar[dict[str, Legal]] = _SURVIVE

    survive: Survive = "none"

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        return await passage.crash(self.survive)


@dataclass(frozen=True)
class CrashAfter:
    """It happened, and the process dies before it learns of it. At `disk:append` with `none`: the lost un-fsynced tail."""

    __repr__ = brief
    SITES: ClassVar[tuple[str, ...]] = PASSED
    LEGAL: ClassVar[dict[str, Legal]] = _SURVIVE

    survive: Survive = "none"

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        await proceed()
        return await passage.crash(self.survive)


@dataclass(frozen=True)
class TornAppend:
    """The process dies in the middle of a write: everything unflushed before it survives, and `share` of this record."""

    __repr__ = brief
    SITES: ClassVar[tuple[str, ...]] = ("disk:append",)
    LEGAL: ClassVar[dict[str, Legal]] = {"share": share()}

    share: float = 0.5

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        before = await proceed()
        return await passage.crash(before + int(len(passage.payload) * self.share))
