"""Small statistics on plain lists; every float is computed once, from integers, so that equal runs give equal bytes."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

POINTS_MAX = 400
"""Most points of one Theil-Sen slope; a longer series is thinned out evenly, because pairs grow with the square."""


def median(values: Sequence[float]) -> float:
    """The middle value, or the mean of the two middle ones. Raises `IndexError` for no values."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def mean(values: Sequence[float]) -> float:
    """The arithmetic mean. Raises `ZeroDivisionError` for no values."""
    return sum(values) / len(values)


def theil_sen(values: Sequence[float]) -> float:
    """The median of the slopes between all pairs (Theil 1950, Sen 1968), values at 0, 1, 2, ...; needs two of them."""
    last = len(values) - 1
    count = min(len(values), POINTS_MAX)
    places = [last * index // (count - 1) for index in range(count)]
    slopes = [
        (values[later] - values[earlier]) / (later - earlier)
        for index, earlier in enumerate(places)
        for later in places[index + 1 :]
    ]
    return median(slopes)


def log_slope(xs: Sequence[float], ys: Sequence[float]) -> float | None:
    """The least-squares slope of log y on log x over positive pairs; None where it is not determined."""
    points = [(log(x), log(y)) for x, y in zip(xs, ys, strict=True) if x > 0 and y > 0]
    if len(points) < 2:
        return None
    middle_x, middle_y = mean([x for x, _ in points]), mean([y for _, y in points])
    spread = sum((x - middle_x) ** 2 for x, _ in points)
    if spread < 1e-12:
        return None
    # rounded, because the last bits of a logarithm are not the same on every machine
    return round(sum((x - middle_x) * (y - middle_y) for x, y in points) / spread, 9)
