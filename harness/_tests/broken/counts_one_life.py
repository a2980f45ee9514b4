"""Records each resume as the first one."""

from typing import Any

import msgspec

from harness._tests.broken.sound import Loop
from harness._tests.broken.sound import read as read_all
from harness.host import Host
from harness.journal import Writer


def read(host: Host) -> tuple[list[dict[str, Any]], int]:
    """The records, and one more that counts a life."""
    entries, barrier = read_all(host)
    if entries:
        host.append(Writer(barrier).frame(msgspec.json.encode({"type": "Resumed", "life": 1})))
    return entries, barrier


LOOP = Loop(read=read)
