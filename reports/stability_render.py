"""The backtest of a leaderboard as text (100 columns) and as plain data."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from reports.cuts import Subject
from reports.stability import Needed, Stability

NAME = 30
"""Columns for the name of a row: its policy and view budget."""


def stability_text(tested: Stability) -> str:
    """The backtest for a terminal."""
    title = f", {tested.cut.title}" if tested.cut.title else ""
    lines = [f"stability{title}: {tested.seeds} seeds, {tested.rows} rows, price book {tested.book}"]
    lines.append(tested.sentence)
    if tested.tau_values is not None:
        lines.append(f"By the numbers alone, ties or not, tau is {tested.tau_values:.2f}.")
    if tested.decided:
        lines.append(f"Of {tested.decided} pairs that both halves decide, {tested.agreed} are decided alike.")
    if tested.for_completion:
        lines.append("seeds needed (power 0.8, 5 %), from the median spread of paired differences:")
        lines.append(f"  completion: {_sizes(tested.for_completion, ' points')}; cost: {_sizes(tested.for_cost, ' %')}")
    if tested.neighbours and tested.seeds > 1:
        lines.append("neighbours of the board: difference, and seeds it needs in these families (~: tied all the same)")
        lines += [_line(pair, tested.seeds) for pair in tested.neighbours]
    return "\n".join(lines) + "\n"


def _sizes(needed: dict[float, int], unit: str) -> str:
    return ", ".join(f"{100 * size:g}{unit} {seeds:,}" for size, seeds in needed.items())


def _line(pair: Needed, seeds: int) -> str:
    needed = [found for found in (pair.seeds_by_completion, pair.seeds_by_cost) if found is not None]
    mark = "~" if pair.tied and needed and min(needed) <= seeds else " "
    return (
        f" {mark}{_cut(pair.first)} {_cut(pair.second)} {100 * pair.completion:+5.0f} points"
        f" {_seeds(pair.seeds_by_completion)}  {100 * pair.cost:+5.0f} % cost {_seeds(pair.seeds_by_cost)}"
    )


def _seeds(seeds: int | None) -> str:
    return f"{'-' if seeds is None else '>999' if seeds > 999 else seeds:>4}"


def _cut(subject: Subject) -> str:
    budget = f" at {subject.view_budget:g}"
    name = subject.policy
    room = NAME - len(budget) - 4
    short = name if len(name) <= room else name[: room - 3] + "..."
    return f"{short + budget:<{NAME - 4}}"


def stability_plain(tested: Stability) -> dict[str, Any]:
    """The backtest for JSON, with its sentence."""
    return {**asdict(tested), "sentence": tested.sentence}
