"""`longhaul explain I5 | C18 | F11`: cause, usual fix, and the smallest spec that shows it."""

from __future__ import annotations

import json
import textwrap

import click

from longhaul import exits
from longhaul.lines import COLUMNS
from longhaul.say import say

_HEAD = 17


@click.command(short_help="What an id of the catalogue means, the usual fix, and the smallest spec.")
@click.argument("id")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def command(id: str, as_json: bool) -> int:
    """What an ID of the catalogue means: a crash point (C18), a fault (F11, T03, H04) or an invariant (I5).

    Cause, the usual fix, what is right under it, where it was seen, and the smallest spec that shows it, as a command to
    paste.
    """
    from longhaul.explaining import as_plain, explain
    from longhaul.trial import repro

    found = explain(id)
    if as_json:
        say(json.dumps(as_plain(found), indent=1))
        return exits.FINE
    entry = found.entry
    say(f"{entry.id}  {entry.title}")
    if entry.pending:
        say(_row("pending", f"it cannot occur here yet: it needs {entry.pending}"))
    for name, text in (("cause", entry.cause), ("usual fix", entry.fix), *found.facts, ("seen", entry.source)):
        say(_row(name, text))
    if found.spec is not None:
        say(_row("try", repro(found.spec)))
    return exits.FINE


def _row(name: str, text: str) -> str:
    """A name and its text, in lines of at most 100 columns; a command stays on one line, so that it can be pasted."""
    if name == "try":
        return f"{name:<{_HEAD}}{text}"
    return textwrap.fill(f"{name:<{_HEAD}}{text}", COLUMNS, subsequent_indent=" " * _HEAD, break_long_words=False)
