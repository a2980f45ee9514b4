"""goose, a coding agent, as its registry ships it: `scripts/agents goose` installs it into a cache of the user's.

    Orchestrator('program', command='python -m harness.subjects.goose', through='shell')

Its tools are its own, so the ledger is reached by a command on its PATH (`longhaul-tool NAME ARGUMENTS`), and the fake model
asks for goose's tool `shell` with that command (`through`). It keeps its sessions under HOME,
which is in `LONGHAUL_STATE`. A new life resumes the session by its name.
"""

from __future__ import annotations

from pathlib import Path

from harness.subjects.tool import cache

VERSION = "1.52.0"
"""The version that is installed, and that was measured."""


def binary() -> Path:
    """Where the binary is, if it is installed."""
    return cache() / f"goose-{VERSION}" / "node_modules" / "@aaif" / "goose-binary-linux-x64" / "bin" / "goose"
