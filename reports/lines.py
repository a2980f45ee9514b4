"""Which policies a plot draws, and which of their lines lie over one another: a line that is hidden is named with its cover."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any, NamedTuple, TypeAlias

CONTROLS = ("drop_all", "keep_all")

Curve: TypeAlias = Mapping[int, float]
"""Values by their place on the level axis."""


class Line(NamedTuple):
    """A line that can be seen: the place of the policy that gives it its colour, its label, its values."""

    place: int
    label: str
    curve: Curve


def drawn_policies(rows: Sequence[Mapping[str, Any]], most: int) -> tuple[list[str], int]:
    """The policies to draw and how many are left out.

    Controls first, then who completed most, the cheaper of equals; but one of each kind, which the first word of its name
    tells, before a second: variants of one idea lie close together and hide one another.
    """
    runs: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        runs[row["policy"]].append(row)

    def merit(name: str) -> tuple[float, float, str]:
        done = sum(bool(row["completed"]) for row in runs[name]) / len(runs[name])
        return -done, sum(row["tokens_input"] for row in runs[name]) / len(runs[name]), name

    best = sorted(runs, key=merit)
    kinds: Counter[str] = Counter()
    nth: dict[str, int] = {}
    for name in best:
        kind = name.partition("_")[0]
        kinds[kind] += name not in CONTROLS
        nth[name] = 0 if name in CONTROLS else kinds[kind]
    ordered = sorted(best, key=lambda name: (nth[name], name != "keep_all"))
    return ordered[:most], max(0, len(ordered) - most)


def lines(curves: Mapping[str, Curve], close: float = 0.0, width: int = 44) -> list[Line]:
    """The lines that can be told apart, in the order of the curves; each under the names of all curves that it covers.

    A line covers a curve where they differ by no more than `close` at every place of the curve. A curve that ends before the
    line does says so: `name (to 3)`, in unbreakable spaces. Labels wrap at `width` characters.
    """
    places = {name: place for place, name in enumerate(curves)}
    covers: list[list[str]] = []
    for name in sorted((name for name in curves if curves[name]), key=lambda name: (-len(curves[name]), places[name])):
        over = next((names for names in covers if _covered(curves[name], curves[names[0]], close)), None)
        if over is None:
            covers.append([name])
        else:
            over.append(name)
    found = []
    for names in covers:
        line = curves[names[0]]
        first, *_ = ordered = sorted(names, key=places.__getitem__)
        label = fill(", ".join(_named(name, curves[name], line) for name in ordered), width, break_on_hyphens=False)
        found.append(Line(places[first], label, line))
    return sorted(found)


def short(policy: str) -> str:
    """The name as a legend has room for."""
    return policy if len(policy) <= 28 else f"{policy[:25]}..."


def _covered(curve: Curve, line: Curve, close: float) -> bool:
    return all(place in line and abs(line[place] - value) <= close for place, value in curve.items())


def _named(name: str, curve: Curve, line: Curve) -> str:
    # no line of a label begins in the middle of this
    return short(name) if max(curve) == max(line) else f"{short(name)}\xa0(to\xa0{max(curve)})"
