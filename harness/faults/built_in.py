"""Every built-in fault, by name in a spec."""

from __future__ import annotations

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

CRASHES = (CrashBefore, CrashAfter, TornAppend)
OF_A_CONNECTION = (
    RateLimit, QuotaExceeded, ServerError, Unauthorized, Hang, HangAfter, Slow, FailBefore, FailAfter,
)  # fmt: skip
OF_A_MODEL = (
    EmptyAnswer, HollowAnswer, CutAnswer, MidstreamError, EarlyStop, StopReason, WrongUsage, ModelGone, ContextOverflow,
    OddText, HallucinatedTool, MalformedArguments, OneBadCall, TruncatedArguments, WrongType, DuplicateCallIds,
    ReusedCallId, SameCallAgain,
)  # fmt: skip
OF_A_TOOL = (
    LateEffect, HangThenLands, CrashThenLands, DeliveredTwice, EmptyResult, ErrorInOk, HugeResult, StaleRead, Drift,
)  # fmt: skip
OF_A_HOST = (
    NoSpace, SyncFailed, ShortWrite, DiskRefuses, ClockJump, DamagedJournal, NewerJournal, ToolGone,
)  # fmt: skip

FAULTS = (*CRASHES, *OF_A_CONNECTION, *OF_A_MODEL, *OF_A_TOOL, *OF_A_HOST)
"""The built-in faults, by name in a spec. A stranger's fault is `Fault('path/to/file.py:Name', ...)`."""
