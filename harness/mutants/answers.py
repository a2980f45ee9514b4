"""Bugs in what is done with the model's answers."""

from __future__ import annotations

from harness.mutants.mutant import Mutant

MUTANTS: tuple[Mutant, ...] = ()
