"""`longhaul finish OUT`: write the tables of a session that was cut off or found the disk full, from what it finished."""

from __future__ import annotations

from pathlib import Path

import click

from harness.errors import UsageError
from longhaul import exits
from longhaul.home import claim
from longhaul.lines import wrapped
from longhaul.say import remark, say


@click.command(short_help="Write the report of a session that was cut off, from the runs it finished.")
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--metric", "metrics", multiple=True, metavar="FILE:NAME", help="Metrics of your own that it was run with."
)
def command(out: Path, metrics: tuple[str, ...]) -> int:
    """Write the tables of the report OUT from the finished runs that wait there.

    For a session that was killed, or that found the disk full. Its plan went with it, so runs that are missing are not
    counted; `longhaul gate` still sees them. Tables of an earlier session in OUT are replaced.
    """
    claim("reports")
    from reports.own import metrics_named
    from reports.store import SHARDS, Store

    if not any((out / SHARDS).glob("*.jsonl")):
        raise UsageError(f"no finished runs wait in {out / SHARDS}")
    say(wrapped(str(Store(out, metrics=metrics_named(metrics)).finish())))
    remark("what else the session had planned is not known, so no run counts as missing")
    return exits.FINE
