"""The public names of longhaul, in one place; `longhaul/__init__.py` offers them on first use."""

from __future__ import annotations

from harness.checks import CHECKS, PROGRESS, SAFETY, Check, Judgement, Verdict, judge
from harness.errors import (
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
from harness.faults import (
    CrashAfter,
    CrashBefore,
    EmptyAnswer,
    FailAfter,
    FailBefore,
    HallucinatedTool,
    Hang,
    HangAfter,
    MalformedArguments,
    NoSpace,
    Passage,
    Proceed,
    RateLimit,
    ServerError,
    Slow,
    Strike,
    TornAppend,
    WrongType,
    forever,
)
from harness.history import Event
from harness.host import Host
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
    "CHECKS", "PROGRESS", "SAFETY", "Answer", "Broken", "Check", "ConnectionLost", "ContextTooLong", "CrashAfter",
    "CrashBefore", "DiskFailed", "DoorError", "EmptyAnswer", "Event", "FailAfter", "FailBefore", "Fault",
    "HallucinatedTool", "Hang", "HangAfter", "HarnessError", "Host", "InvalidRequest", "Judgement", "Limits",
    "MalformedArguments", "Message", "Metric", "Model", "NoSpace", "Orchestrator", "Parameters", "Passage", "Policy",
    "Proceed", "Question", "RateLimit", "RateLimited", "Reply", "Request", "Result", "Run", "Scenario", "ServerError",
    "ServerFailed", "Setup", "Slow", "Spec", "Strike", "TimedOut", "Tool", "ToolCall", "ToolError", "TornAppend",
    "Usage", "UsageError", "Verdict", "View", "World", "WrongType", "assert_conforms", "assert_survives", "crash_specs",
    "execute", "forever", "judge", "parse",
]  # fmt: skip
