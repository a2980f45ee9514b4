"""The reference with its journal on a real file, against one and two fsyncs a step, which durability costs at least.

The orchestrator is the reference itself; the host that it gets writes what passes the disk doors to a file as well, with
`os.write` and `os.fsync`. The harness keeps its record as always, so that the checks I4 and I5 judge the very same run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from benchmarks.figure import Figure, ratio_figure
from benchmarks.floors import run_floor
from benchmarks.timing import best_of, wall_seconds
from benchmarks.workload import setup, spec
from harness.checks import judge
from harness.checks.durability import decision_durable, write_ahead
from harness.host import Host
from harness.orchestrators.reference import run as run_reference
from harness.run import Run, execute_in
from harness.spec import Orchestrator
from harness.types import Effect

REACH = 1.5


class FileHost:
    """A host whose journal is a real file too; everything else is the host's own."""

    def __init__(self, host: Host, file: int) -> None:
        self._host = host
        self._file = file
        self.read, self.truncate, self.now, self.sleep = host.read, host.truncate, host.now, host.sleep
        self.model, self.tool, self.query, self.human = host.model, host.tool, host.query, host.human
        self.goal, self.tools, self.limits, self.session = host.goal, host.tools, host.limits, host.session
        self.policy, self.budget, self.window, self.memory = host.policy, host.budget, host.window, host.memory

    def append(self, data: bytes) -> None:
        """Write to the file, then to the host."""
        os.write(self._file, data)
        self._host.append(data)

    def flush(self) -> None:
        """Sync the file, then the host's disk."""
        os.fsync(self._file)
        self._host.flush()


@dataclass(frozen=True)
class OnFile:
    """The reference orchestrator with a journal at `path`, which is written anew."""

    path: str

    async def run(self, host: Host) -> str:
        """Run the session."""
        file = os.open(self.path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        try:
            return await run_reference(FileHost(host, file))  # type: ignore[arg-type]  # it has every door of one
        finally:
            os.close(file)


def run_on_file(path: Path, steps: int, effect: Effect) -> Run:
    """Run the job on a file. Raises `AssertionError` where it did not end well, or the file is not the journal."""
    orchestrator = Orchestrator(f"{__file__}:OnFile", path=str(path))
    run = execute_in(replace(spec(steps), orchestrator=orchestrator), setup(steps, effect))
    assert run.ending == "returned", run.reason
    assert path.read_bytes() == run.journal, f"{path} is not the journal of the run"
    return run


def assert_durable(run: Run) -> None:
    """I4 (the decision is durable before the effect) and I5 (intents and outcomes are written ahead) hold in the run."""
    judgement = judge(run, (decision_durable, write_ahead))
    assert judgement.outcome == "pass", judgement.violated


def figures(folder: Path, steps: int = 400, rounds: int = 15) -> Iterator[Figure]:
    """Time on the wall per step, each kind of step in turns with its floor; the runs timed are the runs judged."""
    effects: tuple[tuple[Effect, int], ...] = (("read", 1), ("write", 2))
    for effect, syncs in effects:
        runs: list[Run] = []

        def measured(effect: Effect = effect, runs: list[Run] = runs) -> None:
            runs.append(run_on_file(folder / "journal", steps, effect))

        best = best_of(
            {
                "floor": partial(wall_seconds, partial(run_floor, folder / "floor.jsonl", steps, syncs)),
                effect: partial(wall_seconds, measured),
            },
            rounds,
        )
        for run in runs:
            assert run.passages["disk:flush"] <= syncs * steps + 3
            assert_durable(run)
        what = f"on a file, {effect} tool, {syncs} fsync a step (wall)"
        yield ratio_figure(what, best[effect] / steps, best["floor"] / steps, REACH)
