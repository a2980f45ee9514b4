"""One line of the table: what was measured, and whether it reaches what was promised."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.table import Table


@dataclass(frozen=True)
class Figure:
    """A measured value as text with its unit, the floor it was compared with ('' for none), and the bound to hold.

    `ok` is None for a line that is only there to be known.
    """

    what: str
    measured: str
    floor: str
    ratio: str
    reach: str
    ok: bool | None


def ratio_figure(what: str, seconds: float, floor_seconds: float, most: float) -> Figure:
    """A time per step, in microseconds, against its floor."""
    ratio = seconds / floor_seconds
    return Figure(
        what,
        f"{seconds * 1e6:.1f} us",
        f"{floor_seconds * 1e6:.1f} us",
        f"{ratio:.2f}",
        f"<= {most:g} x",
        ratio <= most,
    )


def bound_figure(what: str, value: float, most: float, unit: str) -> Figure:
    """A value of its own, without a floor."""
    shown = f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    return Figure(what, f"{shown} {unit}".strip(), "", "", f"<= {most:,g} {unit}".strip(), value <= most)


def table_of(figures: Iterable[Figure]) -> Table:
    """The table, 100 columns at most."""
    table = Table(title="longhaul: figures to reach")
    table.add_column("what", max_width=46)
    for heading in ("measured", "floor", "ratio", "reach"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("ok")
    for figure in figures:
        verdict = {True: "[green]yes[/]", False: "[red]NO[/]", None: ""}[figure.ok]
        table.add_row(figure.what, figure.measured, figure.floor, figure.ratio, figure.reach, verdict)
    return table
