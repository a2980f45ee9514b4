"""Writes every outcome down again when it resumes."""

from typing import Any

from harness._tests.broken.sound import Loop
from harness._tests.broken.sound import read as read_all
from harness.host import Host
from harness.journal import Writer, decode


def read(host: Host) -> tuple[list[dict[str, Any]], int]:
    """The records, and a copy of each outcome behind them."""
    entries, barrier = read_all(host)
    writer = Writer(barrier)
    for record in decode(host.read()).records:
        if b'"Returned"' in record.json:
            host.append(writer.frame(record.json))
    return entries, barrier


LOOP = Loop(read=read)
