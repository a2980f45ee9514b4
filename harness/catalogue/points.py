"""The 45 crash points of the catalogue, C00 to C71, and the sets that are made of them."""

from __future__ import annotations

import difflib

from harness.catalogue.crash_point import CrashPoint
from harness.catalogue.session_points import COMPACTION_POINTS, LATE_POINTS, RESUME_POINTS, SNAPSHOT_POINTS
from harness.catalogue.turn_points import ANSWER_POINTS, EFFECT_POINTS
from harness.errors import UsageError

POINTS: tuple[CrashPoint, ...] = (
    *ANSWER_POINTS, *EFFECT_POINTS, *COMPACTION_POINTS, *SNAPSHOT_POINTS, *RESUME_POINTS, *LATE_POINTS,
)  # fmt: skip
"""Every crash point, in the order of the catalogue."""

LIVE: tuple[str, ...] = tuple(point.id for point in POINTS if point.live)
"""The ids that can occur here; the others are pending a capability."""

TWICE: tuple[str, ...] = tuple(point.id for point in POINTS if point.live and point.twice)
"""The live ids that must also be struck as the second crash."""

SMOKE: tuple[str, ...] = ("C05", "C06", "C12", "C15", "C18", "C21", "C32", "C43", "C50", "C54")
"""The least that any change is tried on; pending ones join when they are live."""

NOT_STRUCK = {"C55": "not a strike: changed code resumes an old journal, see `longhaul replay JOURNAL`"}
"""Live ids that no strike can bring about, and where they are tried instead."""

STRUCK: tuple[str, ...] = tuple(name for name in LIVE if name not in NOT_STRUCK)
"""The live ids that a strike can bring about: each must be hit, or there is a hole in the coverage."""

_BY_ID = {point.id: point for point in POINTS}


def crash_point(id: str) -> CrashPoint:
    """The crash point of an id. Raises `UsageError` for an unknown one."""
    if id not in _BY_ID:
        near = difflib.get_close_matches(id, _BY_ID)
        hint = f"did you mean {' or '.join(near)}? " if near else ""
        raise UsageError(f"no crash point {id!r}; {hint}they run from {POINTS[0].id} to {POINTS[-1].id}")
    return _BY_ID[id]
