"""Faults of the disk. A write does not yield to other tasks: nothing here waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from harness.errors import DiskFailed
from harness.faults.sites import DISK, Legal, one_of, share
from harness.faults.strike import Passage, Proceed, brief

_WORDS = {"EROFS": "read-only file system", "EACCES": "permission denied"}


@dataclass(frozen=True)
class NoSpace:
    """The disk is full: nothing of this write is kept."""

    __repr__ = brief
    SITES: ClassVar[tuple[str, ...]] = ("disk:append", "disk:flush", "disk:truncate")
    LEGAL: ClassVar[dict[str, Legal]] = {}

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        raise DiskFailed("no space left on device", error_type="ENOSPC")


@dataclass(frozen=True)
class SyncFailed:
    """The flush fails, and what was pending will never be durable: a read still shows it, a later flush only seems to help."""

    __repr__ = brief
    SITES: ClassVar[tuple[str, ...]] = ("disk:flush",)
    LEGAL: ClassVar[dict[str, Legal]] = {}

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        passage.poison()
        raise DiskFailed("input/output error", error_type="EIO")


@dataclass(frozen=True)
class ShortWrite:
    """Only `share` of the bytes is written, and the write says that it was interrupted."""

    __repr__ = brief
    SITES: ClassVar[tuple[str, ...]] = ("disk:append",)
    LEGAL: ClassVar[dict[str, Legal]] = {"share": share()}

    share: float = 0.5

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        await passage.partial(self.share)
        raise DiskFailed("interrupted system call after a part of the bytes", error_type="EINTR")


@dataclass(frozen=True)
class DiskRefuses:
    """The file may not be touched: a file system that became read-only (EROFS), or another owner (EACCES)."""

    __repr__ = brief
    SITES: ClassVar[tuple[str, ...]] = DISK
    LEGAL: ClassVar[dict[str, Legal]] = {"error_type": one_of(*_WORDS)}

    error_type: str = "EROFS"

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        raise DiskFailed(_WORDS.get(self.error_type, self.error_type), error_type=self.error_type)
