"""Break one line of the reference that matters, and `pytest evals/` fails: the evals are a test of the orchestrator.

Each case copies the repository's sources, changes one place, and runs the evals that a user runs, in a process of its own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = ("harness", "fakes", "scenarios", "reports", "longhaul", "evals", "conftest.py", "pyproject.toml")
REFERENCE = Path("harness/orchestrators/reference")

BROKEN_LINES = {
    "an intent is not flushed before the call": (
        "shell.py",
        "        if command.flush:\n            self.flush()\n        self.write()\n",
        "        self.write()\n",
    ),
    "a torn tail is not cut off": ("shell.py", "host.truncate(records.size)", "host.now()"),
    "a call in doubt is forgotten": (
        "state.py",
        'standing="doubt") if call.standing == "running"',
        'standing="running") if call',
    ),
    "the key changes in every life": (
        "shell.py",
        "self.host.tool(call, intent.key, timeout",
        'self.host.tool(call, f"{intent.key}/{self.state.lives}", timeout',
    ),
    "a blind call in doubt is repeated": (
        "rules/doubt.py",
        'or kind == "deduplicating"',
        'or kind != "queryable"',
    ),
    "Retry-After is ignored": ("rules/failures.py", "wait = asked + asked * spread // 10_000", "wait = 1"),
    "results are shown in the order they came": (
        "state.py",
        "for call in calls:\n            result = outcomes[call.id]\n",
        "for name, result in returned:\n            call = next(c for c in calls if c.id == name)\n",
    ),
}
"""What is broken: the file of the reference, the right lines, and the wrong ones."""


def evals_in(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """The evals around crashes and faults, in a copy of the sources."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "evals/test_resume.py",
        "evals/test_faults.py",
        "-q",
        "-x",
        "--tier",
        "smoke",
    ]
    return subprocess.run(
        [*command, *options], cwd=folder, env=environment, capture_output=True, text=True, timeout=300
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__", "_tests", "out"))
        else:
            shutil.copy(source, tmp_path / part)
    return tmp_path


@pytest.mark.parametrize("name", BROKEN_LINES)
def test_one_broken_line_of_the_reference_is_noticed(name: str, copy: Path) -> None:
    file, right, wrong = BROKEN_LINES[name]
    path = REFERENCE / file
    text = (copy / path).read_text()
    assert text.count(right) == 1, f"{path} has changed; say here which line to break"
    (copy / path).write_text(text.replace(right, wrong))
    done = evals_in(copy)
    assert done.returncode == 1, done.stdout[-3_000:]
    assert "repeat it with" in done.stdout


def test_the_unbroken_reference_passes(copy: Path) -> None:
    done = evals_in(copy)
    assert done.returncode == 0, done.stdout[-3_000:]
