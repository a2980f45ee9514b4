"""Of how many mutants a failing plan, found by the swarm or drawn by Hypothesis, is shrunk to at most three strikes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.figure import Figure
from evals.shrunk_mutants import STRIKES_FEW, shrunk_mutant, table
from harness.mutants import MUTANTS

REACH = 0.95


def figures(_folder: Path) -> Iterator[Figure]:
    """Every mutant once: minutes on one core. The table of the mutants is printed beside the figure."""
    rows = [shrunk_mutant(mutant) for mutant in MUTANTS]
    print(table(rows))
    few = sum(row.few for row in rows)
    what = f"failing plans of mutants shrunk to <= {STRIKES_FEW} strikes"
    yield Figure(
        what, f"{few} of {len(rows)}", "", f"{few / len(rows):.1%}", f">= {REACH:.0%}", few >= REACH * len(rows)
    )
