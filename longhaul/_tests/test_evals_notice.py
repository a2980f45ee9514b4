"""`pytest evals/` is a test of the orchestrator: one broken line of the reference, and it fails.

That each planted bug is killed by its check is shown in `harness/mutants/_tests`, in one process. What is left to show here
is that the evals a user runs notice: one bug in a copy of the sources, as a change in a pull request would be, and one that
only the evals of faults can see.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harness.mutants import mutant

ROOT = Path(__file__).parents[2]
PARTS = ("harness", "fakes", "scenarios", "reports", "longhaul", "evals", "conftest.py", "pyproject.toml")


def evals_in(folder: Path, file: str, *options: str) -> subprocess.CompletedProcess[str]:
    """A file of evals at its first failure, with the sources of a folder."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LONGHAUL_")}
    environment |= {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", f"evals/{file}", "-q", "-x", "--tier", "smoke", *options]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__", "_tests", "out"))
        else:
            shutil.copy(source, tmp_path / part)
    return tmp_path


def test_a_broken_line_in_the_sources_of_the_reference_is_noticed(copy: Path) -> None:
    for change in mutant("doubt_forgotten").changes:
        path = copy / f"{change.module.replace('.', '/')}.py"
        path.write_text(path.read_text().replace(change.right, change.wrong))
    done = evals_in(copy, "test_resume.py")
    assert done.returncode == 1, done.stdout[-3_000:]
    assert "repeat it with" in done.stdout


def test_a_mutant_on_trial_is_noticed_by_the_evals_of_faults(tmp_path: Path) -> None:
    named = 'mutant(name="retry_after_ignored")'
    done = evals_in(ROOT, "test_faults.py", "--orchestrator", named, "-k", "F01", "--report", str(tmp_path))
    assert done.returncode == 1, done.stdout[-3_000:]
    assert "fail: backoff_respected" in done.stdout
