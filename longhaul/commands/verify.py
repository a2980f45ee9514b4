"""`longhaul verify JOURNAL`: read every record of a journal file and say whether it may be continued."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from harness.errors import UsageError
from harness.journal import decode
from harness.orchestrators.reference.entries import decode_entries
from longhaul import exits
from longhaul.say import say


@click.command(short_help="Read every record of a journal file; refuse one that is corrupt.")
@click.argument("journal", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--session", default="", help="The session that the journal must belong to.")
def command(journal: Path, session: str) -> int:
    """Read every record of a JOURNAL file of the reference orchestrator.

    A torn tail is said and is no error: resuming cuts it off. Corruption in the middle, another session or a newer
    version is refused with its offset, exit code 2.
    """
    data = journal.read_bytes()
    whole = decode(data)
    if data and not whole.records:
        raise UsageError(f"{journal} holds no whole record: it is no journal, or its first record is torn")
    entries = decode_entries(whole.records, session)
    kinds = Counter(type(entry).__name__ for entry in entries)
    barriers = whole.records[-1].barrier if whole.records else 0
    say(f"{journal}: {len(entries):,} records in {whole.size:,} bytes, {barriers:,} flushes")
    say("  " + ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())) if kinds else "  it is empty")
    if whole.size < len(data):
        say(f"  a torn tail of {len(data) - whole.size:,} bytes from byte {whole.size:,} on; resuming cuts it off")
    return exits.FINE
