"""`longhaul run`: run a grid of scenarios x policies x seeds into a report, with a progress bar."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from harness.checks import Judgement
from harness.errors import HarnessError, UsageError
from harness.run import Run
from harness.spec import Spec
from longhaul import exits
from longhaul.grid import Add, Tally, name_of, run_grid
from longhaul.home import claim
from longhaul.lines import wrapped
from longhaul.names import short_name
from longhaul.planning import grid_options, plan_of
from longhaul.programs import program_of, program_options, told
from longhaul.say import progress_bar, remark, say
from longhaul.striking import strike
from longhaul.trial import repro

DEFAULT_OUT = Path("reports/out")


@click.command(short_help="Run a grid of scenarios, policies and seeds into a report.")
@grid_options
@program_options
@click.option("--strike", "strikes", multiple=True, metavar="TEXT",
              help="A kill or fault in every run: tool:NAME#NTH/after, or Strike(...). Repeatable.")  # fmt: skip
@click.option("--metric", "metrics", multiple=True, metavar="FILE:NAME", help="A metric of your own: one more column.")
@click.option("--events", default="failed", show_default=True, type=click.Choice(["all", "failed", "none"]),
              help="Whose whole history is kept (failed: and a sample of the others).")  # fmt: skip
@click.option(
    "--prices", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A price book of your own (JSON)."
)
@click.option("--check", is_flag=True, help="Exit 1 where an invariant broke.")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Folder of the report.  [default: reports/out/<hash of plan>]"
)
def command(**options: Any) -> int:
    """Run a grid of scenarios, kinds of tool, policies, view budgets and seeds; write a report.

    Exits 0 when the grid ran, whatever came of it; 1 only with --check, when an invariant broke; 3 when the harness
    failed; 130 after Ctrl-C, with what had finished by then in the report.
    """
    claim("reports")
    from reports.leaderboard import leaderboard
    from reports.own import load_prices, metrics_named
    from reports.render import board_text
    from reports.report import load
    from reports.store import Store

    program = program_of(options)
    plan = replace(plan_of(options), strikes=tuple(strike(text) for text in options["strikes"]))
    if program is not None:
        plan = replace(plan, orchestrators=(program,), setting="process")
    specs = plan.specs()
    if not specs:
        raise UsageError("the plan is empty: none of these scenarios has a plain program")
    prices = load_prices(options["prices"]) if options["prices"] else ()
    out = options["out"] or DEFAULT_OUT / name_of(specs)
    store = Store(out, options["events"], metrics_named(options["metrics"]))
    store.begin()
    said: list[str] = []
    try:
        tally = _run(specs, _telling(store.add, said) if program is not None else store.add)
    finally:
        summary = store.finish(specs)
    report = load(out)
    say(board_text(leaderboard(report, prices)))
    say(wrapped(str(summary)))
    for sentence in said:
        say(sentence)
    _point_at_failures(report.runs, out)
    return _exit_code(tally, options["check"])


def _telling(add: Add, said: list[str]) -> Add:
    """Add, and note a sentence on each run; for one that failed, the command that repeats it."""

    def both(run: Run, judgement: Judgement) -> None:
        add(run, judgement)
        said.append(wrapped(told(run, judgement)))
        if judgement.outcome in ("fail", "invalid"):
            said.append(repro(run.spec))

    return both


def _run(specs: tuple[Spec, ...], add: Add) -> Tally:
    with progress_bar() as bar:
        task = bar.add_task("", total=len(specs))

        def progress(now: Tally, spec: Spec) -> None:
            bar.update(task, completed=now.done, description=short_name(spec))

        return run_grid(specs, add, progress)


def _point_at_failures(rows: Iterable[dict[str, Any]], out: Path) -> None:
    """One command for each orchestrator and policy with failed runs: it shows the first of them."""
    failed: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if row["verdict"] in ("fail", "invalid"):
            failed.setdefault((row["orchestrator"], row["policy"]), []).append(row["run_id"])
    for (orchestrator, policy), run_ids in failed.items():
        remark(f"{len(run_ids)} of {orchestrator}, {policy} failed; the first: longhaul show {out} {run_ids[0]}")


def _exit_code(tally: Tally, check: bool) -> int:
    if tally.interrupted:
        remark(f"interrupted: {tally.done} of {tally.planned} runs are in the report")
        return exits.INTERRUPTED
    if tally.harness_errors:
        raise HarnessError(f"{tally.harness_errors} of {tally.done} runs were spoilt by the harness itself")
    return exits.WORSE if check and (tally.failed or tally.invalid) else exits.FINE
