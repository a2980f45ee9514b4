"""What importing the engine costs in a fresh process, and that it neither writes nor pulls in the slow libraries."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figure import Figure
from benchmarks.timing import best_of

REACH_MS = 100.0
MODULES = {
    "floor": "asyncio, dataclasses, msgspec",
    "engine": "harness, harness.run",
    "everything": "harness.run, harness.orchestrators.reference, harness.policies, harness.checks, harness.metrics",
}

TIMED = """
import time
began = time.process_time()
import MODULES
print(time.process_time() - began)
"""

WATCHED = """
import os, sys
found = []
def watch(event, arguments):
    if event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        found.append(str(arguments[0]))
sys.addaudithook(watch)
import MODULES
found += [name for name in ("pandas", "pyarrow", "matplotlib") if name in sys.modules]
print(", ".join(found) or "nothing")
"""


def probe(code: str, modules: str) -> str:
    """What a fresh process prints that imports some modules. Raises `AssertionError` where importing says anything."""
    done = subprocess.run(
        [sys.executable, "-c", code.replace("MODULES", modules)], capture_output=True, text=True, check=True
    )
    lines = done.stdout.splitlines()
    assert len(lines) == 1 and not done.stderr, f"importing says {done.stdout!r} {done.stderr!r}"
    return lines[0]


def figures(_folder: Path, rounds: int = 12) -> Iterator[Figure]:
    """The fewest CPU seconds beside those of asyncio and msgspec, on which it stands; then what else an import did.

    Python's own compiled files exist after the first probe.
    """
    probe(TIMED, MODULES["everything"])
    cells = {name: lambda modules=modules: float(probe(TIMED, modules)) for name, modules in MODULES.items()}
    best = best_of(cells, rounds)
    yield _figure("import of harness, the engine (CPU)", best["engine"], best["floor"], REACH_MS)
    yield _figure("the same with all that it judges with (CPU)", best["everything"], best["floor"], None)
    found = probe(WATCHED, MODULES["everything"])
    yield Figure("files written, pandas, pyarrow, matplotlib", found, "", "", "nothing", found == "nothing")


def _figure(what: str, seconds: float, floor: float, most_ms: float | None) -> Figure:
    return Figure(
        what, f"{seconds * 1e3:.0f} ms", f"{floor * 1e3:.0f} ms", f"{seconds / floor:.2f}",
        f"<= {most_ms:g} ms" if most_ms else "", seconds * 1e3 <= most_ms if most_ms else None,
    )  # fmt: skip
