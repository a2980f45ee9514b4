"""The public names of longhaul, in one place; `longhaul/__init__.py` offers them on first use."""

from __future__ import annotations

from harness.checks import CHECKS, PROGRESS, SAFETY, Check, Judgement, Verdict, judge
from harness.checks.fold import Fold, FoldedCheck
from harness.errors import (
    AuthenticationFailed,
    ConnectionLost,
    ContextTooLong,
    DiskFailed,
    DoorError,
    HarnessError,
    InvalidRequest,
    RateLimited,
    ServerFailed,
    TimedOut,
    ToolError,
    UsageError,
)
from harness.explore import Exploration, recheck
from harness.faults import (
    ClockJump,
    ContextOverflow,
    CrashAfter,
    CrashBefore,
    CrashThenLands,
    CutAnswer,
    DamagedJournal,
    DeliveredTwice,
    DiskRefuses,
    Drift,
    DuplicateCallIds,
    EarlyStop,
    EmptyAnswer,
    EmptyResult,
    ErrorInOk,
    FailAfter,
    FailBefore,
    HallucinatedTool,
    Hang,
    HangAfter,
    HangThenLands,
    HollowAnswer,
    HugeResult,
    LateEffect,
    MalformedArguments,
    MidstreamError,
    ModelGone,
    NewerJournal,
    NoSpace,
    OddText,
    OneBadCall,
    Passage,
    Proceed,
    QuotaExceeded,
    RateLimit,
    ReusedCallId,
    SameCallAgain,
    ServerError,
    ShortWrite,
    Slow,
    StaleRead,
    StopReason,
    Strike,
    SyncFailed,
    ToolGone,
    TornAppend,
    TruncatedArguments,
    Unauthorized,
    WrongType,
    WrongUsage,
    forever,
)
from harness.history import Event
from harness.host import Host, Standing
from harness.metrics import Metric
from harness.run import Run, execute
from harness.spec import Fault, Model, Orchestrator, Policy, Spec, parse
from harness.types import (
    Answer,
    Limits,
    Message,
    Parameters,
    Question,
    Reply,
    Request,
    Result,
    Scenario,
    Setup,
    Tool,
    ToolCall,
    Usage,
    View,
)
from harness.world import World
from longhaul.conformance.trial import assert_conforms
from longhaul.trial import Broken, assert_survives, crash_specs

__all__ = [
    "CHECKS", "PROGRESS", "SAFETY", "Answer", "AuthenticationFailed", "Broken", "Check", "ClockJump",
    "ConnectionLost", "ContextOverflow", "ContextTooLong", "CrashAfter", "CrashBefore", "CrashThenLands",
    "CutAnswer", "DamagedJournal", "DeliveredTwice", "DiskFailed", "DiskRefuses", "DoorError", "Drift",
    "DuplicateCallIds", "EarlyStop", "EmptyAnswer", "EmptyResult", "ErrorInOk", "Event", "Exploration", "FailAfter",
    "FailBefore", "Fault", "Fold", "FoldedCheck", "HallucinatedTool", "Hang", "HangAfter", "HangThenLands",
    "HarnessError", "HollowAnswer", "Host", "HugeResult", "InvalidRequest", "Judgement", "LateEffect", "Limits",
    "MalformedArguments", "Message", "Metric", "MidstreamError", "Model", "ModelGone", "NewerJournal", "NoSpace",
    "OddText", "OneBadCall", "Orchestrator", "Parameters", "Passage", "Policy", "Proceed", "Question",
    "QuotaExceeded", "RateLimit", "RateLimited", "Reply", "Request", "Result", "ReusedCallId", "Run",
    "SameCallAgain", "Scenario", "ServerError", "ServerFailed", "Setup", "ShortWrite", "Slow", "Spec", "StaleRead",
    "Standing", "StopReason", "Strike", "SyncFailed", "TimedOut", "Tool", "ToolCall", "ToolError", "ToolGone",
    "TornAppend", "TruncatedArguments", "Unauthorized", "Usage", "UsageError", "Verdict", "View", "World",
    "WrongType", "WrongUsage", "assert_conforms", "assert_survives", "crash_specs", "execute", "forever", "judge",
    "parse", "recheck",
]  # fmt: skip
