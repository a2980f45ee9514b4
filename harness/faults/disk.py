"""Faults of the disk. A write does not yield to other tasks: nothing here waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from harness.errors import DiskFailed
from harness.faults.strike import Passage, Proceed, brief


@dataclass(frozen=True)
class NoSpace:
    """The disk is full: nothing of this write is kept."""

    __repr__ = brief

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        raise DiskFailed("no space left on device", error_type="ENOSPC")
