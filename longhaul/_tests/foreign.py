"""A foreign repository for tests: a folder outside of this one, and processes in it that know longhaul as installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from importlib.metadata import distributions
from pathlib import Path

from longhaul.home import ROOT

STRANGERS = Path(__file__).parent / "strangers"
METADATA = "Metadata-Version: 2.1\nName: longhaul\nVersion: 0\n"
ENTRY_POINTS = "[pytest11]\nlonghaul = longhaul.plugin\n"


@dataclass(frozen=True)
class Done:
    """A process that ended: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def widest(self) -> int:
        """Columns of the widest line on standard output."""
        return max(map(len, self.out.splitlines()), default=0)


@dataclass(frozen=True)
class Foreign:
    """A repository of somebody who installed longhaul."""

    root: Path
    environment: dict[str, str] = field(default_factory=dict)

    def write(self, name: str, text: str) -> Path:
        """A file of theirs."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def copy(self, name: str, as_name: str = "") -> None:
        """A file of `strangers/`."""
        shutil.copy(STRANGERS / name, self.root / (as_name or name))

    def pytest(self, *arguments: str) -> Done:
        """Run pytest there."""
        quiet = ("-p", "no:cacheprovider", "-p", "no:asyncio", "-W", "error")
        return self.python("-m", "pytest", *quiet, *arguments)

    def longhaul(self, *arguments: str) -> Done:
        """Run the command there."""
        return self.python("-m", "longhaul", *arguments)

    def python(self, *arguments: str) -> Done:
        """Run Python there, without the folder itself on the path unless pytest puts it there."""
        done = subprocess.run(
            [sys.executable, *arguments], cwd=self.root, capture_output=True, text=True, env=self.all, check=False
        )
        return Done(done.returncode, done.stdout, done.stderr)

    @property
    def all(self) -> dict[str, str]:
        """The environment of its processes."""
        clean = {name: value for name, value in os.environ.items() if not re.match("LONGHAUL_|PYTEST|COV", name)}
        path = os.pathsep.join([str(self.root / ".site"), str(ROOT)])
        return {**clean, "PYTHONPATH": path, "PYTHONSAFEPATH": "1", "PYTHONDONTWRITEBYTECODE": "1", **self.environment}


def foreign_repository(root: Path) -> Foreign:
    """A repository in an empty folder. Where longhaul is not installed, its entry point is announced there."""
    repository = Foreign(root)
    if not any(found.metadata["Name"] == "longhaul" for found in distributions()):
        repository.write(".site/longhaul-0.dist-info/METADATA", METADATA)
        repository.write(".site/longhaul-0.dist-info/entry_points.txt", ENTRY_POINTS)
    return repository
