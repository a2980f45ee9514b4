"""Planted bugs: the reference with a few lines changed, each to be killed by the check that was named beforehand.

They measure the harness: a mutant that survives is a hole in the checks, in the faults, or in the crash points.
"""

from __future__ import annotations

from harness.mutants import answers, budgets, durability, effects, endings, retries, views, wire
from harness.mutants.mutant import Change, Ground, Mutant
from harness.resolve import unknown

MUTANTS: tuple[Mutant, ...] = (
    *durability.MUTANTS,
    *effects.MUTANTS,
    *retries.MUTANTS,
    *budgets.MUTANTS,
    *views.MUTANTS,
    *answers.MUTANTS,
    *endings.MUTANTS,
    *wire.MUTANTS,
)
"""All of them, by concern."""


def mutant(name: str) -> Mutant:
    """The mutant of a name. Raises `UsageError` for an unknown one, with near matches."""
    known = {mutant.name: mutant for mutant in MUTANTS}
    if name not in known:
        raise unknown("mutant in harness.mutants", name, known)
    return known[name]


__all__ = ["MUTANTS", "Change", "Ground", "Mutant", "mutant"]
