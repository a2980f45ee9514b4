"""What a life costs in the `process` setting beyond its own work, beside a fresh Python that imports what it needs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from benchmarks.figure import Figure
from benchmarks.timing import best_of, wall_seconds
from harness.run import execute
from harness.spec import Orchestrator, Spec

REACH_MS = 20.0
IDLE = str(Path(__file__).with_name("idle.py"))
NEEDED = "harness.settings.child, harness.orchestrators.reference, harness.policies, jsonschema_rs"


def figures(_folder: Path, rounds: int = 15) -> Iterator[Figure]:
    """The fewest seconds on the wall of a run that does nothing: fork, a pipe, a real file, SIGKILL, a wait status."""
    idle = replace(Spec("pay_invoices", horizon=4), orchestrator=Orchestrator(f"{IDLE}:run"))
    real = replace(idle, setting="process")
    execute(real)
    best = best_of(
        {
            "fresh": partial(
                wall_seconds, partial(subprocess.run, [sys.executable, "-c", f"import {NEEDED}"], check=True)
            ),
            "sim": partial(wall_seconds, partial(execute, idle)),
            "real": partial(wall_seconds, partial(execute, real)),
        },
        rounds,
    )
    cost_ms, fresh_ms = (best["real"] - best["sim"]) * 1e3, best["fresh"] * 1e3
    yield Figure(
        "a life in a real process, against a fresh Python (wall)", f"{cost_ms:.1f} ms", f"{fresh_ms:.0f} ms",
        f"{cost_ms / fresh_ms:.2f}", f"<= {REACH_MS:g} ms", cost_ms <= REACH_MS,
    )  # fmt: skip
