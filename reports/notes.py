"""What a leaderboard says below its rows: how intervals were made, and what is missing, mixed or failed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from reports.ranks import CLUSTERS_FEW

if TYPE_CHECKING:
    from reports.leaderboard import Row

INTERVALS = {
    "scenario": "intervals: 95 %, bootstrap over scenarios",
    "seed": "intervals: 95 %, bootstrap over seeds (there is one scenario: they say nothing about others)",
    "none": "no intervals: one scenario and one seed",
}


def notes_of(
    rows: Sequence[Row], runs: Mapping[Any, Sequence[dict[str, Any]]], cluster: str, usual: Collection[Any]
) -> tuple[str, ...]:
    """The notes of a board, by its rows and their runs, what was clustered by, and the tasks that most subjects ran."""
    others = sum(not row.same_tasks for row in rows)
    mixed = (f"* ran other tasks than most ({len(usual)}): its completion and costs do not compare",) if others else ()
    planned = {"runs": sum(row.planned for row in rows), "runs with faults": sum(row.struck_planned for row in rows)}
    valid = {"runs": sum(row.valid for row in rows), "runs with faults": sum(row.struck for row in rows)}
    lacking = tuple(
        f"{planned[what] - valid[what]} of {planned[what]} planned {what} are missing or invalid"
        for what in planned
        if planned[what] > valid[what]
    )
    silent = sum(row.valid - row.claiming for row in rows)
    unclaimed = (f"{silent} valid runs claim no completion: they are in no completion and no cost",) if silent else ()
    count = len({run[cluster] for found in runs.values() for run in found}) if cluster != "none" else 0
    few = (
        (f"only {count} clusters: intervals of completion are narrower than they say",)
        if 0 < count < CLUSTERS_FEW
        else ()
    )
    failed = tuple(
        f"{row.subject.policy} failed in {row.failed} of {row.valid} runs: {row.failure}" for row in rows if row.failed
    )
    return (INTERVALS[cluster], *few, *mixed, *unclaimed, *lacking, *failed)
