"""The report of a pytest session: every judged run a shard, merged at the end, by the controller where there are workers.

A worker that is lost means that cells are missing: the report names them, and the session exits 3.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.checks import Judgement
from harness.errors import UsageError
from harness.run import Run
from harness.spec import Spec, parse
from longhaul import exits
from longhaul.lines import wrapped
from reports.files import write_whole
from reports.leaderboard import leaderboard
from reports.render import board_text
from reports.report import Report, load
from reports.store import Store, Summary

PLANNED = ".planned-"
"""Files in which workers tell the controller what their tests are to run, before they run it."""


class Recorder:
    """Collects the judged runs of one session, or of one worker of it."""

    def __init__(self, out: Path, worker: str) -> None:
        self._out = out
        self._worker = worker
        self._store = Store(out)
        self._planned: set[str] = set()
        self._lost: list[str] = []
        self._summary: Summary | None = None
        self._problem = ""
        if not worker:
            self._store.begin()
            self._read_plans()

    @classmethod
    def of(cls, config: pytest.Config, out: str) -> Recorder:
        """The recorder of this process."""
        return cls(Path(out), getattr(config, "workerinput", {}).get("workerid", ""))

    def add(self, run: Run, judgement: Judgement) -> None:
        """Keep one run."""
        self._store.add(run, judgement)

    def plan(self, items: Iterable[pytest.Item]) -> None:
        """Note which specs the collected tests are to run."""
        for item in items:
            parameters = getattr(getattr(item, "callspec", None), "params", {})
            self._planned.update(repr(spec) for value in parameters.values() for spec in getattr(value, "planned", ()))
            self._planned.update(repr(parameters[name]) for name in ("crash_spec", "clean_spec") if name in parameters)

        if self._worker and self._planned:
            self._out.mkdir(parents=True, exist_ok=True)
            write_whole(self._out / f"{PLANNED}{self._worker}", "\n".join(sorted(self._planned)).encode())

    def worker_ended(self, node: Any, error: object) -> None:
        """A worker of pytest-xdist ended, properly or not."""
        if error:
            self._lost.append(node.gateway.id)

    def finish(self, session: pytest.Session) -> None:
        """Merge the shards of this session; a worker leaves that to the controller."""
        if self._worker:
            return
        self._planned |= self._read_plans()
        try:
            self._summary = self._store.finish(self._specs())
        except UsageError as error:
            self._problem = str(error)
        if self._lost or self._problem:
            session.exitstatus = exits.HARNESS

    def _read_plans(self) -> set[str]:
        """What the workers were to run; the files are removed."""
        planned: set[str] = set()
        for path in self._out.glob(f"{PLANNED}*"):
            planned.update(path.read_text().splitlines())
            path.unlink()
        return planned

    def _specs(self) -> list[Spec]:
        return [parse(text) for text in sorted(self._planned)]

    def summarize(self, terminal: Any) -> None:
        """Print the leaderboard and where the report is."""
        if self._worker:
            return
        terminal.section("longhaul")
        for name in self._lost:
            terminal.line(
                f"worker {name} was lost: its cells are missing, and the session exits {exits.HARNESS}", red=True
            )
        if self._problem:
            terminal.line(self._problem, red=True)
        if self._summary is None:
            return
        ranked = rankable(load(self._out))
        if ranked.runs:
            terminal.line(board_text(leaderboard(ranked)))
        terminal.line(wrapped(str(self._summary)))


def rankable(report: Report) -> Report:
    """Who was put to a task that can be done right or wrong; where somebody was left unstruck, only who was.

    Of struck runs only crashes count: another fault may rightly keep a run from its goal. All of it stays in the report.
    """
    fair = [
        row
        for row in report.runs
        if row["completed"] is not None and (not row["strikes"] or row["recovery_correct"] is not None)
    ]
    unstruck = {_subject(row) for row in fair if not row["strikes"]}
    return replace(report, runs=tuple(row for row in fair if not unstruck or _subject(row) in unstruck))


def _subject(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("orchestrator", "policy", "model", "view_budget", "setting"))
