"""Of how many mutants search finds a failing plan, and of how many one, found or planted, is shrunk to three strikes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.figure import Figure
from evals.shrunk_mutants import STRIKES_FEW, shrunk_mutant, table
from harness.mutants import MUTANTS

REACH = 0.95
SEARCHED = 0.9


def figures(_folder: Path) -> Iterator[Figure]:
    """Every mutant once: minutes on one core. The table of the mutants is printed beside the figure."""
    rows = [shrunk_mutant(mutant) for mutant in MUTANTS]
    print(table(rows))
    yield _share("mutants broken by plans that search finds", [row.searched for row in rows], SEARCHED)
    yield _share(f"failing plans of mutants shrunk to <= {STRIKES_FEW} strikes", [row.few for row in rows], REACH)


def _share(what: str, came: list[bool], reach: float) -> Figure:
    """How many of the mutants, against the share to reach."""
    count, share = sum(came), sum(came) / len(came)
    return Figure(what, f"{count} of {len(came)}", "", f"{share:.1%}", f">= {reach:.0%}", share >= reach)
