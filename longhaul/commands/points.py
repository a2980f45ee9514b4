"""`longhaul points SCENARIO`: where each crash point of the catalogue lies in a scenario, or why it is not there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from harness import resolve
from harness.spec import Spec
from longhaul import exits
from longhaul.choices import choice, view_budget
from longhaul.lines import COLUMNS, cut
from longhaul.say import say

if TYPE_CHECKING:
    from harness.catalogue.located import Located
    from harness.catalogue.reach import Reach

_HEAD = 13
KINDS = ("deduplicating", "queryable", "blind")


@click.command(short_help="Where each named crash point lies in a scenario, or why it is not there.")
@click.argument("scenario")
@click.option("--kind", type=click.Choice(KINDS), help="Kind of tool.  [default: the first that the scenario names]")
@click.option(
    "--policy", default="keep_all", show_default=True, help="Name, name(option=value) or path/to/file.py:Name."
)
@click.option("--horizon", default=40, show_default=True, type=click.IntRange(1), help="Size of the job, in turns.")
@click.option("--orchestrator", default="reference", show_default=True, help="Whose run is looked at.")
@click.option("--view-budget", default="1", show_default=True, help="Share of the working set (0.5) or tokens (8000).")
@click.option(
    "--setting", default="sim", show_default=True, type=click.Choice(["sim", "wire"]), help="How the model is reached."
)
@click.option(
    "--json", "as_json", is_flag=True, help="Every place, as a list of {id, site, nth, when, reachable, why}."
)
def command(scenario: str, as_json: bool, **options: Any) -> int:
    """Where each crash point of the catalogue lies in a run of SCENARIO, one row an id.

    A place is `site#passage/moment`: before, in the middle of (torn), or after that passage. Places in a later life, or in
    a wait, are behind the strikes that `given` names. An id without a place says why. The run is not judged.
    """
    from harness.catalogue.reach import reach

    spec = Spec(
        scenario, horizon=options["horizon"], kind=options["kind"] or resolve.scenario(scenario).kinds[0],
        orchestrator=choice("Orchestrator", options["orchestrator"]), policy=choice("Policy", options["policy"]),
        view_budget=view_budget(options["view_budget"]), setting=options["setting"],
    )  # fmt: skip
    reached = reach(spec)
    if as_json:
        say(json.dumps(list(_places(reached)), indent=1))
        return exits.FINE
    say(f"{'id':<5}{'places':>6}  {'first of them, or why there is none'}")
    for row in _rows(reached):
        say(cut(row, COLUMNS))
    return exits.FINE


def _places(reached: Reach) -> Iterator[dict[str, Any]]:
    from harness.catalogue.points import POINTS

    for point in POINTS:
        for place in reached.of(point.id):
            yield {"id": place.id, "site": place.site, "nth": place.nth, "when": place.when,
                   "reachable": True, "why": place.why}  # fmt: skip
        if point.id in reached.absent:
            yield {"id": point.id, "site": "", "nth": 0, "when": "",
                   "reachable": False, "why": reached.absent[point.id]}  # fmt: skip


def _rows(reached: Reach) -> Iterator[str]:
    from harness.catalogue.points import POINTS

    for point in POINTS:
        places = reached.of(point.id)
        what = _first(places) if places else reached.absent[point.id]
        yield f"{point.id:<5}{len(places):>6}  {what}"


def _first(places: tuple[Located, ...]) -> str:
    """As many different coordinates as fit one row, and the strikes before the first of them."""
    first = places[0]
    given = f"  given {', '.join(map(repr, first.given))}" if first.given else ""
    room = COLUMNS - _HEAD - len(" ...") - len(given)
    coordinates = list(dict.fromkeys(str(place) for place in places if place.given == first.given))
    text = coordinates[0]
    for coordinate in coordinates[1:]:
        if len(f"{text}  {coordinate}") > room:
            return f"{text} ...{given}"
        text = f"{text}  {coordinate}"
    return text + given
