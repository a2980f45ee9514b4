"""The first event where two runs part, in one sentence."""

from __future__ import annotations

from harness._tests.small import small
from harness.faults import RateLimit, Slow, Strike
from harness.history import Event
from harness.run import execute
from longhaul.lines import COLUMNS
from longhaul.parting import parting

CLEAN = execute(small("reference")).events


def test_equal_runs_do_not_part() -> None:
    assert (
        parting(CLEAN, execute(small("reference")).events)
        == f"The two runs are equal: {len(CLEAN)} events, none differs."
    )


def test_another_event_is_named_on_both_sides() -> None:
    struck = execute(small("reference", strikes=(Strike("model", 2, RateLimit()),))).events
    first, a, b = parting(CLEAN[1:], struck[1:]).splitlines()
    assert first.endswith("A is at model#2 reply, B at model#2 struck.")
    assert a.startswith("A ") and b.startswith("B ")
    assert max(len(a), len(b)) <= COLUMNS


def test_another_time_is_said_as_a_time() -> None:
    struck = execute(small("reference", strikes=(Strike("model", 2, Slow(ms=7)),))).events
    later = [event for event in struck[1:] if event.kind != "struck"]
    sentence = parting([_unnumbered(event) for event in CLEAN[1:]], [_unnumbered(event) for event in later])
    assert "but B is there at 00:00:" in " ".join(sentence.split())


def test_another_detail_is_quoted_where_it_differs() -> None:
    changed = [*CLEAN[:5], replace_detail(CLEAN[5], "extra", "x" * 80 + "needle"), *CLEAN[6:]]
    base = [*CLEAN[:5], replace_detail(CLEAN[5], "extra", "x" * 80 + "thread"), *CLEAN[6:]]
    sentence = " ".join(parting(base, changed).split())
    assert "extra is …" in sentence and "thread" in sentence and "needle" in sentence


def test_a_run_that_goes_on_is_said_to_go_on() -> None:
    assert "B has ended, A goes on at" in parting(CLEAN, CLEAN[:-2]).splitlines()[0]
    assert "A has ended, B goes on at" in parting(CLEAN[:-2], CLEAN).splitlines()[0]


def replace_detail(event: Event, name: str, value: str) -> Event:
    return Event(
        event.number, event.life, event.at_ms, event.site, event.nth, event.kind, {**event.detail, name: value}
    )


def _unnumbered(event: Event) -> Event:
    return Event(0, event.life, event.at_ms, event.site, event.nth, event.kind, event.detail)
