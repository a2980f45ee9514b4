"""The columns of a leaderboard beside completion and cost: means over runs, None where a report has no such column."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

Rows = Sequence[dict[str, Any]]

THRASH = ("thrash", "thrash_rate", "paging_thrash")
PINS = ("pinned_visibility", "pins_kept")
"""Names under which a report may hold these metrics, the first found counts."""

FAILED = "the policy failed: "
"""How `reason` begins in a run that ended because its policy raised, broke the contract of views or never came to an end."""


def mean_of(rows: Rows, *names: str) -> float | None:
    """The mean of the first of these columns that is there, over the runs in which it says something."""
    for name in names:
        values = [row[name] for row in rows if row.get(name) is not None]
        if values:
            return float(sum(values) / len(values))
    return None


def most_of(rows: Rows, name: str) -> float | None:
    """The highest value of a column."""
    return max((float(row[name]) for row in rows if row.get(name) is not None), default=None)


def pins_kept(rows: Rows) -> float | None:
    """The share of pinned messages that stayed in view; without such a column, of runs in which every pin did."""
    found = mean_of(rows, *PINS)
    if found is not None:
        return found
    judged = [_verdict(row, "pins_visible") for row in rows]
    known = [outcome for outcome in judged if outcome in ("pass", "fail")]
    # a policy that drops a pin is stopped by name before anybody sees the view
    broken = sum("without the pinned message" in (failure(row) or "") for row in rows)
    return (known.count("pass") - min(broken, known.count("pass"))) / len(known) if known else None


def _verdict(row: dict[str, Any], check: str) -> str:
    outcome = msgspec.json.decode(row.get("verdicts") or "{}").get(check, "")
    return str(outcome)


def failure(row: dict[str, Any]) -> str:
    """How the policy of a run failed, in words; empty where it did not."""
    reason = row.get("reason") or ""
    if reason.startswith(FAILED):
        return str(reason[len(FAILED) :])
    if "PolicyError" in reason:
        return str(reason)
    return f"never finished: {reason}" if never_finished(row) else ""


def scored(row: dict[str, Any]) -> dict[str, Any]:
    """A run as it is scored: one that never finished did not complete, which is no reason to leave it out."""
    return {**row, "verdict": "fail", "completed": False} if never_finished(row) else row


def never_finished(row: dict[str, Any]) -> bool:
    """Whether a run without strikes had to be ended by the watchdog: it counts as one that did not complete."""
    return row.get("ending") == "watchdog" and not row["strikes"]


def counted(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The runs without strikes that completion and costs are of, as they are scored; plots show the same as boards."""
    clean = (scored(row) for row in rows if not row["strikes"])
    return [row for row in clean if row["verdict"] != "invalid"]
