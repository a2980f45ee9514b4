"""The child process of one life: forked by a warm server, killed, waited for. Whatever happens, none is left behind.

Python takes 0.2 s to start, and a process with the test runner's threads in it must not fork. So each process has a fork
server (`harness.settings.forkserver`), started at its first life and again where it died; it ends with this process.
"""

from __future__ import annotations

import atexit
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from harness.errors import HarnessError
from harness.guard import unguarded
from harness.resolve import ORCHESTRATORS
from harness.settings import frames
from harness.settings.frames import Closed, FromChild, Garbage, Pipe, Silent

LAST_WORDS_BYTES = 2_000

ANSWER_SECONDS = 60.0
"""Real seconds after which a fork server that does not answer is given up."""

BUILT_IN = (
    "harness.policies",
    "jsonschema_rs",
    *(f"harness.orchestrators.{name}" for name in ORCHESTRATORS if name != "no_model"),
)
"""What a server imports unless told otherwise. A stranger's file is imported in the child, and poisons no other life."""


class ForkServer:
    """One running `python -m harness.settings.forkserver`. Raises `HarnessError` where it does not answer."""

    def __init__(self, modules: Sequence[str]) -> None:
        self._words = tempfile.TemporaryFile()  # noqa: SIM115  lives as long as the server
        self._link, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "harness.settings.forkserver", str(theirs.fileno()), *modules],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self._words,
                pass_fds=(theirs.fileno(),), start_new_session=True, env={**os.environ, "PYTHONPATH": _path()},
            )  # fmt: skip
        self._pipe = Pipe(self._link.fileno(), self._link.fileno(), frames.FromServer, ANSWER_SECONDS)
        self._lock = threading.Lock()
        self.pid = self._process.pid
        self.running = True
        warm: frames.Warm = self._ask(frames.Hello())
        if warm.threads != 1:
            self.close()
            raise HarnessError(f"to import {', '.join(modules)} starts a thread; a process with threads must not fork")

    def fork(self, fds: Sequence[int]) -> int:
        """The pid of a new child, which has copies of these: its pipe's two ends, its stderr, its current directory."""
        path = tuple(os.fsencode(str(entry)) for entry in sys.path)
        environment = {**os.environb, b"PYTHONPATH": os.fsencode(_path())}
        told: frames.Forked = self._ask(frames.Fork(path, environment), fds)
        if told.error:
            raise HarnessError(f"no child can be forked: {told.error}")
        return told.pid

    def wait(self, pid: int) -> int:
        """Wait until a child has ended; its exit status, negative for a signal. Its pid means nobody afterwards."""
        told: frames.Status = self._ask(frames.Wait(pid))
        return told.status

    def _ask(self, question: Any, fds: Sequence[int] = ()) -> Any:
        with self._lock:
            if not self.running:
                raise HarnessError("the fork server of this life is gone")
            try:
                socket.send_fds(self._link, [b"."], fds)
                self._pipe.send(question)
                return self._pipe.receive()
            except (OSError, Closed, Silent, Garbage) as error:
                words = self.close(kill=True)
                raise HarnessError(f"the fork server is gone: {str(error) or 'it hung up'}; {words}") from None
            except BaseException:  # half an answer was read: nobody could tell it from the next
                self.close()
                raise

    def close(self, kill: bool = False) -> str:
        """Hang up, upon which it ends its children and itself; its last words."""
        if not self.running:
            return ""
        self.running = False
        self._link.close()
        with unguarded():  # to wait for a process with a deadline is to sleep
            try:
                if kill:
                    self._process.kill()
                self._process.wait(ANSWER_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        with self._words:
            self._words.seek(0)
            return last_words(self._words.read())

    def forget(self) -> None:
        """Leave it alone: in a fork of this process, the server is the parent's."""
        self.running = False
        self._link.close()
        self._words.close()
        self._process.returncode = 0


_servers: dict[tuple[str, ...], ForkServer] = {}


def server_of(modules: tuple[str, ...] = BUILT_IN) -> ForkServer:
    """The server of this process that has imported these modules, started where there is none that runs."""
    server = _servers.get(modules)
    if server is None or not server.running:
        with unguarded():
            server = _servers[modules] = ForkServer(modules)
    return server


def _end_servers() -> None:
    while _servers:
        _servers.popitem()[1].close()


def _forget_servers() -> None:
    while _servers:
        _servers.popitem()[1].forget()


atexit.register(_end_servers)
os.register_at_fork(after_in_child=_forget_servers)


class Child:
    """One life in a child of the fork server, and the pipe to it."""

    def __init__(self, words: Path, patience_seconds: float, modules: tuple[str, ...] = BUILT_IN) -> None:
        self._words = words
        child_reads, parent_writes = os.pipe()
        parent_reads, child_writes = os.pipe()
        self.pipe = Pipe(parent_reads, parent_writes, FromChild, patience_seconds)
        self.running = False
        with undisturbed():
            try:
                self._server = server_of(modules)
                self.pid = self._born(child_reads, child_writes)
                self._handle = os.pidfd_open(self.pid) if hasattr(os, "pidfd_open") else None
                self.running = True
            finally:
                os.close(child_reads)
                os.close(child_writes)
                if not self.running:
                    self.pipe.close()

    def _born(self, reads: int, writes: int) -> int:
        folder = os.open(".", os.O_RDONLY)
        try:
            with open(self._words, "wb") as words:
                return self._server.fork((reads, writes, words.fileno(), folder))
        finally:
            os.close(folder)

    def kill(self) -> int:
        """SIGKILL, and wait until it is dead of that; its status, -9. Raises `HarnessError` where it ended otherwise."""
        self._kill()
        return self.dies()

    def dies(self) -> int:
        """Wait for a child that was told to kill itself; its status. Raises `HarnessError` where it ended otherwise."""
        status = self.wait()
        if status != -signal.SIGKILL:
            raise HarnessError(f"a child that was to die of SIGKILL ended with status {status}; {self.last_words()}")
        return status

    def how_it_ended(self) -> str:
        """For a child that closed its pipe unasked: its exit status and its last words."""
        self._kill()
        status = self.wait()
        how = f"was killed by signal {-status}" if status < 0 else f"exited with status {status}"
        return f"the child process {how}; {self.last_words()}"

    def last_words(self) -> str:
        """The last line it wrote to stderr."""
        return last_words(self._words.read_bytes())

    def wait(self) -> int:
        """Wait until it has ended; its exit status, negative for a signal."""
        with undisturbed():
            status = self._server.wait(self.pid)
            self.running = False
            return status

    def close(self) -> None:
        """End it if it still runs, and hang up."""
        with undisturbed():
            if self.running:
                self._kill()
                with suppress(HarnessError):  # how it ended is asked no more
                    self.wait()
            self.pipe.close()
            if self._handle is not None:
                os.close(self._handle)

    def _kill(self) -> None:
        """Its pid is its own until it was waited for. Without a server it may be anybody's, but the handle never is."""
        with suppress(ProcessLookupError):
            if self._handle is not None:
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)
            elif self._server.running:
                os.kill(self.pid, signal.SIGKILL)


def last_words(said: bytes) -> str:
    """The last line of what was written to stderr, as a clause of a message."""
    lines = said[-LAST_WORDS_BYTES:].decode("utf-8", "replace").strip().splitlines()
    return f"its last words: {lines[-1]!r}" if lines else "it said nothing on stderr"


def _path() -> str:
    return os.pathsep.join(map(str, sys.path))


@contextmanager
def undisturbed() -> Iterator[None]:
    """Hold back Ctrl-C and the watchdog while the block runs: it must not be left half done."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGALRM))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
