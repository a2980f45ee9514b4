"""What each fault of a tool, of the disk and of the host does, seen in the history of a small run."""

from __future__ import annotations

from typing import Any

import pytest

from harness._tests.small import small
from harness.faults import (
    ClockJump,
    CrashBefore,
    CrashThenLands,
    DamagedJournal,
    DeliveredTwice,
    DiskRefuses,
    Drift,
    EmptyResult,
    ErrorInOk,
    HangThenLands,
    HugeResult,
    LateEffect,
    NewerJournal,
    ShortWrite,
    StaleRead,
    Strike,
    SyncFailed,
    ToolGone,
)
from harness.faults.host import NEWER
from harness.history import Event
from harness.journal import decode
from harness.run import Run, execute
from harness.spec import Spec

LOOP = "sound.py:LOOP"


def struck(site: str, fault: Any, orchestrator: str = LOOP, nth: int = 1, **fields: Any) -> Run:
    return execute(small(orchestrator, strikes=(Strike(site, nth, fault),), **fields))


def of(run: Run, site: str, kind: str) -> list[Event]:
    return [event for event in run.events if event.site == site and event.kind == kind]


def paid(run: Run) -> list[str]:
    return sorted(deed.intent for deed in run.world.effects if deed.tool == "pay")


@pytest.mark.parametrize("fault", [LateEffect(7_000), HangThenLands(70_000), CrashThenLands(7_000)], ids=repr)
def test_an_effect_lands_once_and_as_late_as_the_fault_says(fault: Any) -> None:
    run = struck("tool:pay", fault, kind="queryable")
    called = of(run, "tool:pay", "call")[0].at_ms
    landed = next(event for event in of(run, "tool:pay", "effect") if event.detail["intent"] == "INV-001")
    assert landed.at_ms - called == fault.ms
    assert paid(run) == ["INV-001", "INV-002"]


def test_a_lost_connection_is_told_at_once_and_a_hang_not_before_the_deadline() -> None:
    lost, hung = (struck("tool:pay", fault, kind="queryable") for fault in (LateEffect(), HangThenLands()))
    waits = [of(run, "tool:pay", "error")[0].at_ms - of(run, "tool:pay", "call")[0].at_ms for run in (lost, hung)]
    assert waits[0] == 0
    assert waits[1] >= 10_000


def test_a_request_that_is_delivered_twice_has_two_effects_only_where_keys_are_not_known() -> None:
    assert paid(struck("tool:pay", DeliveredTwice())) == ["INV-001", "INV-002"]
    assert paid(struck("tool:pay", DeliveredTwice(), kind="blind")) == ["INV-001", "INV-001", "INV-002"]


def test_answers_of_tools_are_empty_errors_or_huge() -> None:
    faults = (EmptyResult(), ErrorInOk(), HugeResult(5_000))
    empty, wrong, huge = (of(struck("tool:look", fault), "tool:look", "result")[0].detail for fault in faults)
    assert [found.get("status", "ok") for found in (empty, wrong, huge)] == ["ok"] * 3
    assert empty.get("content", "") == ""
    assert wrong["content"].startswith('{"error": ')
    assert huge["content"].startswith("open invoices: ") and huge["bytes"] == len(huge["content"]) > 5_000


def test_an_empty_result_leaves_the_effect_and_an_error_in_ok_has_none() -> None:
    first = {}
    for fault in (EmptyResult(), ErrorInOk()):
        run = struck("tool:pay", fault, "doors.py:calls_three_at_once", horizon=4)
        first[type(fault)] = len(run.world.effects)
    assert first == {EmptyResult: 3, ErrorInOk: 2}


def test_a_stale_read_shows_the_world_before_its_last_changes() -> None:
    spec = Spec("rename_api", horizon=8, strikes=(Strike("tool:read_file", 2, StaleRead()),))
    result = of(execute(spec), "tool:read_file", "result")[1].detail
    assert result.get("version", 0) == 0


def test_drift_changes_the_world_before_the_call() -> None:
    run = execute(Spec("rename_api", horizon=6, strikes=(Strike("tool:rename_in_file", 1, Drift()),)))
    drift = next(event for event in run.events if event.kind == "drift")
    result = next(event for event in run.events if event.kind == "result" and event.number > drift.number)
    assert result.detail["status"] == "error"


@pytest.mark.parametrize(
    ("site", "fault", "kind"),
    [
        ("disk:flush", SyncFailed(), "EIO"),
        ("disk:append", ShortWrite(), "EINTR"),
        ("disk:append", DiskRefuses(), "EROFS"),
        ("disk:read", DiskRefuses("EACCES"), "EACCES"),
    ],
)
def test_the_disk_says_what_is_wrong(site: str, fault: Any, kind: str) -> None:
    run = struck(site, fault)
    assert of(run, site, "error")[0].detail["type"] == kind


def test_a_short_write_leaves_its_share_and_a_refused_one_nothing() -> None:
    whole = of(execute(small(LOOP)), "disk:append", "done")
    short = struck("disk:append", ShortWrite(0.25))
    assert len(short.journal) == whole[0].detail["bytes"] // 4
    assert struck("disk:append", DiskRefuses()).journal == b""


def test_what_a_failed_flush_was_to_save_is_lost_in_the_next_crash() -> None:
    strikes = (Strike("disk:flush", 1, SyncFailed()), Strike("model", 1, CrashBefore()))
    run = execute(small("doors.py:flushes_again", strikes=strikes))
    assert [event.detail["bytes"] for event in of(run, "disk:read", "done")] == [0, 4, 0, 4]


@pytest.mark.parametrize("ms", [-3_600_000, 3_600_000])
def test_a_clock_that_jumps_is_off_for_good_and_the_history_is_not(ms: int) -> None:
    plain = execute(small("doors.py:asks_four_times"))
    run = struck("model", ClockJump(ms), "doors.py:asks_four_times", nth=2)
    seen = [int(line.split()[0]) for line in run.journal.decode().splitlines()]
    real = [int(line.split()[0]) for line in plain.journal.decode().splitlines()]
    assert [now - true for now, true in zip(seen, real, strict=True)] == [0, ms, ms, ms]
    assert [event.at_ms for event in of(run, "model", "reply")] == [
        event.at_ms for event in of(plain, "model", "reply")
    ]


def resumed(fault: Any, **fields: Any) -> Run:
    """The reference, killed before its third request, and started again after the fault."""
    return execute(
        Spec("pay_invoices", horizon=4, strikes=(Strike("model", 3, CrashBefore()), Strike("boot", 2, fault)))
    )


def test_a_damaged_journal_differs_in_one_bit_at_its_place() -> None:
    clean = execute(Spec("pay_invoices", horizon=4, strikes=(Strike("model", 3, CrashBefore()),)))
    size = next(event.detail["journal"] for event in clean.events if event.kind == "born" and event.life == 1)
    damaged = resumed(DamagedJournal(0.25)).journal[:size]
    different = [at for at in range(size) if damaged[at] != clean.journal[at]]
    assert different == [size // 4]
    assert (damaged[size // 4] ^ clean.journal[size // 4]).bit_count() == 1


def test_damage_at_the_very_end_or_of_nothing_is_no_error() -> None:
    assert DamagedJournal(1.0)._flipped(b"ab") == b"ac"
    assert DamagedJournal(0.5)._flipped(b"") == b""


def test_a_newer_journal_is_whole_by_its_framing_and_refused_by_its_meaning() -> None:
    run = resumed(NewerJournal())
    assert decode(run.journal).records[-1].json == NEWER
    assert "FromTheFuture" in run.reason or "unknown entry" in run.reason


def test_a_newer_record_follows_a_torn_tail_and_any_other_file_too() -> None:
    from harness.faults.host import _with_a_newer_record
    from harness.journal import frame

    first = frame(b"{}", 0)
    assert [record.json for record in decode(_with_a_newer_record(first + b"12 to")).records] == [b"{}", NEWER]
    assert _with_a_newer_record(b"notes of my own\n").startswith(b"notes of my own\n")


def test_a_tool_that_is_gone_is_not_called_any_more() -> None:
    run = resumed(ToolGone())
    assert [event for event in of(run, "tool:pay_invoice", "effect") if event.life == 1] == []
    assert not run.completed
