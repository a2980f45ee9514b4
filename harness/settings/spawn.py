"""The child process of one life: started, killed, waited for. Whatever happens, none is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.errors import HarnessError
from harness.guard import unguarded
from harness.settings.frames import FromChild, Pipe

LAST_WORDS_BYTES = 2_000


class Child:
    """One running `python -m harness.settings.child`, and the pipe to it."""

    def __init__(self, words: Path, patience_seconds: float) -> None:
        self._words = words
        child_reads, parent_writes = os.pipe()
        parent_reads, child_writes = os.pipe()
        self.pipe = Pipe(parent_reads, parent_writes, FromChild, patience_seconds)
        self.running = False
        with undisturbed():
            try:
                self._process = _start(child_reads, child_writes, words)
                self.running = True
            finally:
                os.close(child_reads)
                os.close(child_writes)
                if not self.running:
                    self.pipe.close()

    def kill(self) -> None:
        """SIGKILL, and wait until it is dead of that. Raises `HarnessError` where it ended otherwise."""
        os.kill(self._process.pid, signal.SIGKILL)
        self.dies()

    def dies(self) -> None:
        """Wait for a child that was told to kill itself. Raises `HarnessError` where it ended in any other way."""
        status = self._wait()
        if status != -signal.SIGKILL:
            raise HarnessError(f"a child that was to die of SIGKILL ended with status {status}; {self.last_words()}")

    def how_it_ended(self) -> str:
        """For a child that closed its pipe unasked: its exit status and its last words."""
        os.kill(self._process.pid, signal.SIGKILL)
        status = self._wait()
        how = f"was killed by signal {-status}" if status < 0 else f"exited with status {status}"
        return f"the child process {how}; {self.last_words()}"

    def last_words(self) -> str:
        """The last line it wrote to stderr."""
        lines = self._words.read_bytes()[-LAST_WORDS_BYTES:].decode("utf-8", "replace").strip().splitlines()
        return f"its last words: {lines[-1]!r}" if lines else "it said nothing on stderr"

    def close(self) -> None:
        """End it if it still runs, and hang up."""
        with undisturbed():
            if self.running:
                self._process.kill()
                self._wait()
            self.pipe.close()

    def _wait(self) -> int:
        with undisturbed():
            status = self._process.wait()
            self.running = False
            return status


def _start(reads: int, writes: int, words: Path) -> subprocess.Popen[bytes]:
    with unguarded(), open(words, "wb") as errors:
        return subprocess.Popen(
            [sys.executable, "-m", "harness.settings.child", str(reads), str(writes)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors, pass_fds=(reads, writes),
            start_new_session=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, sys.path))},
        )  # fmt: skip


@contextmanager
def undisturbed() -> Iterator[None]:
    """Hold back Ctrl-C and the watchdog while the block runs: it must not be left half done."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGALRM))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
