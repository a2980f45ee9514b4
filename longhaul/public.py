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
    CrashMidAnswer,
    CrashThenLands,
    CutAnswer,
    CutArguments,
    CutStream,
    DamagedJournal,
    DeliveredTwice,
    DiskRefuses,
    Drift,
    DuplicateCallIds,
    EarlyStop,
    EmptyAnswer,
    EmptyObject,
    EmptyResult,
    ErrorEvent,
    ErrorInOk,
    FailAfter,
    FailBefore,
    HallucinatedTool,
    Hang,
    HangAfter,
    HangThenLands,
    HollowAnswer,
    HtmlBody,
    HugeResult,
    LateEffect,
    MalformedArguments,
    MidstreamError,
    ModelGone,
    NewerJournal,
    NoSpace,
    OddText,
    OneBadCall,
    Overloaded,
    Passage,
    Proceed,
    QuotaExceeded,
    RateLimit,
    RateLimitHeaders,
    RetryAfter,
    ReusedCallId,
    SameCallAgain,
    ServerError,
    ShortWrite,
    SilentAnswer,
    Slow,
    SlowDrip,
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
from longhaul.wire import FakeVendor, asgi_app, fake_vendor

__all__ = [
    "CHECKS", "PROGRESS", "SAFETY", "Answer", "AuthenticationFailed", "Broken", "Check", "ClockJump",
    "ConnectionLost", "ContextOverflow", "ContextTooLong", "CrashAfter", "CrashBefore", "CrashMidAnswer",
    "CrashThenLands", "CutAnswer", "CutArguments", "CutStream", "DamagedJournal", "DeliveredTwice", "DiskFailed",
    "DiskRefuses", "DoorError", "Drift", "DuplicateCallIds", "EarlyStop", "EmptyAnswer", "EmptyObject",
    "EmptyResult", "ErrorEvent", "ErrorInOk", "Event", "Exploration", "FailAfter", "FailBefore", "FakeVendor", "Fault", "Fold",
    "FoldedCheck", "HallucinatedTool", "Hang", "HangAfter", "HangThenLands", "HarnessError", "HollowAnswer", "Host",
    "HtmlBody", "HugeResult", "InvalidRequest", "Judgement", "LateEffect", "Limits", "MalformedArguments", "Message",
    "Metric", "MidstreamError", "Model", "ModelGone", "NewerJournal", "NoSpace", "OddText", "OneBadCall",
    "Orchestrator", "Overloaded", "Parameters", "Passage", "Policy", "Proceed", "Question", "QuotaExceeded",
    "RateLimit", "RateLimitHeaders", "RateLimited", "Reply", "Request", "Result", "RetryAfter", "ReusedCallId",
    "Run", "SameCallAgain", "Scenario", "ServerError", "ServerFailed", "Setup", "ShortWrite", "SilentAnswer", "Slow",
    "SlowDrip", "Spec", "StaleRead", "Standing", "StopReason", "Strike", "SyncFailed", "TimedOut", "Tool",
    "ToolCall", "ToolError", "ToolGone", "TornAppend", "TruncatedArguments", "Unauthorized", "Usage", "UsageError",
    "Verdict", "View", "World", "WrongType", "WrongUsage", "asgi_app", "assert_conforms", "assert_survives", "crash_specs",
    "execute", "fake_vendor", "forever", "judge", "parse", "recheck",
]  # fmt: skip
