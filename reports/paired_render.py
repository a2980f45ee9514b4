"""What the paired gate found: a table for a terminal of 100 columns, the same in Markdown, and plain data."""

from __future__ import annotations

import textwrap
from dataclasses import asdict
from typing import Any

from reports.flips import ALPHA, POWER
from reports.gate_render import MOST
from reports.paired import Comparison, Paired, Relation, Side

COLUMNS = 100
HEADINGS = ("", "metric", "baseline", "candidate", "difference [95 %]", "MDD")
MARKS: dict[Relation, str] = {"worse": "!", "better": "+", "unclear": " ", "same": " "}
ALWAYS = ("verdict is pass", "completed")
"""Told even where both arms are the same."""


def paired_headline(paired: Paired) -> str:
    """One sentence: the outcome, and what was compared."""
    runs = f"{_count(paired.cells, 'spec')} x {_count(paired.repeats, 'repeat')}"
    if paired.code == 3:
        return (
            f"the harness failed in {len(paired.harness_errors)} of {_count(paired.cells, 'spec')}: nothing is proved"
        )
    counts = [
        *([f"{_count(len(paired.missing), 'cell')} missing"] if paired.missing else []),
        *([f"{_count(len(paired.invalid), 'cell')} with invalid runs"] if paired.invalid else []),
        *(f"{len(paired.of(relation))} {relation}" for relation in MARKS if paired.of(relation) and relation != "same"),
    ]
    found = ", ".join(counts) or "no difference at all"
    outcome = "worse" if paired.code else "same or better"
    return f"{outcome}: {found}; {runs}, {paired.clusters} clusters by {paired.cluster}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def paired_text(paired: Paired) -> str:
    """The findings as a table of at most 100 columns; metrics that are the same in every pair are counted only."""
    told = _told(paired)
    parts = [*_wrapped(paired_headline(paired)), *_wrapped(*_compared(paired)), "", *_table(told)]
    parts += _wrapped(*_footnotes(paired, len(paired.comparisons) - len(told)))
    for title, specs in _cells(paired):
        more = [f"  ... and {len(specs) - MOST} more"] if len(specs) > MOST else []
        parts += ["", f"{title}:", *(f"  {spec}" for spec in specs[:MOST]), *more]
    return "\n".join(parts) + "\n"


def paired_markdown(paired: Paired) -> str:
    """The same in Markdown."""
    told = _told(paired)
    lines = [HEADINGS, (":--", ":--", "--:", "--:", "--:", "--:"), *([item.relation, *_row(item)[1:]] for item in told)]
    parts = [f"**{paired_headline(paired)}**", "", *(f"{line}\n" for line in _compared(paired))]
    parts += [f"| {' | '.join(cells)} |" for cells in lines]
    parts += ["", *(f"- {note}" for note in _footnotes(paired, len(paired.comparisons) - len(told)))]
    for title, specs in _cells(paired):
        parts += ["", f"{title}:", "", *(f"- `{spec}`" for spec in specs[:MOST])]
    return "\n".join(parts) + "\n"


def paired_plain(paired: Paired) -> dict[str, Any]:
    """Everything as plain data, for JSON; an infinite critical value is None."""
    critical = paired.critical if paired.critical < float("inf") else None
    return {
        **asdict(paired), "critical": critical, "headline": paired_headline(paired), "alpha": ALPHA, "power": POWER
    }  # fmt: skip


def _told(paired: Paired) -> list[Comparison]:
    """What a table lists: the worst first, then by the order of the metrics."""
    order = list(MARKS)
    listed = [item for item in paired.comparisons if item.relation != "same" or item.metric in ALWAYS]
    return sorted(listed, key=lambda item: order.index(item.relation))


def _compared(paired: Paired) -> list[str]:
    if paired.orchestrators is None:
        return []
    before, after = paired.orchestrators
    return [f"orchestrator {after} stands in for {before}: cells are the same but for that"]


def _row(item: Comparison) -> list[str]:
    return [
        MARKS[item.relation],
        item.metric,
        _arm(item.baseline),
        _arm(item.candidate),
        _difference(item),
        "-" if item.detectable is None else _amount(item.detectable, _is_rate(item)),
    ]


def _is_rate(item: Comparison) -> bool:
    return item.baseline.successes is not None


def _arm(side: Side) -> str:
    if side.interval is None:
        return _amount(side.value, False)
    low, high = side.interval
    return f"{side.successes}/{side.runs} {side.value:.0%} [{low * 100:.0f}, {high * 100:.0f}]"


def _difference(item: Comparison) -> str:
    rate = _is_rate(item)
    sign = "+" if item.difference > 0 else ""
    if item.relation == "same":
        return "0"
    if item.interval is None:
        return f"{sign}{_amount(item.difference, rate)} [?]"
    low, high = (f"{value * 100:.0f}" if rate else _amount(value, False) for value in item.interval)
    return f"{sign}{_amount(item.difference, rate)} [{low}, {high}]"


def _amount(value: float, rate: bool) -> str:
    """A share as `12%`; else three digits: 0.123, 81.2, 812, 9,120, 43.1k, 1.25M."""
    if rate:
        return f"{value:.0%}" if value <= 1 else ">100%"
    if abs(value) < 100:
        return f"{value:.3g}"
    if abs(value) < 10_000:
        return f"{value:,.0f}"
    return f"{value / 1e3:,.1f}k" if abs(value) < 1e6 else f"{value / 1e6:,.2f}M"


def _table(told: list[Comparison]) -> list[str]:
    """Rows under their headings; a name that leaves no room for its numbers stands on a line of its own."""
    rows = [list(HEADINGS), *map(_row, told)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    widths[1] = max(len("metric"), min(widths[1], COLUMNS - sum(widths) + widths[1] - (len(widths) - 1)))
    lines = []
    for row in rows:
        name = row[1]
        if len(name) > widths[1]:
            lines.append(f"{row[0]:<{widths[0]}} {name}"[:COLUMNS])
            row = ["", "", *row[2:]]
        left = [f"{row[0]:<{widths[0]}}", f"{row[1]:<{widths[1]}}"]
        right = [f"{cell:>{width}}" for cell, width in zip(row[2:], widths[2:], strict=True)]
        lines.append(" ".join([*left, *right]).rstrip())
    return lines


def _footnotes(paired: Paired, same: int) -> list[str]:
    """What one must know to read the table."""
    notes = [f"{same} other metrics are the same in every pair"] if same else []
    told = paired.of("worse") if paired.cluster in ("scenario", "scenario and seed") else ()
    notes += [_worst(item) for item in told[:3]]
    if paired.cluster != "scenario":
        notes.append(
            f"fewer than six scenarios: clusters are by {paired.cluster}, and this says nothing about other ones"
        )
    return [
        *notes,
        "! worse, + better, neither: the interval of the difference holds 0. Rates: k/n [Wilson, 95 %]. Of differences: "
        "clusters with their signs flipped, the intervals of all metrics hold together in 95 %",
        f"MDD, the minimum detectable difference: ({paired.critical:.2f} + 0.84) x standard error, found with power "
        f"{POWER} at {ALPHA:.0%} (Bloom 1995); of a rate no less than what makes six clusters differ; - where no spread was "
        f"seen",
    ]


def _worst(item: Comparison) -> str:
    sign = 1 if item.better == "higher" else -1
    name, value = min(item.clusters, key=lambda cluster: sign * cluster[1])
    return f"{item.metric} is worst in {name}: {'+' if value > 0 else ''}{_amount(value, _is_rate(item))}"


def _cells(paired: Paired) -> list[tuple[str, tuple[str, ...]]]:
    titles = (
        ("harness errors", paired.harness_errors),
        ("missing cells (run them, or renew the baseline with --accept)", paired.missing),
        ("cells with invalid runs (a planned strike never fired, or the watchdog ended one)", paired.invalid),
        ("cells that the baseline does not have", paired.added),
    )
    return [(title, specs) for title, specs in titles if specs]


def _wrapped(*sentences: str) -> list[str]:
    return [
        line
        for text in sentences
        for line in textwrap.wrap(text, COLUMNS, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
    ]
