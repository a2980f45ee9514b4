"""`longhaul diff A B RUN_ID`: the first event where two runs of one spec part, in one sentence."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from longhaul import exits
from longhaul.home import claim
from longhaul.parting import parting
from longhaul.say import remark, say
from longhaul.told import Told, told

if TYPE_CHECKING:
    from reports.report import Report

FOLDER = click.Path(path_type=Path)


@click.command(short_help="The first event where two runs part.")
@click.argument("a", type=FOLDER)
@click.argument("b", type=FOLDER)
@click.argument("run_id")
@click.argument("other", default="")
def command(a: Path, b: Path, run_id: str, other: str) -> int:
    """The first event where run RUN_ID of report A and of report B part, in one sentence, with both events.

    OTHER names another run of B, to compare two specs: then the first event, which holds the spec, is left out.
    """
    claim("reports")
    from reports.report import load

    first, second = load(a), load(b)
    if not other and first.run(run_id)["digest"] == second.run(run_id)["digest"]:
        say("The two runs are equal: their digests are the same, so no event differs.")
        return exits.FINE
    one, two = _told(first, run_id), _told(second, other or run_id)
    same = one.row["spec"] == two.row["spec"]
    say(parting(*(found.events if same else found.events[1:] for found in (one, two))))
    return exits.FINE


def _told(report: Report, run_id: str) -> Told:
    found = told(report, run_id)
    if found.remark:
        remark(found.remark)
    return found
