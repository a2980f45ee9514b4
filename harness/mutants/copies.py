"""A private copy of the reference, in memory, with the changes of a mutant.

The sources are those of the installed package, so it works in a wheel and in the child of another process alike. Each
module of a copy has an `__import__` of its own, which finds the other modules of the copy before the real ones.
"""

from __future__ import annotations

import builtins
import sys
from functools import lru_cache
from importlib.util import find_spec
from types import CodeType, ModuleType
from typing import Any

from harness.errors import HarnessError
from harness.mutants.mutant import Change, Mutant

REFERENCE = "harness.orchestrators.reference"

CLIENTS = "harness.clients"
BESIDE = ("harness.journal", "harness.policies.drive", "harness.policies.validate", CLIENTS)
"""Modules outside of its package that the reference is made of, and that a mutant may change. Over the wire, clients."""

SPOKEN = {"openai-chat": "openai", "anthropic": "anthropic"}
"""The clients by the format that they speak."""


def copy_of(mutant: Mutant) -> Any:
    """The coroutine function `run(host)` of a mutant. Raises `HarnessError` for a change that finds no place of its own."""
    copy = _Copy(mutant)
    run = copy.module(REFERENCE).run
    if any(change.module.startswith(CLIENTS) for change in mutant.changes):
        run.clients = {name: copy.module(f"{CLIENTS}.{module}") for name, module in SPOKEN.items()}
    return run


class _Copy:
    """The modules of one copy, made when they are first imported."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant
        self._modules: dict[str, ModuleType] = {}
        astray = [change.module for change in mutant.changes if not _copied(change.module)]
        if astray:
            raise HarnessError(
                f"mutant {mutant.name!r} changes {astray[0]}; a copy holds {REFERENCE}, {', '.join(BESIDE)}"
            )
        for change in mutant.changes:  # every one, imported or not: a change that is nowhere is no mutant
            self.module(change.module)

    def module(self, name: str) -> ModuleType:
        """The copy of a module."""
        if name in self._modules:
            return self._modules[name]
        module = ModuleType(f"{name}@{self._mutant.name}")
        vars(module)["__builtins__"] = {**vars(builtins), "__import__": self._import}
        self._modules[name] = sys.modules[module.__name__] = module
        source = changed(_source(name), self._mutant, name)
        exec(_compiled(source, f"<{name} of mutant {self._mutant.name}>"), vars(module))
        return module

    def _import(
        self, name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0
    ) -> ModuleType:
        if level or not fromlist or not _copied(name):
            return __import__(name, globals, locals, fromlist, level)
        module = self.module(name)
        for item in fromlist:
            if not hasattr(module, item):
                setattr(module, item, self.module(f"{name}.{item}"))
        return module


def _copied(name: str) -> bool:
    return name in BESIDE or f"{name}.".startswith((f"{REFERENCE}.", f"{CLIENTS}."))


def changed(source: str, mutant: Mutant, name: str) -> str:
    """The source of a module with the changes of a mutant. Raises `HarnessError` where one does not fit exactly once."""
    for change in mutant.changes:
        if change.module == name:
            _refuse_misfit(source, mutant, change)
            source = source.replace(change.right, change.wrong)
    return source


def _refuse_misfit(source: str, mutant: Mutant, change: Change) -> None:
    found = source.count(change.right)
    if found != 1:
        raise HarnessError(
            f"mutant {mutant.name!r}: its right text is {found} times in {change.module}, not once; say there which lines "
            f"to break now: {change.right!r}"
        )
    if change.right == change.wrong:
        raise HarnessError(f"mutant {mutant.name!r} changes nothing in {change.module}: {change.right!r}")


@lru_cache(maxsize=64)
def _source(name: str) -> str:
    specification = find_spec(name)
    source = getattr(specification and specification.loader, "get_source", lambda name: None)(name)
    if not source:
        raise HarnessError(f"no source of {name}; mutants are made from the sources of the installed package")
    return str(source)


@lru_cache(maxsize=256)
def _compiled(source: str, name: str) -> CodeType:
    return compile(source, name, "exec", dont_inherit=True)
