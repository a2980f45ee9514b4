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

from harness.faults.connection import FailAfter, FailBefore, Hang, HangAfter, RateLimit, ServerError, Slow
from harness.faults.crashes import CrashAfter, CrashBefore, TornAppend
from harness.faults.disk import NoSpace
from harness.faults.model import EmptyAnswer, HallucinatedTool, MalformedArguments, WrongType
from harness.faults.strike import Passage, Proceed, Strike, Survive, brief, forever

__all__ = [
    "FAULTS",
    "CrashAfter",
    "CrashBefore",
    "EmptyAnswer",
    "FailAfter",
    "FailBefore",
    "HallucinatedTool",
    "Hang",
    "HangAfter",
    "MalformedArguments",
    "NoSpace",
    "Passage",
    "Proceed",
    "RateLimit",
    "ServerError",
    "Slow",
    "Strike",
    "Survive",
    "TornAppend",
    "WrongType",
    "brief",
    "forever",
]

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
