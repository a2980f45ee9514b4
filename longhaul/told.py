"""The history of a run in a report: as it was kept, or, where it was not, by running its spec again, which is exact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.errors import UsageError
from harness.history import Event
from harness.run import execute
from harness.spec import parse
from longhaul.reasons import reason_text, reasons

if TYPE_CHECKING:
    from reports.report import Report


@dataclass(frozen=True)
class Told:
    """The row of a run, its events, the reasons by event number, and a remark where it had to be run again."""

    row: dict[str, Any]
    events: tuple[Event, ...]
    reasons: dict[int, str]
    remark: str = ""


def told(report: Report, run_id: str) -> Told:
    """The history of a run. Raises `UsageError` where it was not kept and the code has changed since."""
    row = report.run(run_id)
    if row["events_kept"]:
        known = report.reasons(run_id)
        texts = {number: reason_text(entries) for number, entries in known.items()}
        return Told(row, report.events(run_id), texts)
    run = execute(parse(row["spec"]))
    if run.digest != row["digest"]:
        raise UsageError(
            f"{report.path} kept no events of run {row['run_id']}, and running it again gives another history: the code "
            f"or its input has changed since, or it is not deterministic; write the report with --events all to keep them"
        )
    return Told(
        row,
        run.events,
        reasons(run.events, run.tape),
        f"{report.path} kept no events of this run; it was run again, and its digest is the same",
    )
