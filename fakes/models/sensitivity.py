"""The grid of a profile's uncertain numbers, as a file of profiles: `python -m fakes.models.sensitivity mid > grid.toml`.

P and R times 0, 1 and 2, and L50 times 0.5, 1 and 2, but for the profile itself: eight points, named `mid-PR0-L0.5` and so on.
Skills are assumed, so two points more: all that goes wrong by them half as often (`mid-S0.5`), and twice as often (`mid-S2`).
Run the same specs under each, and `longhaul leaderboard OUT --sensitivity REPORT` says which orders hold at all of them.
"""

from __future__ import annotations

import sys
from dataclasses import fields
from math import inf

from fakes.models.profile import Curve, Profile, Skills
from fakes.models.profiles import profile
from harness.errors import UsageError

PLACES = (0, 1, 2)
LENGTHS = (0.5, 1, 2)
SKILLS = (0.5, 2)
KINDS = ("literal", "latent", "interference")
KEPT = ("summary", "summary_again", "notice", "lookup")
"""Skills that say how often it goes right; the others say how often it goes wrong."""


def grid(of: Profile) -> str:
    """The grid points of a built-in profile as TOML. Raises `UsageError` for one whose length curve has no half."""
    curves: dict[str, Curve] = {kind: getattr(of, kind) for kind in KINDS}
    if any(curve.half_tokens == inf for curve in curves.values()) or ":" in of.name:
        raise UsageError(f"profile {of.name!r} has no numbers to vary; give a built-in one that forgets, such as 'mid'")
    return "\n".join(f'["{name}"]\nlike = "{of.name}"\n{numbers}' for name, numbers in _points(of, curves).items())


def points_of(of: Profile) -> list[str]:
    """The names of the grid points."""
    return list(_points(of, {}))


def _points(of: Profile, curves: dict[str, Curve]) -> dict[str, str]:
    """By name, what is another number at a point."""
    found = {
        f"{of.name}-PR{places:g}-L{lengths:g}": _places(of, places) + _lengths(curves, lengths)
        for places in PLACES
        for lengths in LENGTHS
        if (places, lengths) != (1, 1)
    }
    return found | {f"{of.name}-S{factor:g}": _skills(of.skills, factor) for factor in SKILLS}


def _places(of: Profile, factor: float) -> str:
    return f"places = {{primacy = {of.places.primacy * factor:g}, recency = {of.places.recency * factor:g}}}\n"


def _lengths(curves: dict[str, Curve], factor: float) -> str:
    return "".join(f"{kind} = {{half_tokens = {curve.half_tokens * factor:g}}}\n" for kind, curve in curves.items())


def _skills(skills: Skills, factor: float) -> str:
    numbers = []
    for item in fields(skills):
        share = getattr(skills, item.name)
        value = max(0.0, 1 - (1 - share) * factor) if item.name in KEPT else min(1.0, share * factor)
        numbers.append(f"{item.name} = {value:g}")
    return f"skills = {{{', '.join(numbers)}}}\n"


if __name__ == "__main__":
    try:
        sys.stdout.write(grid(profile(sys.argv[1] if len(sys.argv) == 2 else "")))
    except UsageError as error:
        sys.exit(str(error))
