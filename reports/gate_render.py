"""What the gate found, as text for the terminal and as Markdown for the summary of a CI job."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sized
from dataclasses import asdict
from typing import Any

from reports.gate import Difference, Gating, Relation

RELATIONS: tuple[Relation, ...] = ("worse", "allowed", "better", "changed")
MOST = 40
"""Differences that a text lists of each relation, unless told otherwise; all of them are in the plain data."""


def headline(gating: Gating) -> str:
    """One sentence: the outcome, and how many cells were compared."""
    if gating.code == 3:
        return f"the harness failed in {len(gating.harness_errors)} of {gating.cells} cells: nothing is proved"
    counts = [f"{_count(gating.of(relation), 'value')} {relation}" for relation in RELATIONS if gating.of(relation)]
    lacking = [f"{_count(gating.missing, 'cell')} missing"] if gating.missing else []
    void = [f"{_count(gating.invalid, 'cell')} invalid"] if gating.invalid else []
    found = ", ".join([*lacking, *void, *counts]) or "no difference at all"
    return f"{'worse' if gating.code else 'same or better'}: {found}; {gating.cells} cells compared"


def _compared(gating: Gating) -> list[str]:
    """Who is compared with whom, where it is not the same orchestrator."""
    if gating.orchestrators is None:
        return []
    before, after = gating.orchestrators
    return [f"orchestrator {after} stands in for {before}: cells are the same but for that"]


def _count(items: Sized, noun: str) -> str:
    return f"1 {noun}" if len(items) == 1 else f"{len(items)} {noun}s"


def gate_text(gating: Gating, most: int | None = MOST) -> str:
    """The gate's findings, the worst first, one line a value; `most=None` lists every one."""
    parts = [headline(gating), *_compared(gating)]
    for title, specs in _cells(gating):
        parts += ["", f"{title}:", *_listed([f"  {spec}" for spec in specs], most)]
    for relation in RELATIONS:
        found = gating.of(relation)
        if found:
            parts += ["", f"{relation} ({_by_metric(found)}):"]
            parts += _listed(
                [f"  {item.metric}: {change(item)}\n    {item.run_id} {item.spec}" for item in found], most
            )
    if gating.other_histories and not gating.orchestrators:
        parts += [
            "",
            f"{gating.other_histories} of {gating.cells} histories are not the same event for event",
        ]
    return "\n".join(parts) + "\n"


def gate_markdown(gating: Gating, most: int | None = MOST) -> str:
    """The same in Markdown."""
    parts = [f"**{headline(gating)}**", "", *(f"{line}\n" for line in _compared(gating))]
    for title, specs in _cells(gating):
        parts += [f"{title}:", "", *_listed([f"- `{spec}`" for spec in specs], most), ""]
    listed = [item for relation in RELATIONS for item in gating.of(relation)]
    if listed:
        parts += ["| | metric | before | after | change | run |", "| :-- | :-- | --: | --: | --: | :-- |"]
        parts += [
            f"| {item.relation} | {item.metric} | {shown(item.before)} | {shown(item.after)} | {_by(item)} | `{item.spec}` |"
            for item in listed[:most]
        ]
        parts += [f"\n... and {len(listed) - most} more"] if most is not None and len(listed) > most else []
    return "\n".join(parts).rstrip() + "\n"


def gate_plain(gating: Gating) -> dict[str, Any]:
    """Everything as plain data, for JSON."""
    return {**asdict(gating), "headline": headline(gating)}


def _cells(gating: Gating) -> Iterable[tuple[str, tuple[str, ...]]]:
    titles = (
        ("harness errors", gating.harness_errors),
        ("missing cells (run them, or renew the baseline with --accept)", gating.missing),
        ("invalid cells (a planned strike never fired, or the watchdog ended the run)", gating.invalid),
        ("cells that the baseline does not have", gating.added),
    )
    return [(title, specs) for title, specs in titles if specs]


def _listed(lines: list[str], most: int | None) -> list[str]:
    if most is None or len(lines) <= most:
        return lines
    return [*lines[:most], f"  ... and {len(lines) - most} more"]


def _by_metric(found: Iterable[Difference]) -> str:
    counts = Counter(item.metric for item in found)
    return ", ".join(f"{name} {count}x" for name, count in counts.items())


def change(item: Difference) -> str:
    """Before and after in full, and by how much: `1,451 -> 1,523 tokens (+72, +5.0%)`."""
    unit = "" if item.unit in ("", "yes/no", "class", "1") else f" {item.unit}"
    by = _by(item)
    return f"{shown(item.before)} -> {shown(item.after)}{unit}{f' ({by})' if by else ''}"


def _by(item: Difference) -> str:
    if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in (item.before, item.after)):
        return ""
    share = f", {(item.after - item.before) / abs(item.before):+.1%}" if item.before else ""
    return f"{item.after - item.before:+,}{share}"


def shown(value: Any) -> str:
    """A value exactly as it is, with thousands separated."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int | float) else str(value)
