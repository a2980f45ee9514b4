"""`longhaul verify JOURNAL`: read every record of a journal file and say whether it may be continued."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from longhaul import exits
from longhaul.journals import journal_in
from longhaul.lines import wrapped
from longhaul.say import say


@click.command(short_help="Read every record of a journal file; refuse one that is corrupt.")
@click.argument("journal", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--session", default="", help="The session that the journal must belong to.")
def command(journal: Path, session: str) -> int:
    """Read every record of a JOURNAL file of the reference orchestrator.

    A torn tail is said and is no error: resuming cuts it off. Corruption in the middle, another session or a newer
    version is refused with its offset, exit code 2. Whether today's code would still decide as recorded is said by
    `longhaul replay`.
    """
    found = journal_in(journal, session)
    kinds = Counter(type(entry).__name__ for entry in found.entries)
    barriers = found.records[-1].barrier if found.records else 0
    say(f"{journal}: {len(found.entries):,} records in {found.size:,} bytes, {barriers:,} flushes")
    listed = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    say(wrapped(f"  {listed or 'it is empty'}"))
    if found.not_kept is not None:
        say(f"  the record at byte {found.not_kept.offset:,} holds something that this release does not know")
    if found.torn:
        say(f"  a torn tail of {found.torn:,} bytes from byte {found.size:,} on; resuming cuts it off")
    return exits.FINE
