"""Our own packages, found beside this one whatever a foreign repository calls its folders.

`harness`, `fakes`, `scenarios` and `reports` are top-level names, and a repository may have packages of its own under the
same ones. So ours are imported first, from the folder that holds `longhaul`, and only when they are needed.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("harness", "fakes", "scenarios")


def claim(*names: str) -> None:
    """Import our top-level packages from our own folder. Raises `ImportError` where a foreign one took the name."""
    hidden = sys.path[:]
    sys.path.insert(0, str(ROOT))
    try:
        for name in names:
            _check(name, getattr(importlib.import_module(name), "__path__", ()))
    finally:
        sys.path[:] = hidden


def _check(name: str, found: object) -> None:
    places = [Path(place).resolve() for place in found]  # type: ignore[attr-defined]
    if ROOT / name in places:
        return
    where = ", ".join(map(str, places)) or "a module"
    raise ImportError(
        f"the package {name!r} that Python imported is {where}, longhaul needs its own at {ROOT / name}; "
        f"import longhaul before yours (give pytest one of longhaul's options), or rename your package"
    )
