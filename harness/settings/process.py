"""The `process` setting: the orchestrator in a child process on a real file; world, model and doors stay in the parent.

A crash is SIGKILL at the named door, never an exception. The child's clock is the parent's virtual one, so a run is as
deterministic as in `sim` and reads the same, but for one event more per death: `killed`, with the size of the real file
and how much of it lay past the durable mark. One temporary directory a run, removed at its end.
"""

from __future__ import annotations

import importlib
import shutil
import tempfile
import weakref
from dataclasses import replace
from pathlib import Path

from harness.clock import VirtualLoop
from harness.errors import HarnessError, UsageError
from harness.host import Host
from harness.resolve import Orchestrator
from harness.run import Live, returned
from harness.settings.conversation import Conversation
from harness.settings.frames import Closed, Ended, Garbage, Silent
from harness.settings.realdisk import RealDisk
from harness.settings.spawn import Child, undisturbed
from harness.spec import Spec
from harness.track import Track

PATIENCE_SECONDS = 30.0
"""Real seconds a child may be silent before it counts as stuck: it computes, or sleeps, and will not stop."""


def live(spec: Spec, _run: Orchestrator) -> Live:
    """One life in a child process, which finds orchestrator and policy by the spec's own names.

    A program is no orchestrator on a `host`: it has lives of its own (`harness.settings.program`).
    """
    if spec.orchestrator.is_program:
        lives: Live = importlib.import_module("harness.settings.program.lives").ProgramLives(spec)
        return lives
    return InChild(spec)


class InChild:
    """The lives of one run, each in a child of its own, on one real file."""

    def __init__(self, spec: Spec, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._spec = repr(replace(spec, strikes=()))
        self._patience_seconds = patience_seconds
        self._folder: Path | None = None

    def __call__(self, track: Track) -> tuple[str, str]:
        """Live one life; return how it ended and why."""
        try:
            if self._folder is None:
                self._folder = Path(tempfile.mkdtemp(prefix="longhaul-"))
                weakref.finalize(self, shutil.rmtree, self._folder, True)  # a run may also end between two lives
                track.disk = RealDisk(self._folder / "journal", track)
            assert isinstance(track.disk, RealDisk)
            ending, reason = self._live(track, track.disk, self._folder / "stderr")
        except BaseException:
            self._remove()
            raise
        if is_last(track, ending):
            self._remove()
        return ending, reason

    def _live(self, track: Track, disk: RealDisk, words: Path) -> tuple[str, str]:
        loop = VirtualLoop(track.now_ms)
        host = Host(track, loop)
        child = Child(words, self._patience_seconds)
        disk.attach(child, loop)
        talk = Conversation(loop, host, disk, child)
        try:
            if talk.open(self._spec):
                loop.run_forever()
            track.now_ms = loop.now_ms
            if talk.failure is None and track.broken is None:
                disk.audit()
            return _ending(track, host, talk, child)
        finally:
            host.dead = True
            disk.attach(None, loop)
            child.close()
            talk.bury()
            loop.bury()

    def _remove(self) -> None:
        if self._folder is not None:
            with undisturbed():
                shutil.rmtree(self._folder)
                self._folder = None


def is_last(track: Track, ending: str) -> bool:
    """Whether no life follows one that ended so."""
    if track.spec.heal and not track.healed:
        return False
    return ending != "died" or track.life + 1 >= track.limits.lives


def _ending(track: Track, host: Host, talk: Conversation, child: Child) -> tuple[str, str]:
    if isinstance(talk.failure, Closed):
        return _raised(track, "ChildEnded", child.how_it_ended())
    if isinstance(talk.failure, Garbage):
        return _raised(track, "ChildGarbage", f"the child process sent what is no frame: {talk.failure}")
    if isinstance(talk.failure, Silent):
        return _stuck(track, "stuck", (), f"the child process hangs: it said {talk.failure}")
    if talk.failure is not None:
        raise talk.failure
    if host.dead:
        return host.ending, host.reason
    if talk.ended is None:
        tasks = talk.waiting()
        ending = "waiting" if host.asking else "stuck"
        return _stuck(track, ending, tasks, f"nobody can move any more: {'; '.join(tasks)}")
    return _ended(track, talk.ended)


def _ended(track: Track, ended: Ended) -> tuple[str, str]:
    if ended.ours:
        raise UsageError(ended.message) if ended.error == "UsageError" else HarnessError(ended.message)
    if ended.error:
        return _raised(track, ended.error, ended.message)
    return returned(track, ended.message)


def _raised(track: Track, error: str, message: str) -> tuple[str, str]:
    track.record(track.now_ms, "life", 0, "raised", {"error": error, "message": message})
    return "raised", f"{error}: {message}"


def _stuck(track: Track, ending: str, tasks: tuple[str, ...], reason: str) -> tuple[str, str]:
    track.record(track.now_ms, "life", 0, ending, {"tasks": list(tasks)})
    return ending, reason
