"""`longhaul faults`: every fault of the catalogue, how it can strike, and what is expected of an orchestrator then."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from longhaul import exits
from longhaul.lines import COLUMNS, cut
from longhaul.say import say

if TYPE_CHECKING:
    from harness.catalogue.hazard import Hazard

_HEAD = 14


@click.command(short_help="Every fault that can be injected, and what is expected under it.")
@click.option("--json", "as_json", is_flag=True, help="As a list of {id, layer, modes, expected, source}.")
def command(as_json: bool) -> int:
    """Every fault of the catalogue: its layer, what is expected of an orchestrator, its modes, and where it was seen.

    mask: the work is finished as if nothing had been. surface: the run ends or parks in an orderly way and names it.
    out_of_contract: nothing is promised. pending(X): it cannot occur before X is there. `longhaul explain ID` says more.
    """
    from harness.catalogue.faults import HAZARDS

    if as_json:
        say(json.dumps(list(map(_plain, HAZARDS)), indent=1))
        return exits.FINE
    say(f"{'id':<5}{'layer':<9}expected, and where it stays; modes; what it is; where it was seen")
    for hazard in HAZARDS:
        for row in _rows(hazard):
            say(cut(row, COLUMNS))
    return exits.FINE


def _plain(hazard: Hazard) -> dict[str, Any]:
    return {
        "id": hazard.id, "layer": hazard.layer, "modes": _modes(hazard), "expected": _expected(hazard),
        "source": hazard.entry.source,
    }  # fmt: skip


def _expected(hazard: Hazard) -> str:
    return hazard.expected if hazard.live else f"pending({hazard.entry.pending})"


def _modes(hazard: Hazard) -> list[str]:
    return list(hazard.modes) if hazard.live and hazard.shapes else []


def _rows(hazard: Hazard) -> tuple[str, str, str]:
    modes = _modes(hazard)
    stays = f", {hazard.lasting} where it stays" if "for_ever" in modes and hazard.lasting != hazard.expected else ""
    how = f"  {', '.join(modes)}" if modes else f"  {hazard.unstruck}" if hazard.unstruck else ""
    return (
        f"{hazard.id:<5}{hazard.layer:<9}{_expected(hazard)}{stays}{how}",
        f"{'':<{_HEAD}}{hazard.entry.title}",
        f"{'':<{_HEAD}}{hazard.entry.source}",
    )
