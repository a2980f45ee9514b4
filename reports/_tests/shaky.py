"""An orchestrator that is not deterministic: it gives up early in a share of its runs, whichever comes next."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.checks import Judgement, judge
from harness.draws import share_of
from harness.host import Host
from harness.orchestrators import naive
from harness.orchestrators._tests.worlds import invoices, run_reference
from harness.run import Run
from harness.spec import Choice
from reports.report import Report, load
from reports.store import Store

RUNS: Counter[str] = Counter()
"""How often each arm was run: what it does next depends on that, as on a clock, and not on the spec alone."""


@dataclass(frozen=True)
class Shaky:
    """The loop in memory, which gives up at once in `share` of its runs; `arm` tells two such apart."""

    share: float
    arm: str = ""

    async def run(self, host: Host) -> str:
        """Do the job, or leave it."""
        RUNS[self.arm] += 1
        if share_of(f"{self.arm} {RUNS[self.arm]}") < self.share:
            return "enough for today"
        return await naive.run(host)


def shaky(share: float, arm: str) -> Choice:
    """The choice of such an orchestrator."""
    return Choice("Orchestrator", f"{Path(__file__)}:Shaky", (("arm", arm), ("share", share)))


def repeated(out: Path, orchestrator: Any, repeats: int, seeds: int = 1, **changes: Any) -> Report:
    """A report of real runs: so many repeats of so many seeds of the small world."""
    store = Store(out, "all")
    store.begin()
    for repeat in range(1, repeats + 1):
        for seed in range(seeds):
            store.add(*tried(orchestrator=orchestrator, seed=seed, **changes), repeat)
    store.finish()
    return load(out)


def tried(**changes: Any) -> tuple[Run, Judgement]:
    """One run, made anew each time."""
    run = run_reference(invoices(), **changes)
    return run, judge(run)
