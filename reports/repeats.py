"""Whether the repeats of a spec are the same: a deterministic subject gives one history, however often it is run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.errors import UsageError
from reports.cells import Repeats
from reports.report import Report


@dataclass(frozen=True)
class Differing:
    """A spec whose repeats are not the same event for event.

    `column` is the first of the runs' columns that differs and `values` what it holds, in order; empty where only histories
    differ.
    """

    spec: str
    setting: str
    repeats: int
    histories: int
    column: str = ""
    values: tuple[Any, ...] = ()

    def __str__(self) -> str:
        shown = ", ".join(map(str, self.values[:4])) + (", ..." if len(self.values) > 4 else "")
        how = f"{self.column} is {shown}" if self.column else "the same numbers from other histories"
        return f"{self.repeats} repeats gave {self.histories} histories ({how}): {self.spec}"


def differing(cells: Iterable[Repeats]) -> tuple[Differing, ...]:
    """The specs whose repeats differ, in order; what is told is the verdict, the ending or the first metric that differs."""
    return tuple(_differing(rows) for rows in cells if len({row["digest"] for row in rows}) > 1)


def _differing(rows: Repeats) -> Differing:
    first = rows[0]
    told = ("verdict", "ending", *(name for name in first if name not in ("digest", "repeat", "events_kept")))
    column = next((name for name in told if any(row[name] != first[name] for row in rows)), "")
    return Differing(
        first["spec"], first["setting"], len(rows), len({row["digest"] for row in rows}),
        column, tuple(dict.fromkeys(row[column] for row in rows)) if column else (),
    )  # fmt: skip


def refuse_differing(report: Report, cells: Mapping[str, Repeats]) -> None:
    """Raise `UsageError` where repeats of one spec differ: any one of them is a draw, and no baseline of the others."""
    found = differing(cells.values())
    if found:
        most = max(item.repeats for item in found)
        raise UsageError(
            f"no exact verdict: {len(found)} of {len(cells)} specs in {report.path} are not deterministic; the first: "
            f"{found[0]}\ncompare rates instead: longhaul gate BASE CANDIDATE --paired {most}"
        )
