"""A script: replies and exceptions in order. Running out is an error, and so is what is left over."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from harness.errors import HarnessError
from harness.types import Reply, Request

Line: TypeAlias = Reply | BaseException | Callable[[Request], Reply]


class ScriptError(HarnessError):
    """The script and the run do not match."""


class Script:
    """Plays its lines in order: a reply is given, an exception raised, a function asked.

    A request that was answered before gets the next line all the same: a script does not read.
    """

    window = 1_000_000
    latency_ms = 1_000

    def __init__(self, lines: Iterable[Line]) -> None:
        self._lines = list(lines)
        self._next = 0

    def __call__(self, request: Request, nth: int) -> Reply:
        """The next line. Raises `ScriptError` when there is none."""
        if self._next >= len(self._lines):
            last = request.messages[-1].content[:80]
            raise ScriptError(f"the script has {len(self._lines)} lines and was asked once more, after {last!r}")
        line = self._lines[self._next]
        self._next += 1
        if isinstance(line, BaseException):
            raise line
        return line if isinstance(line, Reply) else line(request)

    def assert_complete(self) -> None:
        """Raise `ScriptError` where lines were not played."""
        left = len(self._lines) - self._next
        if left:
            raise ScriptError(
                f"{left} of {len(self._lines)} lines were not played, the first is {self._lines[self._next]!r}"
            )
