"""The reference with a planted bug: `Orchestrator('mutant', name='no_flush')`. The bugs are in `harness.mutants`."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from harness.host import Host
from harness.mutants import mutant
from harness.mutants.copies import copy_of


@dataclass(frozen=True)
class Mutated:
    """The mutant of a name. Raises `UsageError` for an unknown one, with near matches."""

    name: str

    @property
    def run(self) -> Callable[[Host], Coroutine[Any, Any, Any]]:
        """The coroutine function of the copy, made once in a process."""
        return _run_of(self.name)


@lru_cache(maxsize=128)
def _run_of(name: str) -> Callable[[Host], Coroutine[Any, Any, Any]]:
    return copy_of(mutant(name))  # type: ignore[no-any-return]


run = Mutated
