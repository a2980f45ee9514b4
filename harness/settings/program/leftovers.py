"""Processes that a life left behind: found by the mark in their environment or by their session, and ended.

A child that leaves its group is found all the same. One that leaves its session *and* wipes its environment is not; nor is
any where the system has no /proc: there the group is all that is known.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
COMMAND_CHARACTERS = 120


@dataclass(frozen=True)
class Left:
    """A process that is still there."""

    pid: int
    group: int
    command: str


def leftovers(mark: str, sessions: Collection[int], spared: Collection[int] = ()) -> tuple[Left, ...]:
    """Every living process with this mark (`NAME=value`) in its environment, or of these sessions, but the spared ones."""
    needle, found = mark.encode() + b"\0", []
    for entry in os.listdir(PROC) if PROC.is_dir() else ():
        group = _group(entry, needle, sessions) if entry.isdigit() and int(entry) not in spared else None
        if group is not None:
            found.append(Left(int(entry), group, _command(entry)))
    return tuple(sorted(found, key=lambda left: left.pid))


def end(found: Collection[Left], mark: str, sessions: Collection[int]) -> None:
    """SIGKILL to each that is still what it was found to be."""
    for left in found:
        with suppress(ProcessLookupError, PermissionError):
            handle = os.pidfd_open(left.pid)
            try:
                if _group(str(left.pid), mark.encode() + b"\0", sessions) is not None:
                    signal.pidfd_send_signal(handle, signal.SIGKILL)
            finally:
                os.close(handle)


def _group(entry: str, needle: bytes, sessions: Collection[int]) -> int | None:
    """The process group of one that is looked for; None for another, and for what has ended or is somebody else's."""
    try:
        state, _parent, group, session = (PROC / entry / "stat").read_text().rpartition(")")[2].split()[:4]
        if state in ("Z", "X"):
            return None
        ours = int(session) in sessions or needle in (PROC / entry / "environ").read_bytes() + b"\0"
    except OSError:
        return None
    return int(group) if ours else None


def _command(entry: str) -> str:
    try:
        words = (PROC / entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace").strip()
    except OSError:
        return "?"
    return words[:COMMAND_CHARACTERS] or "?"
