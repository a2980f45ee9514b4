"""The columns of a leaderboard beside completion and cost: means over runs, None where a report has no such column."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

Rows = Sequence[dict[str, Any]]

FAILED = "the policy failed: "
"""How `reason` begins in a run that ended because its policy raised, broke the contract of views or never came to an end."""


def mean_of(rows: Rows, name: str) -> float | None:
    """The mean of a column over the runs in which it says something."""
    values = [row[name] for row in rows if row.get(name) is not None]
    return float(sum(values) / len(values)) if values else None


def most_of(rows: Rows, name: str) -> float | None:
    """The highest value of a column."""
    return max((float(row[name]) for row in rows if row.get(name) is not None), default=None)


def pins_kept(rows: Rows) -> float | None:
    """The share of pinned messages that stayed in view, over the runs that tell; 0 in a run whose policy dropped one.

    Such a policy is stopped by name before anybody sees the view, so nothing else of the run shows it.
    """
    shares = [0.0 if "without the pinned message" in failure(row) else row.get("pinned_visibility") for row in rows]
    known = [share for share in shares if share is not None]
    return float(sum(known) / len(known)) if known else None


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
