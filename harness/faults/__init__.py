"""Faults: small frozen dataclasses around one passage through a site. A `Strike` says where one hits.

A fault is called with the passage and `proceed`; what it returns or raises is what the orchestrator gets:

    @dataclass(frozen=True)
    class Slow:
        ms: int
        async def __call__(self, passage, proceed):
            await passage.sleep(self.ms)
            return await proceed()

The same shape serves every site. At disk sites nothing may wait, because a write does not yield to other tasks.

A built-in fault says at which sites it can strike (`SITES`) and what its fields may hold (`LEGAL`); `check_strike` refuses
the rest. A stranger's fault is a dataclass of this shape in any file, and strikes wherever a spec puts it.
"""

from __future__ import annotations

from harness.faults.built_in import FAULTS
from harness.faults.calls import (
    DuplicateCallIds,
    HallucinatedTool,
    MalformedArguments,
    OneBadCall,
    ReusedCallId,
    SameCallAgain,
    TruncatedArguments,
    WrongType,
)
from harness.faults.check import check_sites, check_strike, fits
from harness.faults.connection import (
    FailAfter,
    FailBefore,
    Hang,
    HangAfter,
    QuotaExceeded,
    RateLimit,
    ServerError,
    Slow,
    Unauthorized,
)
from harness.faults.crashes import CrashAfter, CrashBefore, TornAppend
from harness.faults.disk import DiskRefuses, NoSpace, ShortWrite, SyncFailed
from harness.faults.host import ClockJump, DamagedJournal, NewerJournal, ToolGone
from harness.faults.model import (
    ContextOverflow,
    CutAnswer,
    EarlyStop,
    EmptyAnswer,
    HollowAnswer,
    MidstreamError,
    ModelGone,
    OddText,
    StopReason,
    WrongUsage,
)
from harness.faults.strike import Passage, Proceed, Strike, Survive, brief, forever
from harness.faults.tools import (
    CrashThenLands,
    DeliveredTwice,
    Drift,
    EmptyResult,
    ErrorInOk,
    HangThenLands,
    HugeResult,
    LateEffect,
    StaleRead,
)
from harness.faults.wire import (
    CrashMidAnswer,
    CutArguments,
    CutStream,
    EmptyObject,
    ErrorEvent,
    HtmlBody,
    Overloaded,
    RateLimitHeaders,
    RetryAfter,
    SilentAnswer,
    SlowDrip,
)

__all__ = [
    "FAULTS",
    "ClockJump",
    "ContextOverflow",
    "CrashAfter",
    "CrashBefore",
    "CrashMidAnswer",
    "CrashThenLands",
    "CutAnswer",
    "CutArguments",
    "CutStream",
    "DamagedJournal",
    "DeliveredTwice",
    "DiskRefuses",
    "Drift",
    "DuplicateCallIds",
    "EarlyStop",
    "EmptyAnswer",
    "EmptyObject",
    "EmptyResult",
    "ErrorEvent",
    "ErrorInOk",
    "FailAfter",
    "FailBefore",
    "HallucinatedTool",
    "Hang",
    "HangAfter",
    "HangThenLands",
    "HollowAnswer",
    "HtmlBody",
    "HugeResult",
    "LateEffect",
    "MalformedArguments",
    "MidstreamError",
    "ModelGone",
    "NewerJournal",
    "NoSpace",
    "OddText",
    "OneBadCall",
    "Overloaded",
    "Passage",
    "Proceed",
    "QuotaExceeded",
    "RateLimit",
    "RateLimitHeaders",
    "RetryAfter",
    "ReusedCallId",
    "SameCallAgain",
    "ServerError",
    "ShortWrite",
    "SilentAnswer",
    "Slow",
    "SlowDrip",
    "StaleRead",
    "StopReason",
    "Strike",
    "Survive",
    "SyncFailed",
    "ToolGone",
    "TornAppend",
    "TruncatedArguments",
    "Unauthorized",
    "WrongType",
    "WrongUsage",
    "brief",
    "check_sites",
    "check_strike",
    "fits",
    "forever",
]
