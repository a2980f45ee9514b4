"""What a run left behind: processes and file descriptors, counted where the system tells (Linux)."""

from __future__ import annotations

import os
from pathlib import Path

from harness.settings.spawn import server_of


def children() -> set[str]:
    """The processes of lives that are still there: children of the fork server, and of this process but the server."""
    server = server_of().pid
    return (_children_of(os.getpid()) - {str(server)}) | _children_of(server)


def _children_of(pid: int) -> set[str]:
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return set(listed.read_text().split()) if listed.exists() else set()


def open_files(pid: int) -> int:
    """How many file descriptors a process has."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def is_gone(pid: int) -> bool:
    """Whether a process has ended; a zombie has, it only waits to be counted."""
    try:
        return ") Z " in Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True
