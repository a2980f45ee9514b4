"""`longhaul search`: look for runs that break an orchestrator, and print each as small as it gets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import click

from harness.errors import UsageError
from harness.spec import Spec
from longhaul import exits
from longhaul.asked import Asked
from longhaul.choices import seeds
from longhaul.lines import COLUMNS, cut, wrapped
from longhaul.marked import plan_of
from longhaul.names import short_name
from longhaul.say import progress_bar, remark, say
from longhaul.search.drawing import imported, smallest
from longhaul.search.failing import broken_by, judged
from longhaul.search.hunting import Found, Hunt, found_at, hunt
from longhaul.search.regressions import regression, save
from longhaul.trial import repro

HORIZON = 12
SEEDS = "100"
Searching = Callable[[Spec, Callable[[int], None]], Hunt]


@click.command(short_help="Look for runs that break an orchestrator; shrink and print what is found.")
@click.option("--orchestrator", default="reference", show_default=True, metavar="NAME",
              help="The orchestrator on trial: a name or path/to/file.py:Name.")  # fmt: skip
@click.option("--scenario", default="", metavar="NAMES", help="Scenarios.  [default: all that can be done wrong]")
@click.option("--kind", default="", metavar="NAMES", help="Kinds of tool.  [default: those that the scenario names]")
@click.option("--policy", default="", metavar="NAME", help="The compaction policy.  [default: keep_all]")
@click.option(
    "--horizon", default=HORIZON, show_default=True, type=click.IntRange(1), help="Size of the job, in turns."
)
@click.option("--seeds", "wanted", default="", metavar="SEEDS",
              help=f"Seeds of the swarm: a count, a range (100..199) or a list (3,7).  [default: {SEEDS}]")  # fmt: skip
@click.option("--examples", type=click.IntRange(1), help="Let Hypothesis draw so many plans instead.")
@click.option("--save", "folder", type=click.Path(file_okay=False, path_type=Path),
              help="Keep what is found in this folder, one file each.")  # fmt: skip
def command(**options: Any) -> int:
    """Strike an orchestrator with mixes of crashes and faults, heal them all, and see whether it converges.

    Each failure is shrunk to the fewest strikes and the lowest numbers, and printed as a command that repeats it. Exits 1
    where something was found, 0 where nothing was.
    """
    hunts = _hunts(_bases(options), _searching(options))
    for came in hunts:
        for found in came.found:
            _tell(found, options["folder"])
        for alarm in came.alarms[:1]:
            remark(f"left out: {len(came.alarms)} plans in which the reference fails too, the first: {repro(alarm)}")
    say(table(hunts))
    return exits.WORSE if any(came.found for came in hunts) else exits.FINE


def _bases(options: dict[str, Any]) -> list[Spec]:
    asked = Asked(orchestrator=options["orchestrator"], scenario=options["scenario"], policy=options["policy"])
    marked = {"kind": options["kind"], "horizon": options["horizon"]}
    return list(plan_of(asked, marked).specs())


def _searching(options: dict[str, Any]) -> Searching:
    examples, wanted = options["examples"], options["wanted"]
    if examples and wanted:
        raise UsageError("--seeds runs the swarm and --examples lets Hypothesis draw; give one of them")
    if examples:
        imported()
        return partial(_drawn, examples)
    numbers = seeds(wanted or SEEDS)
    return lambda base, progress: hunt(base, numbers, progress)


def _drawn(examples: int, base: Spec, progress: Callable[[int], None]) -> Hunt:
    """What Hypothesis draws on a base until something fails; its plan has the fewest strikes, and here the shortest job."""
    came = Hunt(base)
    fails = broken_by()

    def failing(spec: Spec) -> bool | None:
        came.planned += 1
        said = fails(spec)
        came.valid += said is not None
        progress(came.planned)
        return said

    plan = base if failing(base) else smallest(base, failing, examples)
    if plan is not None:
        came.failed += 1
        came.found.append(found_at(plan, judged(plan).failed[0]))
    return came


def _hunts(bases: list[Spec], searching: Searching) -> list[Hunt]:
    hunts = []
    with progress_bar() as bar:
        task = bar.add_task("", total=None)
        for base in bases:
            bar.reset(task, description=short_name(replace(base, horizon=40)), total=None)
            hunts.append(searching(base, lambda planned: bar.update(task, completed=planned)))
    return hunts


def _tell(found: Found, folder: Path | None) -> None:
    say(wrapped(f"{found.check}: {found.witness}"))
    say(f"{len(found.plan.strikes)} strikes, shrunk to {len(found.small.strikes)}; repeat it with")
    say(repro(found.small))
    if folder is not None:
        say(f"kept as {save(regression(found.small, found.check, found.witness), folder)}")
    say()


def table(hunts: list[Hunt]) -> str:
    """One line for each base: the plans, how many of them say something, and how many broke it; and the sum."""
    rows = [(short_name(came.base), came.planned, came.valid, came.failed) for came in hunts]
    rows.append(("all", sum(row[1] for row in rows), sum(row[2] for row in rows), sum(row[3] for row in rows)))
    lines = [f"{'searched':<64}{'planned':>10}{'valid':>10}{'failed':>10}"]
    lines += [f"{cut(name, 63):<64}{planned:>10,}{valid:>10,}{failed:>10,}" for name, planned, valid, failed in rows]
    return "\n".join(cut(line, COLUMNS) for line in lines)
