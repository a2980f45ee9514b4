"""The fork server of the `process` setting: `python -m harness.settings.forkserver SOCKET_FD MODULE ...`.

A freshly executed Python that has imported what every life needs, has one thread, and does nothing but fork: one child
for each life, which lives in `child.main` and never comes back here. A child that ended stays a zombie until somebody
asks for its status, so that its pid means nobody else; when the parent hangs up, the server ends its children and itself.
"""

from __future__ import annotations

import gc
import importlib
import os
import signal
import socket
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Never

from harness.settings import child, frames
from harness.settings.frames import Closed, Pipe

NEWBORN_FDS = 4
"""What comes with the wish for a child: the two ends of its pipe, its stderr, its current directory."""


class Server:
    """Serves one parent over a Unix socket until it hangs up."""

    def __init__(self, link: socket.socket) -> None:
        self._link = link
        self._pipe = Pipe(link.fileno(), link.fileno(), frames.FromClient)
        self._children: set[int] = set()

    def serve(self) -> None:
        """Fork, and report how the forked ended, as the parent asks."""
        try:
            while True:
                fds = self._fds()
                match self._pipe.receive():
                    case frames.Hello():
                        self._pipe.send(frames.Warm(_threads()))
                    case frames.Fork() as wish:
                        self._fork(wish, fds)
                    case frames.Wait(pid=pid):
                        self._pipe.send(frames.Status(self._wait(pid)))
        except Closed:
            for pid in self._children:
                os.kill(pid, signal.SIGKILL)
            for pid in tuple(self._children):
                self._wait(pid)

    def _fds(self) -> list[int]:
        """The file descriptors that come with the next frame. Raises `Closed` where nobody is there."""
        try:
            data, fds, _, _ = socket.recv_fds(self._link, 1, NEWBORN_FDS)
        except ConnectionError:
            raise Closed from None
        if not data:
            raise Closed
        return fds

    def _fork(self, wish: frames.Fork, fds: list[int]) -> None:
        try:
            pid = os.fork()
        except OSError as error:
            pid, told = 0, frames.Forked(0, str(error))
        else:
            if not pid:
                self._link.close()
                _live(wish, fds)
            self._children.add(pid)
            told = frames.Forked(pid)
        for fd in fds:
            os.close(fd)
        self._pipe.send(told)

    def _wait(self, pid: int) -> int:
        """Reap one child; its exit status, negative for a signal."""
        _, status = os.waitpid(pid, 0)
        self._children.discard(pid)
        return os.waitstatus_to_exitcode(status)


def _live(wish: frames.Fork, fds: list[int]) -> Never:
    """Be the child of one life, and nothing afterwards: neither the server's code nor its exit."""
    status = 1
    try:
        reads, writes, words, folder = fds
        os.dup2(words, 2)
        os.fchdir(folder)
        os.close(words)
        os.close(folder)
        os.setsid()
        os.environb.clear()
        os.environb.update(wish.environment)
        sys.path[:] = ["", *map(os.fsdecode, wish.path)]
        child.main(reads, writes)
        status = 0
    except Closed:  # the parent is gone; so is this life, with no word more
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def _threads() -> int:
    """Threads of this process, native ones too where the system lists them."""
    listed = Path("/proc/self/task")
    if listed.is_dir():
        return len(list(listed.iterdir()))
    import threading

    return threading.active_count()


def main(link: int, modules: Sequence[str]) -> None:
    """Import, then serve."""
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    for module in modules:
        importlib.import_module(module)
    gc.collect()
    gc.freeze()  # a child's collection would touch, and so copy, every page
    Server(socket.socket(fileno=link)).serve()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
