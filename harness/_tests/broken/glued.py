"""Ignores a torn tail without cutting it off: the next record runs into it, and all after it are lost to the next life."""

import json
from typing import Any

from harness._tests.broken.sound import Loop
from harness.errors import UsageError
from harness.host import Host
from harness.journal import decode


def read(host: Host) -> tuple[list[dict[str, Any]], int]:
    """The lines up to the first bad one."""
    entries, barrier = [], 0
    for line in host.read().splitlines(keepends=True):
        try:
            records = decode(line).records
        except UsageError:
            break
        if not records:
            break
        entries.append(json.loads(records[0].json))
        barrier = records[0].barrier + 1
    return entries, barrier


LOOP = Loop(read=read)
