"""What a simulated run may not do: start threads or processes, open sockets, sleep for real, spin for ever.

The guard acts only on the thread that runs a simulation, and only while it does. Sockets and processes are seen by an
audit hook; `time.sleep` and thread starts have no audit event on Python 3.11 and are wrapped the first time a simulation
runs. A watchdog of wall-clock time ends what virtual time cannot: `while True: pass`.
"""

from __future__ import annotations

import _thread
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

REFUSED = {
    "socket.__new__": "opens a real socket; reach models and tools through `host`, or use the process setting",
    "socket.connect": "connects a real socket; reach models and tools through `host`, or use the process setting",
    "socket.getaddrinfo": "resolves a real host name; reach models and tools through `host`",
    "subprocess.Popen": "starts a real process; use the process setting",
    "os.fork": "forks a real process; use the process setting",
    "os.posix_spawn": "starts a real process; use the process setting",
    "os.system": "starts a real process; use the process setting",
    "time.sleep": "sleeps for real; use `await host.sleep(ms)`",
    "_thread.start_new_thread": "starts a thread; use tasks, or the process setting",
}


class Refused(RuntimeError):
    """An orchestrator did something that virtual time cannot follow. The message names what and where."""


class Watchdog(BaseException):
    """Too much wall-clock time passed inside one run."""


class _Guarded(threading.local):
    depth = 0


_guarded = _Guarded()
_installed: list[bool] = []


@contextmanager
def guarded() -> Iterator[None]:
    """Refuse real threads, sleeps, sockets and processes on this thread while the block runs."""
    install()
    _guarded.depth += 1
    try:
        yield
    finally:
        _guarded.depth -= 1


@contextmanager
def unguarded() -> Iterator[None]:
    """The harness's own I/O inside a run (a real file of the wire or process setting)."""
    depth, _guarded.depth = _guarded.depth, 0
    try:
        yield
    finally:
        _guarded.depth = depth


def install() -> None:
    """Put the guard in place. To be done before a stranger's file is imported: it may say `from time import sleep`."""
    if _installed:
        return
    _installed.append(True)
    sys.addaudithook(_audit)
    time.sleep = _refusing("time.sleep", time.sleep)
    _thread.start_new_thread = _refusing("_thread.start_new_thread", _thread.start_new_thread)
    threading.Thread.start = _refusing("_thread.start_new_thread", threading.Thread.start)  # type: ignore[method-assign]


def _audit(event: str, _arguments: tuple[Any, ...]) -> None:
    if _guarded.depth and event in REFUSED:
        _refuse(event)


def _refusing(event: str, real: Callable[..., Any]) -> Callable[..., Any]:
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        if _guarded.depth:
            _refuse(event)
        return real(*args, **kwargs)

    wrapper.__doc__ = real.__doc__
    return wrapper


def _refuse(event: str) -> None:
    stack = traceback.extract_stack()
    caller = next((frame for frame in reversed(stack) if not _of_python(frame.filename)), stack[0])
    raise Refused(f"{caller.filename}:{caller.lineno} ({caller.line}) {REFUSED[event]}")


_LIBRARY = os.path.dirname(os.__file__) + os.sep


def _of_python(filename: str) -> bool:
    """Whether a frame belongs to this module, to the interpreter or to its standard library: nobody to blame there."""
    own = filename == __file__ or filename.startswith("<frozen")
    return own or (filename.startswith(_LIBRARY) and "site-packages" not in filename)


@contextmanager
def watchdog(seconds: float) -> Iterator[None]:
    """Raise `Watchdog` in the main thread after `seconds` of wall-clock time, and again until the block is left.

    Elsewhere than in the main thread there is no such alarm, and the block runs without one.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, _alarm)
    pending = signal.setitimer(signal.ITIMER_REAL, seconds, 0.2)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, *pending)
        signal.signal(signal.SIGALRM, before)


def _alarm(_number: int, _frame: Any) -> None:
    raise Watchdog
