"""The public names, pinned; and what importing them must not cost."""

from __future__ import annotations

import subprocess
import sys
from types import FunctionType

import pytest

import longhaul
from longhaul.home import ROOT

NAMES = set(
    """
Answer AuthenticationFailed Broken CHECKS Check ClockJump ConnectionLost ContextOverflow ContextTooLong CrashAfter
CrashBefore CrashMidAnswer CrashThenLands CutAnswer CutArguments CutStream EmptyObject ErrorEvent HtmlBody Overloaded
RateLimitHeaders RetryAfter SilentAnswer SlowDrip FakeVendor asgi_app fake_vendor
 DamagedJournal DeliveredTwice DiskFailed DiskRefuses DoorError Drift
DuplicateCallIds EarlyStop EmptyAnswer EmptyResult ErrorInOk Event Exploration FailAfter FailBefore Fault Fold
FoldedCheck HallucinatedTool Hang
HangAfter HangThenLands HarnessError HollowAnswer Host HugeResult InvalidRequest Judgement LateEffect Limits
MalformedArguments Message Metric MidstreamError Model ModelGone NewerJournal NoSpace OddText OneBadCall Orchestrator
PROGRESS Parameters Passage Policy Proceed Question QuotaExceeded RateLimit RateLimited Reply Request Result
ReusedCallId Run SAFETY SameCallAgain Scenario ServerError ServerFailed Setup ShortWrite Slow Spec StaleRead
Standing StopReason Strike SyncFailed TimedOut Tool ToolCall ToolError ToolGone TornAppend TruncatedArguments Unauthorized
Usage UsageError Verdict View World WrongType WrongUsage assert_conforms assert_survives crash_specs execute forever judge
parse recheck
""".split()  # noqa: SIM905
)


def test_the_public_names_are_these() -> None:
    assert sorted(longhaul.__all__) == sorted(NAMES)
    assert [name for name in NAMES if getattr(longhaul, name, None) is None] == []


def test_every_public_name_has_a_docstring() -> None:
    things = {name: getattr(longhaul, name) for name in NAMES}
    lacking = [name for name, thing in things.items() if isinstance(thing, type | FunctionType) and not thing.__doc__]
    assert lacking == []


def test_another_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'longhaul' has no attribute 'Spek'"):
        longhaul.Spek  # noqa: B018


def imported(statement: str) -> set[str]:
    """The modules that a fresh process has imported after a statement."""
    code = f"{statement}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stdout.split()}


def test_importing_the_public_names_is_light() -> None:
    heavy = {"pandas", "pyarrow", "matplotlib", "pytest", "numpy", "httpx", "rich", "click", "reports"}
    assert imported("from longhaul import *") & heavy == set()


def test_importing_the_plugin_imports_nothing_of_ours_but_itself() -> None:
    ours = {"harness", "fakes", "scenarios", "reports", "evals", "msgspec"}
    assert imported("import longhaul.plugin") & ours == set()
