"""Strikes that cannot be are refused by name, with what exists instead."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from harness._tests.small import small
from harness.errors import UsageError
from harness.faults import (
    FAULTS,
    ClockJump,
    CrashBefore,
    DamagedJournal,
    DiskRefuses,
    EarlyStop,
    EmptyAnswer,
    HallucinatedTool,
    Hang,
    HangThenLands,
    HugeResult,
    LateEffect,
    MalformedArguments,
    MidstreamError,
    OddText,
    OneBadCall,
    QuotaExceeded,
    RateLimit,
    ServerError,
    ShortWrite,
    Slow,
    StaleRead,
    StopReason,
    Strike,
    ToolGone,
    TornAppend,
    TruncatedArguments,
    Unauthorized,
    WrongUsage,
    check_strike,
    fits,
)
from harness.faults.sites import SITES, kind_of
from harness.run import execute
from harness.spec import Fault, parse


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (RateLimit("x"), r"RateLimit\(retry_after_ms='x'\): .* must be a whole number or None"),  # type: ignore[arg-type]
        (RateLimit(1.5), "must be a whole number or None"),  # type: ignore[arg-type]
        (RateLimit(True), "must be a whole number or None"),
        (QuotaExceeded("broke"), "kind is 'broke'; it must be one of 'insufficient_quota', 'request_too_large'"),  # type: ignore[arg-type]
        (ServerError(200), "status is 200; it must be a whole number from 500 to 599"),
        (ServerError(None), "status is None"),  # type: ignore[arg-type]
        (Unauthorized(404), "status is 404; it must be one of 401, 403"),
        (Slow(-1), "ms is -1; it must be a whole number, at least 0"),
        (LateEffect(-5), "ms is -5"),
        (HangThenLands("long"), "ms is 'long'"),  # type: ignore[arg-type]
        (ClockJump(0.5), "ms is 0.5; it must be a whole number"),  # type: ignore[arg-type]
        (TornAppend(2), "share is 2; it must be a number from 0 to 1"),
        (ShortWrite(-0.1), "share is -0.1"),
        (DamagedJournal(float("nan")), "share is nan"),
        (CrashBefore("most"), "survive is 'most'; it must be one of 'none', 'half', .*, or a whole number of bytes"),  # type: ignore[arg-type]
        (CrashBefore(-1), "survive is -1"),  # type: ignore[arg-type]
        (MalformedArguments("bent"), "shape is 'bent'; it must be one of 'cut', 'trailing_comma'"),
        (MidstreamError("oops"), "error_type is 'oops'"),
        (TruncatedArguments("end"), "stop is 'end'; it must be one of 'length', ''"),
        (OddText("emoji"), "kind is 'emoji'"),  # type: ignore[arg-type]
        (OneBadCall(0), "position is 0; it must be a whole number, at least 1"),
        (WrongUsage(-1), "tokens is -1; it must be a whole number, at least 0 or None"),
        (StopReason(""), "reason is ''; it must be a text that is not empty"),
        (EarlyStop(""), "text is ''"),
        (HallucinatedTool(name=""), "name is ''"),
        (HallucinatedTool(near_miss=1), "near_miss is 1; it must be True or False"),  # type: ignore[arg-type]
        (HugeResult(0), "bytes is 0; it must be a whole number from 1 to 67108864"),
        (HugeResult(10**12), "bytes is 1000000000000"),
        (StaleRead(0), "versions is 0"),
        (ToolGone(""), "name is ''"),
        (DiskRefuses("ENOENT"), "error_type is 'ENOENT'; it must be one of 'EROFS', 'EACCES'"),
    ],
    ids=repr,
)
def test_impossible_values_are_refused_with_what_is_possible(fault: Any, message: str) -> None:
    kind = fault.SITES[0]
    site = f"{kind}:pay" if kind in ("tool", "query") else kind
    with pytest.raises(UsageError, match=message):
        check_strike(Strike(site, 1, fault))


@pytest.mark.parametrize(
    ("site", "fault", "message"),
    [
        (
            "tool:pay",
            EmptyAnswer(),
            r"EmptyAnswer cannot strike at 'tool:pay', only at model; what strikes there is CrashB",
        ),
        ("model", TornAppend(), "TornAppend cannot strike at 'model', only at disk:append"),
        ("disk:append", Hang(), "only at model, tool:NAME, query:NAME, human or sleep"),
        ("disk:read", ShortWrite(), "only at disk:append; what strikes there is .*DiskRefuses"),
        ("boot", CrashBefore(), "what strikes there is DamagedJournal, NewerJournal, ToolGone"),
        ("model", DamagedJournal(), "only at boot"),
        ("human", RateLimit(), "RateLimit cannot strike at 'human'"),
    ],
)
def test_a_fault_where_it_cannot_be_is_refused(site: str, fault: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        check_strike(Strike(site, 1, fault))


@pytest.mark.parametrize(
    ("site", "hint"),
    [
        ("modle", "did you mean model"),
        ("disk:write", "did you mean disk:"),
        ("tool:", "did you mean tool:NAME[?] there are model, tool:NAME, query:NAME, human, sleep, disk:read"),
        ("tool", "did you mean tool:NAME"),
        ("", "there are model"),
        ("reboot", "did you mean boot"),
    ],
)
def test_a_site_that_cannot_exist_is_refused(site: str, hint: str) -> None:
    with pytest.raises(UsageError, match=f"no site '{site}'; {hint}"):
        check_strike(Strike(site, 1, CrashBefore()))


@pytest.mark.parametrize(
    ("strike", "hint"),
    [
        (Strike("tool:pays", 1, CrashBefore()), "has no tool 'pays'; did you mean pay"),
        (Strike("query:paid", 1, Hang()), "has no tool 'paid'; did you mean pay"),
        (Strike("tool:zzz", 1, CrashBefore()), "has no tool 'zzz'; there are look, note, pay"),
        (Strike("boot", 1, ToolGone("notes")), "has no tool 'notes'; did you mean note"),
    ],
)
def test_a_tool_that_the_scenario_does_not_have_is_refused(strike: Strike, hint: str) -> None:
    with pytest.raises(UsageError, match=hint):
        execute(small("sound.py:LOOP", strikes=(strike,)))


@pytest.mark.parametrize(
    ("strike", "message"),
    [
        (Strike("model", True, Hang()), "nth and times count from 1"),
        (Strike("model", 1, Hang(), 0), "nth and times count from 1"),
        (Strike("model", 1, Hang(), chance=0), "chance is 0; it must be above 0 and at most 1"),
        (Strike("model", 1, Hang(), chance=1.5), "chance is 1.5"),
        (Strike("model", 1, Hang(), chance="often"), "chance is 'often'"),  # type: ignore[arg-type]
        (Strike("model", 1, Hang(), recovery=1), "recovery is 1; it must be True or False"),  # type: ignore[arg-type]
        (Strike("model", 1, 7), "the fault must be one of CrashBefore, CrashAfter"),
        (Strike(1, 1, Hang()), "strikes holds Strike"),  # type: ignore[arg-type]
        ("model#1", "strikes holds 'model#1'"),
    ],
    ids=str,
)
def test_a_strike_that_says_nothing_sensible_is_refused(strike: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        check_strike(strike)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_every_built_in_fault_says_where_it_strikes_and_what_its_fields_may_hold(fault: Any) -> None:
    assert set(fault.SITES) <= set(SITES) and fault.SITES
    assert set(fault.LEGAL) == {item.name for item in fields(fault)}
    assert all(legal.allows(getattr(fault(), name)) for name, legal in fault.LEGAL.items())
    site = next(f"{kind}:pay" if kind in ("tool", "query") else kind for kind in fault.SITES)
    check_strike(Strike(site, 1, fault()))
    assert fits(fault, site) and fits(fault(), site)
    spec = small(strikes=(Strike(site, 1, fault()),))
    assert parse(repr(spec)) == spec


def test_a_strangers_fault_strikes_wherever_it_is_put() -> None:
    for site in ("model", "tool:pay", "disk:flush", "boot"):
        check_strike(Strike(site, 1, Fault("mine.py:Odd")))


def test_the_kind_of_a_site() -> None:
    kinds = [kind_of(site) for site in ("tool:pay", "query:a:b", "disk:flush", "boot", "tool:", "disk:", "life")]
    assert kinds == ["tool", "query", "disk:flush", "boot", "", "", ""]
