"""`python -m benchmarks.strangers [--n 20] [--write]`: what a kill does to LangGraph, counted in the ledger.

Each row is one way to run it and one place to kill it at, n runs of one kill each, in real processes. The table is kept in
`benchmarks/results/strangers.json`. A row of a race (`async`) is a rate, and belongs to this machine and its load.
"""

from __future__ import annotations

import argparse
import json
import platform
import shlex
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from harness.errors import UsageError
from harness.faults import CrashAfter, CrashBefore, Strike
from harness.run import Run, execute
from harness.spec import Model, Orchestrator, Spec
from harness.subjects.langgraph.versions import installed, missing, untested
from longhaul.say import progress_bar, remark, say
from reports.intervals import wilson

RESULT = Path(__file__).parent / "results" / "strangers.json"
MODULE = "harness.subjects.langgraph"
AFTER = Strike("tool:pay_invoice", 4, CrashAfter())
BEFORE = Strike("tool:pay_invoice", 4, CrashBefore())
ANSWERED = Strike("model", 3, CrashAfter())
WORDS = {
    AFTER: "after effect 4, before its result",
    BEFORE: "after step 3, before effect 4",
    ANSWERED: "after effect 2, in request 3",
}
"""Each place in the words of the table. In a chain a step is an effect; an agent pays two invoices in one step."""


@dataclass(frozen=True)
class Row:
    """One way to run it, and one place to kill it at."""

    name: str
    strike: Strike
    arguments: str
    latency_ms: int = 0

    @property
    def spec(self) -> Spec:
        """The run of this row; the tool is a deduplicating one, so a call that has a key is known by it."""
        command = f"{shlex.quote(sys.executable)} -m {MODULE} {self.arguments}"
        return Spec(
            "pay_invoices", horizon=6, orchestrator=Orchestrator("program", command=command),
            model=Model("perfect", latency_ms=self.latency_ms), strikes=(self.strike,), setting="process",
        )  # fmt: skip


def _rows() -> Iterable[Row]:
    modes = ("sync", "async", "exit")
    for strike in (AFTER, BEFORE):
        yield from (Row(f"chain, {mode}", strike, f"--api chain --durability {mode}") for mode in modes)
    yield Row("chain, async, 0.1 s a step", BEFORE, "--api chain --durability async --pause-ms 100")
    for api in ("graph", "functional"):
        yield from (Row(f"{api}, {mode}", AFTER, f"--api {api} --durability {mode}") for mode in modes)
    yield from (Row(f"graph, {mode}, call id", AFTER, f"--durability {mode} --key call-id") for mode in modes)
    yield Row("graph, async, no latency", ANSWERED, "--durability async")
    yield Row("graph, async, latency 0.1 s", ANSWERED, "--durability async", latency_ms=100)


ROWS = tuple(_rows())


@dataclass(frozen=True)
class Counts:
    """What n runs of a row came to. `doubled`: runs with an effect that happened twice; `again`: such effects;
    `asked`: requests to the model that a run without a kill does not make; `lost`: effects that never happened;
    `right`: runs that ended with the state, and the answer, of a run without a kill."""

    name: str
    killed: str
    runs: int
    doubled: int
    interval: tuple[float, float]
    again: int
    asked: int
    lost: int
    right: int
    command: str


def counted(row: Row, clean: Run, runs: Iterable[Run]) -> Counts:
    """The counts of some runs of a row, each of which was killed once."""
    seen = tuple(runs)
    again, lost = [_again(run) for run in seen], [_lost(run) for run in seen]
    doubled, owed = sum(map(bool, again)), row.strike.site == "model"
    asked = sum(run.passages.get("model", 0) - clean.passages.get("model", 0) - owed for run in seen)
    right = sum(run.ending == "returned" and _answer(run) == _answer(clean) for run in seen)
    return Counts(
        row.name, WORDS[row.strike], len(seen), doubled, wilson(doubled, len(seen)), sum(again), asked, sum(lost), right,
        f"python -m {MODULE} {row.arguments}",
    )  # fmt: skip


def _again(run: Run) -> int:
    deeds = Counter((deed.tool, deed.intent) for deed in run.world.effects)
    return sum(deeds.values()) - len(deeds)


def _lost(run: Run) -> int:
    done = {(deed.tool, deed.intent) for deed in run.world.effects}
    return len(set(run.setup.expected) - done)


def _answer(run: Run) -> str:
    said = (event.detail["answer"] for event in run.events if (event.site, event.kind) == ("life", "returned"))
    return next(said, "")


def killed(spec: Spec) -> Run:
    """One run. Raises `UsageError` where its kill never came, for then the row would say nothing."""
    run = execute(spec)
    if not run.valid or (spec.strikes and run.lives < 2):
        raise UsageError(f"the kill never came: the run ended as {run.ending} ({run.reason}); {spec!r}")
    return run


def measured(n: int, rows: Iterable[Row], told: Callable[[Row, int], None]) -> Iterable[Counts]:
    """Row after row; `told` is called before each run. Raises `UsageError` where it does not even do the job unkilled."""
    cleans: dict[str, Run] = {}
    for row in rows:
        api = row.name.partition(",")[0]
        if api not in cleans:
            cleans[api] = execute(replace(row.spec, strikes=()))
            if not cleans[api].completed:
                raise UsageError(f"{api} does not do the job unkilled: {cleans[api].reason or cleans[api].wrong}")
        runs = []
        for number in range(n):
            told(row, number)
            runs.append(killed(row.spec))
        yield counted(row, cleans[api], runs)


HEAD = f"{'LangGraph':<28}{'killed':<34}{'doubled':>16}{'again':>6}{'asked':>6}{'lost':>5}{'done':>5}"


def table(counts: Iterable[Counts]) -> str:
    """The rows in 100 columns."""
    return "\n".join([HEAD, *map(_line, counts)])


def _line(one: Counts) -> str:
    low, high = (round(100 * share) for share in one.interval)
    doubled = f"{one.doubled}/{one.runs} [{low}, {high}]"
    return f"{one.name:<28}{one.killed:<34}{doubled:>16}{one.again:>6}{one.asked:>6}{one.lost:>5}{one.right:>5}"


def shape(counts: Iterable[Counts], n: int) -> dict[str, Any]:
    """The result as it is kept."""
    return {
        "command": f"python -m benchmarks.strangers --n {n} --write",
        "python": platform.python_version(),
        "versions": installed(),
        "untested": untested(),
        "n": n,
        "intervals": "Wilson, 95 %, of the share of runs in which an effect happened twice",
        "rows": [asdict(one) for one in counts],
    }


def main() -> int:
    """Measure and print; what is kept is written after each row, so that an interrupted session loses nothing."""
    given = _arguments()
    if missing():
        raise SystemExit(missing())
    if given.write and given.only:
        raise SystemExit("--write keeps the whole table, --only measures a part of it; give one of them")
    rows = [row for row in ROWS if given.only in row.name]
    if not rows:
        raise SystemExit(f"no row has {given.only!r} in its name; there are {'; '.join(row.name for row in ROWS)}")
    if untested():
        remark(f"warning: {untested()}")
    found: list[Counts] = []
    with progress_bar() as bar:
        task = bar.add_task("strangers", total=len(rows) * given.n)

        def told(row: Row, number: int) -> None:
            bar.update(task, description=row.name, completed=rows.index(row) * given.n + number)

        for one in measured(given.n, rows, told):
            found.append(one)
            if given.write:
                RESULT.write_text(json.dumps(shape(found, given.n), indent=1) + "\n")
    say(json.dumps(shape(found, given.n), indent=1) if given.json else table(found))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.strangers", description=__doc__)
    parser.add_argument("--n", type=int, default=20, help="runs a row; default: 20")
    parser.add_argument("--only", default="", help="rows with this text in their name")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", action="store_true", help=f"keep the result in {RESULT.name}")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        raise SystemExit(main())
    except UsageError as wrong:
        raise SystemExit(f"error: {wrong}") from None
