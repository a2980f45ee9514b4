"""The grid of a profile's uncertain numbers, as a file of profiles: `python -m fakes.models.sensitivity mid > grid.toml`.

P and R times 0, 1 and 2, and L50 times 0.5, 1 and 2, but for the profile itself: eight grid points, named `mid-PR0-L0.5` and so
on. Run the same specs under each, and `longhaul leaderboard OUT --sensitivity REPORT` says which orders hold at all of them.
"""

from __future__ import annotations

import sys
from math import inf

from fakes.models.profile import Curve, Profile
from fakes.models.profiles import profile
from harness.errors import UsageError

PLACES = (0, 1, 2)
LENGTHS = (0.5, 1, 2)
FACTORS = [(places, lengths) for places in PLACES for lengths in LENGTHS if (places, lengths) != (1, 1)]
KINDS = ("literal", "latent", "interference")


def grid(of: Profile) -> str:
    """The grid points of a built-in profile as TOML. Raises `UsageError` for one whose length curve has no half."""
    curves: dict[str, Curve] = {kind: getattr(of, kind) for kind in KINDS}
    if any(curve.half_tokens == inf for curve in curves.values()) or ":" in of.name:
        raise UsageError(f"profile {of.name!r} has no numbers to vary; give a built-in one that forgets, such as 'mid'")
    return "\n".join(_point(of, curves, *factors) for factors in FACTORS)


def points_of(of: Profile) -> list[str]:
    """The names of the grid points."""
    return [_name(of, *factors) for factors in FACTORS]


def _name(of: Profile, places: float, lengths: float) -> str:
    return f"{of.name}-PR{places:g}-L{lengths:g}"


def _point(of: Profile, curves: dict[str, Curve], places: float, lengths: float) -> str:
    halves = [f"{kind} = {{half_tokens = {curve.half_tokens * lengths:g}}}\n" for kind, curve in curves.items()]
    at = f"places = {{primacy = {of.places.primacy * places:g}, recency = {of.places.recency * places:g}}}\n"
    return f'["{_name(of, places, lengths)}"]\nlike = "{of.name}"\n{at}{"".join(halves)}'


if __name__ == "__main__":
    try:
        sys.stdout.write(grid(profile(sys.argv[1] if len(sys.argv) == 2 else "")))
    except UsageError as error:
        sys.exit(str(error))
