"""Labels beside points, none over another: each takes the first free place around its point, with a thin line to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, hypot, pi, sin
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.transforms import Bbox

ANGLES = (0, 45, -45, 180, 135, -135, 90, -90)
DISTANCES = (9, 18, 30, 45, 62, 80, 100, 125)
"""Where a label is tried, in points from its own, nearest first."""

NEAR = 6
"""Markers that are no farther apart than this, in pixels, cover one another."""

Segment: TypeAlias = tuple[tuple[float, float], tuple[float, float]]
"""A line from its left or lower end to the other, in data coordinates."""


@dataclass(frozen=True)
class Point:
    """A point in data coordinates and its name."""

    x: float
    y: float
    name: str


def place_labels(axes: Axes, points: Sequence[Point], lines: Sequence[Segment]) -> None:
    """Name every point; points that cover one another share a label. Upright and level `lines` are kept free as well."""
    figure: Any = axes.figure
    figure.draw_without_rendering()
    taken: list[Bbox] = [_around(axes, (point.x, point.y), (point.x, point.y)) for point in points]
    taken += [_around(axes, low, high, 2) for low, high in lines if low != high]
    for heap in _heaps(axes, points):
        names = dict.fromkeys(point.name for point in heap)
        taken.append(_place(axes, Point(heap[0].x, heap[0].y, "\n".join(names)), taken))


def _heaps(axes: Axes, points: Sequence[Point]) -> list[list[Point]]:
    """The points by the place where they are seen: each with the first of those that it covers."""
    heaps: dict[tuple[float, float], list[Point]] = {}
    for point in points:
        x, y = axes.transData.transform((point.x, point.y))
        seen = next((at for at in heaps if hypot(at[0] - x, at[1] - y) <= NEAR), (x, y))
        heaps.setdefault(seen, []).append(point)
    return list(heaps.values())


def _place(axes: Axes, point: Point, taken: Sequence[Bbox]) -> Any:
    """Write one label where nothing is yet; where all is taken, at the last place tried."""
    figure: Any = axes.figure
    room = axes.get_window_extent()
    box: Any = None
    for distance in DISTANCES:
        for angle in ANGLES:
            text = _write(axes, point, (distance * cos(angle * pi / 180), distance * sin(angle * pi / 180)), distance)
            box = text.get_window_extent(figure.canvas.get_renderer())
            # the text alone: the line to its point may cross others
            box = box if text.arrow_patch is None else _text_box(text, figure)
            inside = room.x0 <= box.x0 and box.x1 <= room.x1 and room.y0 <= box.y0 and box.y1 <= room.y1
            if inside and not any(box.overlaps(other) for other in taken):
                return box
            text.remove()
    _write(axes, point, (0, DISTANCES[-1]), DISTANCES[-1])
    return box


def _write(axes: Axes, point: Point, offset: tuple[float, float], distance: float) -> Any:
    across = "left" if offset[0] > 1 else "right" if offset[0] < -1 else "center"
    arrow = {"arrowstyle": "-", "color": "#888888", "linewidth": 0.6} if distance > DISTANCES[0] else None
    return axes.annotate(
        point.name, (point.x, point.y), xytext=offset, textcoords="offset points", ha=across, va="center",
        arrowprops=arrow, fontsize=8, zorder=4,
    )  # fmt: skip


def _text_box(text: Any, figure: Any) -> Any:
    from matplotlib.text import Text

    return Text.get_window_extent(text, figure.canvas.get_renderer())


def _around(axes: Axes, low: tuple[float, float], high: tuple[float, float], margin: float = 6) -> Bbox:
    from matplotlib.transforms import Bbox

    (x0, y0), (x1, y1) = axes.transData.transform((low, high))
    return Bbox.from_extents(x0 - margin, y0 - margin, x1 + margin, y1 + margin)
