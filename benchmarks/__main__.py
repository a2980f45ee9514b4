"""`python -m benchmarks [FIGURE ...]`: measure, print one table, exit 1 when a figure is missed."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console

from benchmarks import (
    crash_points,
    exploration,
    growth,
    imports,
    journal_prefixes,
    program_runs,
    real_files,
    real_lives,
    resume,
    shrinking,
    step_cost,
    wire_cost,
)
from benchmarks.figure import Figure, table_of

MEASURES: dict[str, Callable[[Path], Iterator[Figure]]] = {
    "imports": imports.figures,
    "step_cost": step_cost.figures,
    "growth": growth.figures,
    "real_files": real_files.figures,
    "real_lives": real_lives.figures,
    "resume": resume.figures,
    "journal_prefixes": journal_prefixes.figures,
    "crash_points": crash_points.figures,
    "shrinking": shrinking.figures,
    "exploration": exploration.figures,
    "wire_cost": wire_cost.figures,
    "program_runs": program_runs.figures,
}


def measure(names: list[str], console: Console) -> list[Figure]:
    """The figures of some measures. Their files live beside the project, on its disk: a sync in memory costs nothing."""
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix=".benchmarks-", dir=Path.cwd()) as folder:
        for name in names:
            with console.status(f"measuring {name}"):
                figures += MEASURES[name](Path(folder))
    return figures


def main(arguments: list[str] | None = None) -> int:
    """Measure what was asked for, or all; 0 where every figure is reached, else 1."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("figure", nargs="*", help=f"any of {', '.join(MEASURES)}; all when none is named")
    asked = parser.parse_args(arguments).figure
    unknown = [name for name in asked if name not in MEASURES]
    if unknown:
        parser.error(f"unknown figure {unknown[0]!r}; there are {', '.join(MEASURES)}")
    figures = measure(asked or list(MEASURES), Console(stderr=True))
    Console(width=100).print(table_of(figures))
    return 1 if any(figure.ok is False for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
