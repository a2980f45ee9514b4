"""How long a vendor asks to wait, read from the headers of its answer.

    retry-after-ms: 644                           milliseconds (OpenAI, Azure)
    retry-after: 20                               seconds (RFC 9110, 10.2.3), in use also with a fraction
    retry-after: Wed, 21 Oct 2026 07:28:00 GMT    a date (RFC 9110), counted from the answer's own `date`

The number is translated, not judged: a negative or absurd wait is reported as it was said, and a cap is the business of
whoever waits. What cannot be read counts as absent, because half a number is worse than a documented default.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

WAIT_MS_MAX = 2**53
"""Waits saturate here, some 285,000 years: the largest integer that every JSON reader keeps."""

_NUMBER = re.compile(r"[+-]?\d{1,400}(\.\d{1,400})?", re.ASCII)


def retry_after_ms(headers: Mapping[str, str], now_ms: int | None = None) -> int | None:
    """The wait in milliseconds, rounded up; None where none was asked for or what was asked for cannot be read.

    `headers` have lower-case names. `now_ms` is Unix time in milliseconds and is needed for a date only; without it,
    and without a `date` header, a date cannot be turned into a wait.
    """
    exact = _scaled(headers.get("retry-after-ms", ""), 1)
    if exact is not None:
        return exact
    asked = headers.get("retry-after", "")
    seconds = _scaled(asked, 1_000)
    if seconds is not None:
        return seconds
    until, since = date_ms(asked), date_ms(headers.get("date", ""))
    since = now_ms if since is None else since
    return None if until is None or since is None else _capped(until - since)


def date_ms(text: str) -> int | None:
    """Unix milliseconds of an HTTP date; None for anything else."""
    try:
        date = parsedate_to_datetime(text.strip())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    aware = date if date.tzinfo is not None else date.replace(tzinfo=UTC)
    return int(aware.timestamp()) * 1_000


def _scaled(text: str, factor: int) -> int | None:
    """A decimal number times `factor`, rounded up, in integers."""
    if not _NUMBER.fullmatch(text.strip()):
        return None
    whole, _, fraction = text.strip().partition(".")
    scale = 10 ** len(fraction)
    return _capped(-(-int(whole + fraction) * factor // scale))


def _capped(ms: int) -> int:
    return max(-WAIT_MS_MAX, min(ms, WAIT_MS_MAX))
