"""`longhaul-tool NAME ARGUMENTS`: a tool of the scenario as a command, for agents whose own tool is a shell.

It prints what the tool says. A tool that refuses is `error: ...` on standard output and exit status 1, as is one that fails.
"""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path

from harness.subjects.doors import Surroundings, call, surroundings

NAME = "longhaul-tool"


def main() -> None:
    """Call the tool that the command line names."""
    if len(sys.argv) != 3:
        sys.exit(f"usage: {NAME} NAME ARGUMENTS, the arguments a JSON object")
    try:
        said = call(surroundings(), sys.argv[1], json.loads(sys.argv[2]))
    except (OSError, ValueError) as error:
        said = f"error: {error}"
    print(said)
    sys.exit(1 if said.startswith("error") else 0)


def installed_in(around: Surroundings) -> str:
    """A PATH with the command in front of all others; it is written into the state folder."""
    folder = around.state / "bin"
    folder.mkdir(exist_ok=True)
    script = folder / NAME
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m harness.subjects.tool "$@"\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"


def cache() -> Path:
    """Where `scripts/agents` installs agents."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "longhaul" / "agents"


if __name__ == "__main__":
    main()
