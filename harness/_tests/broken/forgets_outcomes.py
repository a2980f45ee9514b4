"""Takes up a session with the outcomes of its last step forgotten."""

from typing import Any

from harness._tests.broken.sound import Loop
from harness._tests.broken.sound import read as read_all
from harness.host import Host


def read(host: Host) -> tuple[list[dict[str, Any]], int]:
    """The records, but for the outcomes since the last reply."""
    entries, barrier = read_all(host)
    last = max((index for index, entry in enumerate(entries) if entry["type"] == "Replied"), default=0)
    return [entry for index, entry in enumerate(entries) if index < last or entry["type"] != "Returned"], barrier


LOOP = Loop(read=read)
