"""Small reports of real runs, made once."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from harness.checks import Judgement, judge
from harness.faults import CrashAfter, Strike
from harness.orchestrators._tests.worlds import invoices, run_reference
from harness.run import Run
from reports.report import Report, load
from reports.store import Store

CRASH = (Strike("tool:pay", 2, CrashAfter()),)


@lru_cache
def trial(**changes: Any) -> tuple[Run, Judgement]:
    """One run of the small world, judged."""
    run = run_reference(invoices(kind=changes.get("kind", "deduplicating")), **changes)
    return run, judge(run)


def trials() -> list[tuple[Run, Judgement]]:
    """A dozen runs: three orchestrators, three seeds, with and without a crash."""
    return [
        trial(orchestrator=orchestrator, seed=seed, strikes=strikes)
        for orchestrator in ("reference", "naive", "replay")
        for seed in (0, 1)
        for strikes in ((), CRASH)
    ]


def stored(out: Path, runs: Iterable[tuple[Run, Judgement]], planned: Iterable[Run] = (), **options: Any) -> Report:
    """A report of runs; `planned` are runs whose specs were planned."""
    store = Store(out, **options)
    store.begin()
    for run, judgement in runs:
        store.add(run, judgement)
    store.finish([run.spec for run in planned])
    return load(out)


def changed(report: Report, place: int = 0, **values: Any) -> Report:
    """The report with other values in one row."""
    rows = [dict(row) for row in report.runs]
    rows[place].update(values)
    return Report(report.path, tuple(rows), report.metrics, report.missing, report.mark)
