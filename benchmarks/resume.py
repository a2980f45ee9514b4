"""What a new process needs to take up a long session, and whether earlier crashes make it more.

Nothing in a resume waits, so CPU time is what it takes on a core of its own.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Never

from benchmarks.figure import Figure, bound_figure
from benchmarks.timing import best_of
from benchmarks.workload import setup, spec
from harness import resolve
from harness.faults import CrashBefore, Strike
from harness.host import Host
from harness.orchestrators.reference import run as run_reference
from harness.run import execute_in, live_in_sim
from harness.track import Track
from harness.types import Request

REACH_SECONDS = 0.2
REACH_SPREAD = 1.25


class _Asked(Exception):
    """The session is taken up: its next request is about to leave."""


class _UntilAsked:
    """A host that ends the life at its first model request."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def __getattr__(self, name: str) -> Any:
        return getattr(self._host, name)

    async def model(self, request: Request, timeout_ms: int | None = None) -> Never:
        """Raise `_Asked`."""
        raise _Asked


async def _resume(host: Host) -> None:
    try:
        await run_reference(_UntilAsked(host))  # type: ignore[arg-type]  # it has every door of one
    except _Asked:
        return
    raise AssertionError("the session ended without another request")


def journal_of(steps: int, crashes: int) -> bytes:
    """The journal of a session of `steps` steps, killed `crashes` times at even distances, and once more at its end.

    Each death costs one passage more, so that every life gets as far as the others.
    """
    turns = [1 + (index + 1) * steps // (crashes + 1) for index in range(crashes)]
    strikes = tuple(Strike("model", turn + index, CrashBefore()) for index, turn in enumerate(turns))
    run = execute_in(replace(spec(steps), strikes=strikes), setup(steps))
    assert (run.ending, run.lives) == ("returned", crashes + 1), f"{run.lives} lives, {run.ending}: {run.reason}"
    last = run.journal.rindex(b'"type":"Asked"')
    return run.journal[: run.journal.index(b"\n", last) + 1]


def seconds_to_resume(journal: bytes, steps: int) -> float:
    """CPU seconds from the start of a life to its next request: read, check, fold, decide, write it down."""
    track = Track(spec(steps), setup(steps), resolve.policy(spec(steps).policy))
    track.disk.append(journal)
    track.disk.flush()
    began = time.process_time()
    ending, reason = live_in_sim(_resume, track)
    seconds = time.process_time() - began
    assert ending == "returned", reason
    return seconds


def figures(_folder: Path, steps: int = 10_000, rounds: int = 12) -> Iterator[Figure]:
    """The time to resume after each number of earlier crashes, and the longest of them over the shortest."""
    crashes = (0, 1, 10)
    best = best_of({str(n): partial(seconds_to_resume, journal_of(steps, n), steps) for n in crashes}, rounds)
    for count, seconds in best.items():
        what = f"resume at N={steps:,} after {count} crashes (CPU)"
        yield bound_figure(what, seconds, REACH_SECONDS, "s")
    spread = max(best.values()) / min(best.values())
    yield bound_figure("slowest of these resumes over fastest", spread, REACH_SPREAD, "")
