"""`longhaul mutants`: break the reference in every planted way; each must be killed by the check named beforehand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import click

from harness.mutants import MUTANTS
from harness.mutants.trying import Trial, tried
from harness.resolve import wire_installed
from longhaul import exits
from longhaul.grid import REFERENCE
from longhaul.lines import COLUMNS, cut
from longhaul.names import short_name
from longhaul.say import progress_bar, remark, say


@click.command(short_help="Break the reference in every planted way; each must be killed by its check.")
@click.option("--json", "as_json", is_flag=True, help="A list of {name, killed_by, spec} instead of a table.")
def command(as_json: bool) -> int:
    """Break the reference orchestrator in every planted way, and try it until the check that was named beforehand fails.

    The clean reference is tried in the very same specs. Exits 1 where a mutant survives or the clean reference fails.
    """
    trials = _trials()
    say(json.dumps([plain(trial) for trial in trials], indent=2) if as_json else table(trials))
    for trial in trials:
        for alarm in trial.alarms:
            remark(f"false alarm: the clean reference fails in a spec of {trial.mutant.name}: {alarm}")
    return exits.FINE if all(trial.passed for trial in trials) else exits.WORSE


def _trials() -> list[Trial]:
    trials = []
    tried_ones = [mutant for mutant in MUTANTS if wire_installed() or not mutant.on_wire]
    if len(tried_ones) < len(MUTANTS):
        remark(f"{len(MUTANTS) - len(tried_ones)} mutants are tried over the wire only: pip install longhaul[wire]")
    with progress_bar() as bar:
        task = bar.add_task("", total=len(tried_ones))
        for number, mutant in enumerate(tried_ones, start=1):
            bar.update(task, description=mutant.name)
            trials.append(tried(mutant))
            bar.update(task, completed=number)
    return trials


def plain(trial: Trial) -> dict[str, str | None]:
    """The documented shape; a survivor has neither a killer nor a spec."""
    killed = trial.plan is not None
    return {
        "name": trial.mutant.name,
        "killed_by": trial.mutant.killed_by if killed else None,
        "spec": repr(trial.plan) if killed else None,
    }


def table(trials: Sequence[Trial]) -> str:
    """Two lines a mutant: its name, its killer and what was broken; then the spec that shows it, in short. And the sum."""
    lines = [_row("mutant", "killed by", "what was broken, and the run that shows it")]
    for trial in trials:
        killer = trial.mutant.killed_by if trial.plan else "SURVIVES"
        lines += [_row(trial.mutant.name, killer, trial.mutant.why), cut(f"    {_where(trial)}", COLUMNS)]
    killed, alarms = sum(trial.plan is not None for trial in trials), sum(len(trial.alarms) for trial in trials)
    told = f"{killed} of {len(trials)} mutants killed by the check named beforehand, {alarms} false alarms"
    return "\n".join([*lines, "", told])


def _row(name: str, killer: str, why: str) -> str:
    return cut(f"{name:<26}{killer:<23}{why}", COLUMNS)


def _where(trial: Trial) -> str:
    if trial.plan is None:
        return f"{trial.mutant.killed_by} fails in none of {trial.specs} specs"
    return short_name(replace(trial.plan, orchestrator=REFERENCE))
