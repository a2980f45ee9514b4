"""Test ids a person can read."""

from __future__ import annotations

from harness.faults import CrashAfter, CrashBefore, Hang, RateLimit, Strike, TornAppend
from harness.spec import Fault, Policy, Spec
from longhaul.names import short_name


def test_only_what_differs_from_the_default_is_named() -> None:
    assert short_name(Spec("pay_invoices")) == "pay_invoices"
    assert short_name(
        Spec("pay_invoices", kind="queryable", strikes=(Strike("tool:pay_invoice", 3, CrashAfter()),))
    ) == ("pay_invoices-queryable-tool:pay_invoice#3-after")


def test_files_are_named_by_what_they_hold() -> None:
    spec = Spec(
        "at/home/plants.py:SCENARIO", orchestrator="my_loop.py:run", policy=Policy("p/mine.py:Half", keep=2), seed=3
    )
    assert short_name(spec) == "plants-my_loop-Half(keep=2)-s3"


def test_every_kind_of_strike_has_its_word() -> None:
    strikes = (
        Strike("disk:append", 1, TornAppend()),
        Strike("disk:flush", 2, CrashBefore("half")),
        Strike("model", 3, Hang(), times=None),
        Strike("model", 9, Fault("f.py:Late", ms=2), times=2),
        Strike("model", 10, RateLimit(None)),
    )
    assert short_name(Spec("x", strikes=strikes)) == (
        "x-disk:append#1-torn-disk:flush#2-before-half-model#3-Hang-for-ever-model#9-Late(ms=2)-2x-model#10-"
        "RateLimit(retry_after_ms=None)"
    )


def test_spare_tools_are_named_where_there_are_any() -> None:
    assert (short_name(Spec("x", spare_tools=15)), short_name(Spec("x"))) == ("x-t15", "x")


def test_chances_recovery_and_healing_are_named() -> None:
    strikes = (Strike("model", 1, Hang(), None, 0.25), Strike("disk:flush", 1, CrashBefore(), recovery=True))
    assert short_name(Spec("x", strikes=strikes, heal=True)) == (
        "x-model#1-Hang-for-ever-chance0.25-disk:flush#1-before-in-recovery-heal"
    )
