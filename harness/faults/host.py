"""Faults of the machine: its clock, and what a new life finds of the old one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from harness.faults.sites import BOOT, PASSED, Legal, share, text, whole
from harness.faults.strike import Passage, Proceed, brief
from harness.journal import JournalError, decode, frame

NEWER = b'{"type":"FromTheFuture","version":999}'
"""The JSON of a record that no version of today knows."""


@dataclass(frozen=True)
class ClockJump:
    """The wall clock jumps by `ms`, back where it is negative, and stays off by so much."""

    __repr__ = brief
    SITES: ClassVar[tuple[str, ...]] = PASSED
    LEGAL: ClassVar[dict[str, Legal]] = {"ms": whole(None)}

    ms: int = -3_600_000

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        passage.jump_clock(self.ms)
        return await proceed()


@dataclass(frozen=True)
class DamagedJournal:
    """One bit of the journal at rest is wrong, at `share` of its length: what was durable when the life before it died."""

    __repr__ = brief
    SITES: ClassVar[tuple[str, ...]] = BOOT
    LEGAL: ClassVar[dict[str, Legal]] = {"share": share()}

    share: float = 0.25

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        passage.rewrite(self._flipped)
        return await proceed()

    def _flipped(self, data: bytes) -> bytes:
        if not data:
            return data
        at = min(int(len(data) * self.share), len(data) - 1)
        return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@dataclass(frozen=True)
class NewerJournal:
    """A newer release ran in the meantime and left a well-framed record of a type that this one does not know."""

    __repr__ = brief
    SITES: ClassVar[tuple[str, ...]] = BOOT
    LEGAL: ClassVar[dict[str, Legal]] = {}

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        passage.rewrite(_with_a_newer_record)
        return await proceed()


def _with_a_newer_record(data: bytes) -> bytes:
    """The whole records of a journal and one more, flushed; a journal of another format gets the line as it is."""
    try:
        whole_part = decode(data)
    except JournalError:
        return data + frame(NEWER, 1)
    barrier = whole_part.records[-1].barrier + 1 if whole_part.records else 1
    return data[: whole_part.size] + frame(NEWER, barrier)


@dataclass(frozen=True)
class ToolGone:
    """After the restart a tool is not offered any more."""

    __repr__ = brief
    SITES: ClassVar[tuple[str, ...]] = BOOT
    LEGAL: ClassVar[dict[str, Legal]] = {"name": text()}

    name: str = "pay_invoice"

    async def __call__(self, passage: Passage, proceed: Proceed) -> Any:
        passage.without_tool(self.name)
        return await proceed()
