"""`longhaul show OUT RUN_ID`: what happened and why, one line an event; with `--step N` what the model saw."""

from __future__ import annotations

from pathlib import Path

import click

from longhaul import exits
from longhaul.home import claim
from longhaul.lines import lines, wrapped
from longhaul.reasons import last_words
from longhaul.say import remark, say
from longhaul.told import told
from longhaul.views import step, step_text


@click.command(short_help="What happened in a run and why; what the model saw with --step N.")
@click.argument("out", type=click.Path(path_type=Path))
@click.argument("run_id")
@click.option("--step", "number", type=int, help="Print what the model saw at its Nth request, counted from 1.")
def command(out: Path, run_id: str, number: int | None) -> int:
    """What happened in a run of the report OUT and why: one line an event, in fixed columns.

    The columns: number of the event, life (process incarnation, from 0), virtual time, site and passage, what happened;
    where the orchestrator's journal says so, the entry it wrote, with its rule and facts. RUN_ID is the id of a run, or
    the beginning of one; ID-3 is its third repeat. Where the report kept no events, the spec is run again, which is exact.
    """
    claim("reports")
    from reports.report import load

    found = told(load(out), run_id)
    if found.remark:
        remark(found.remark)
    if number is not None:
        say(step_text(step(found.events, number)))
        return exits.FINE
    row = found.row
    violated = f" - {row['violated']}" if row["violated"] else ""
    say(wrapped(f"run {row['run_id']}: {row['verdict']}, {row['ending']}{violated}"))
    say(row["spec"])
    say(lines(found.events, found.reasons))
    if last_words(found.reasons):
        say(last_words(found.reasons))
    return exits.FINE
