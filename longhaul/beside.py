"""Two git refs side by side: each ref's own code runs the same grid in its own process; no baseline is needed.

A ref is checked out with `git worktree` into a temporary directory, which is removed again whatever happens. The other
arm is the working tree as it is, unless a second ref is given.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.errors import HarnessError, UsageError
from longhaul import exits


@dataclass(frozen=True)
class Arm:
    """One side: what it is called, the root of its code, and the directory in it that stands for the current one."""

    name: str
    root: Path
    directory: Path


@contextmanager
def checked_out(ref: str) -> Iterator[Arm]:
    """The code of a ref in a temporary directory. Raises `UsageError` outside of a git repository or for an unknown ref."""
    commit = _git("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}", wrong=f"git knows no ref {ref!r} here")
    inside = _git("rev-parse", "--show-prefix")
    with tempfile.TemporaryDirectory(prefix="longhaul-") as folder:
        root = Path(folder) / "tree"
        _git("worktree", "add", "--detach", "--quiet", str(root), commit, wrong=f"{ref!r} cannot be checked out")
        try:
            if not (root / inside).is_dir():
                raise UsageError(f"{ref!r} has no directory {inside!r}; run this from one that both sides have")
            yield Arm(ref, root, root / inside)
        finally:
            _git("worktree", "remove", "--force", str(root))


@contextmanager
def working_tree() -> Iterator[Arm]:
    """The working tree as it is, uncommitted changes and all."""
    yield Arm("working tree", Path(_git("rev-parse", "--show-toplevel")), Path.cwd())


def run_arm(arm: Arm, arguments: Sequence[str], out: Path) -> None:
    """Run the grid of `longhaul run` arguments with an arm's own code into `out`.

    Raises `UsageError` or `HarnessError` with what the process said; KeyboardInterrupt where it was interrupted.
    """
    command = [sys.executable, "-m", "longhaul", "run", *arguments, "--out", str(out)]
    path = os.pathsep.join([str(arm.root), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        command, cwd=arm.directory, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False
    )
    if done.returncode in (exits.FINE, exits.WORSE):
        return
    if done.returncode in (exits.INTERRUPTED, -2):
        raise KeyboardInterrupt
    said = "\n".join(done.stderr.strip().splitlines()[-5:])
    fault = UsageError if done.returncode == exits.USAGE else HarnessError
    raise fault(f"{arm.name}: the grid did not run (exit code {done.returncode}):\n{said}")


def _git(*arguments: str, wrong: str = "") -> str:
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise UsageError("comparing refs needs git, and there is no such command") from None
    if done.returncode:
        said = done.stderr.strip() or f"git {arguments[0]} failed"
        raise UsageError(f"{wrong}: {said}" if wrong else said)
    return done.stdout.strip()
