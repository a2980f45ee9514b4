"""Every built-in fault, by name in a spec."""

from __future__ import annotations

from harness.faults import calls, connection, crashes, disk, host, model, tools, wire

CRASHES = (crashes.CrashBefore, crashes.CrashAfter, crashes.TornAppend)
OF_A_CONNECTION = (
    connection.RateLimit, connection.QuotaExceeded, connection.ServerError, connection.Unauthorized, connection.Hang,
    connection.HangAfter, connection.Slow, connection.FailBefore, connection.FailAfter,
)  # fmt: skip
OF_A_MODEL = (
    model.EmptyAnswer, model.HollowAnswer, model.CutAnswer, model.MidstreamError, model.EarlyStop, model.StopReason,
    model.WrongUsage, model.ModelGone, model.ContextOverflow, model.OddText, calls.HallucinatedTool,
    calls.MalformedArguments, calls.OneBadCall, calls.TruncatedArguments, calls.WrongType, calls.DuplicateCallIds,
    calls.ReusedCallId, calls.SameCallAgain,
)  # fmt: skip
OF_A_TOOL = (
    tools.LateEffect, tools.HangThenLands, tools.CrashThenLands, tools.DeliveredTwice, tools.EmptyResult,
    tools.ErrorInOk, tools.HugeResult, tools.StaleRead, tools.Drift,
)  # fmt: skip
OF_A_HOST = (
    disk.NoSpace, disk.SyncFailed, disk.ShortWrite, disk.DiskRefuses, host.ClockJump, host.DamagedJournal,
    host.NewerJournal, host.ToolGone,
)  # fmt: skip
OF_A_WIRE = (
    wire.RetryAfter, wire.RateLimitHeaders, wire.Overloaded, wire.HtmlBody, wire.EmptyObject, wire.ErrorEvent,
    wire.SilentAnswer, wire.SlowDrip, wire.CutStream, wire.CutArguments, wire.CrashMidAnswer,
)  # fmt: skip

FAULTS = (*CRASHES, *OF_A_CONNECTION, *OF_A_MODEL, *OF_A_TOOL, *OF_A_HOST, *OF_A_WIRE)
"""The built-in faults, by name in a spec. A stranger's fault is `Fault('path/to/file.py:Name', ...)`."""
