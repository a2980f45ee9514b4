"""How long a vendor asks to wait, in every way it can be said, and in ways it cannot."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.clients.retry_after import WAIT_MS_MAX, date_ms, retry_after_ms

NOW_MS = 1_792_567_680_000
"""Wed, 21 Oct 2026 07:28:00 GMT"""


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "soon",
        "1e3",
        "0x10",
        "1,5",
        "5 s",
        "nan",
        "inf",
        "-",
        "--5",
        "1.",
        ".5",
        "٣",
        "5" * 401,
        "Wed, 99 Oct 2026",
    ],
)
def test_what_cannot_be_read_counts_as_absent(text: str) -> None:
    assert retry_after_ms({"retry-after": text}, NOW_MS) is None
    assert retry_after_ms({"retry-after-ms": text}, NOW_MS) is None


def test_no_header_means_no_wait_was_asked_for() -> None:
    assert retry_after_ms({}, NOW_MS) is None


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"retry-after": "20"}, 20_000),
        ({"retry-after": " 20 "}, 20_000),
        ({"retry-after": "1.5"}, 1_500),
        ({"retry-after": "0.0001"}, 1),
        ({"retry-after": "0"}, 0),
        ({"retry-after": "-5"}, -5_000),
        ({"retry-after-ms": "644"}, 644),
        ({"retry-after-ms": "644.2"}, 645),
        ({"retry-after-ms": "0"}, 0),
        ({"retry-after-ms": "-1"}, -1),
    ],
)
def test_seconds_and_milliseconds_are_translated_and_rounded_up(headers: dict[str, str], expected: int) -> None:
    assert retry_after_ms(headers) == expected


def test_milliseconds_win_over_seconds_because_they_are_exact() -> None:
    assert retry_after_ms({"retry-after-ms": "300", "retry-after": "1"}) == 300


def test_unreadable_milliseconds_give_way_to_readable_seconds() -> None:
    assert retry_after_ms({"retry-after-ms": "soon", "retry-after": "1"}) == 1_000


@pytest.mark.parametrize(
    ("until", "expected"),
    [("Wed, 21 Oct 2026 07:28:30 GMT", 30_000), ("Wed, 21 Oct 2026 07:27:00 GMT", -60_000)],
)
def test_a_date_is_counted_from_now(until: str, expected: int) -> None:
    assert date_ms("Wed, 21 Oct 2026 07:28:00 GMT") == NOW_MS
    assert retry_after_ms({"retry-after": until}, NOW_MS) == expected


def test_a_date_is_counted_from_the_date_of_the_answer_so_that_a_wrong_clock_does_no_harm() -> None:
    headers = {"retry-after": "Wed, 21 Oct 2026 07:28:30 GMT", "date": "Wed, 21 Oct 2026 07:28:00 GMT"}
    assert retry_after_ms(headers, NOW_MS + 9_999_999) == 30_000
    assert retry_after_ms(headers) == 30_000


def test_a_date_without_any_now_cannot_be_read() -> None:
    assert retry_after_ms({"retry-after": "Wed, 21 Oct 2026 07:28:30 GMT"}) is None


def test_an_absurd_wait_saturates_instead_of_overflowing() -> None:
    assert retry_after_ms({"retry-after": "9" * 400}) == WAIT_MS_MAX
    assert retry_after_ms({"retry-after-ms": "-" + "9" * 400}) == -WAIT_MS_MAX


@given(st.text(), st.text(), st.text())
def test_no_header_whatever_makes_it_fail(ms: str, seconds: str, date: str) -> None:
    wait = retry_after_ms({"retry-after-ms": ms, "retry-after": seconds, "date": date}, NOW_MS)
    assert wait is None or -WAIT_MS_MAX <= wait <= WAIT_MS_MAX
