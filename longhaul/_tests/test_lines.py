"""One event, one line, in fixed columns that fit the page."""

from __future__ import annotations

import pytest

from harness._tests.small import small
from harness.faults import (
    CrashAfter,
    CrashBefore,
    Drift,
    FailAfter,
    NewerJournal,
    NoSpace,
    RateLimit,
    ShortWrite,
    Strike,
    ToolGone,
)
from harness.history import Event
from harness.run import execute
from harness.spec import Spec
from longhaul.lines import COLUMNS, clock_text, happened, heading, line, lines

CRASH = Strike("model", 3, CrashBefore())


def test_time_counts_hours_past_a_day() -> None:
    assert clock_text(0) == "00:00:00.000"
    assert clock_text(3_200) == "00:00:03.200"
    assert clock_text(27 * 3_600_000 + 61_001) == "27:01:01.001"


def test_columns_stand_where_the_heading_says() -> None:
    shown = line(
        Event(17, 1, 3_200, "tool:pay", 3, "effect", {"number": 2, "effect": "irreversible", "intent": "INV-7"})
    )
    assert shown == "   17  1 00:00:03.200 tool:pay#3            effect 2 (irreversible): INV-7"
    assert heading().index("site") == shown.index("tool:pay")
    assert heading().index("what") == shown.index("effect 2")


def test_no_line_is_wider_than_a_page_or_holds_a_line_break() -> None:
    event = Event(
        17, 1, 3_200, "tool:a_tool_with_a_very_long_name", 123, "call", {"arguments": "x\ny" * 99, "key": "k"}
    )
    shown = line(event, "calls " * 40)
    assert len(shown) == COLUMNS
    assert "\n" not in shown


def test_the_reason_stands_behind_what_happened() -> None:
    event = Event(9, 0, 0, "disk:append", 2, "done", {"offset": 7, "bytes": 30})
    assert line(event, "Called (calls: n=2)").endswith("writes 30 bytes: Called (calls: n=2)")


def test_every_event_of_a_struck_run_has_words_of_its_own() -> None:
    strikes = (
        Strike("tool:pay", 1, CrashAfter()),
        Strike("model", 4, RateLimit()),
        Strike("tool:note", 1, FailAfter()),
    )
    for orchestrator in ("reference", "naive"):
        run = execute(small(orchestrator, strikes=strikes[: 3 if orchestrator == "reference" else 2]))
        assert [event for event in run.events if happened(event).startswith(f"{event.kind} {{")] == []


@pytest.mark.parametrize(
    ("scenario", "strikes", "words"),
    [
        ("rename_api", (Strike("tool:rename_in_file", 1, Drift()),), "somebody else changes src/"),
        ("pay_invoices", (Strike("disk:append", 3, ShortWrite()),), "writes only "),
        ("pay_invoices", (CRASH, Strike("boot", 2, NewerJournal())), "the journal at rest is changed, it has "),
        ("pay_invoices", (CRASH, Strike("boot", 2, ToolGone())), "there is no tool pay_invoice any more"),
        ("pay_invoices", (Strike("disk:append", 3, NoSpace()),), "every fault is lifted, it is started again after"),
    ],
)
def test_what_only_a_fault_brings_about_has_words_too(scenario: str, strikes: tuple[Strike, ...], words: str) -> None:
    run = execute(Spec(scenario, horizon=6, strikes=strikes, heal=isinstance(strikes[0].fault, NoSpace)))
    told = [happened(event) for event in run.events]
    assert [text for text in told if text.startswith(words)] != []
    assert [
        event.kind for event, text in zip(run.events, told, strict=True) if text.startswith(f"{event.kind} {{")
    ] == []


def test_lines_stand_under_their_heading_with_their_reasons() -> None:
    run = execute(small("naive"))
    shown = lines(run.events[-3:], {run.events[-2].number: "it was done"}).splitlines()
    assert shown[0] == heading()
    assert len(shown) == 4
    assert shown[2].endswith("the orchestrator returned: it was done")
    assert shown[3].endswith("returned")


def test_a_long_name_of_a_site_keeps_its_number() -> None:
    event = Event(17, 1, 3_200, "tool:a_tool_with_a_very_long_name", 123, "result", {"content": "x"})
    assert line(event)[22:43] == "tool:a_tool_with…#123"
