"""longhaul: crash-test agent orchestrators, rank compaction policies, gate changes.

Everything a stranger needs is importable from here: `from longhaul import Spec, Strike, execute, judge`. The names are
resolved on first use, so that the pytest plugin of this package costs nothing where it is not used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from longhaul.public import *  # noqa: F403


def __getattr__(name: str) -> Any:
    if name.startswith("_") and name != "__all__":
        raise AttributeError(f"module 'longhaul' has no attribute {name!r}")
    from longhaul.home import PACKAGES, claim

    claim(*PACKAGES)
    import longhaul.public as public

    if name != "__all__" and name not in public.__all__:
        raise AttributeError(f"module 'longhaul' has no attribute {name!r}")
    return getattr(public, name)
