"""How many prefixes of a journal are judged in a second: each is a place where the process may have died.

Counted are the fold, two resumes and the decision of each prefix, and the judging; not counted is what is needed once a
journal: reading it, and compiling the schemas. The policy is keep_all: a view that is pressed for room costs its policy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from benchmarks.figure import Figure, bound_figure
from benchmarks.timing import best_of, cpu_seconds
from harness.journal import decode
from harness.orchestrators.reference.config import Config
from harness.orchestrators.reference.entries import Entry, decode_entries
from harness.orchestrators.reference.prefixes import prefix_checks
from harness.run import execute
from harness.spec import Spec
from longhaul.goldens import surroundings
from longhaul.names import short_name

REACH_PER_SECOND = 100_000
REACH_GROWTH = 1.25
"""How much more a prefix of a journal of ten times the length may cost."""

SPECS = (
    Spec("rename_api"),
    Spec("pay_invoices"),
    Spec("pay_invoices", kind="queryable"),
    Spec("pay_invoices", kind="blind"),
)
GROWN = 10


def journal_of(spec: Spec) -> tuple[list[Entry], Config]:
    """The entries of a spec's own run, and what its rules know."""
    run = execute(spec)
    assert run.ending == "returned", f"{spec!r}: {run.ending}: {run.reason}"
    return decode_entries(decode(run.journal).records, ""), surroundings(spec, run.setup).config


def judge(entries: list[Entry], config: Config) -> None:
    """Judge every prefix. Raises `AssertionError` with the first that may not be the last."""
    report = prefix_checks(entries, config)
    assert not report.violations, report.witness


def figures(_folder: Path, horizon: int = 40, rounds: int = 40) -> Iterator[Figure]:
    """Prefixes a second of CPU time for each journal, and what a prefix of a long journal costs over one of a short."""
    grown = replace(SPECS[0], horizon=GROWN * horizon)
    journals = {short_name(spec): journal_of(spec) for spec in (*(replace(s, horizon=horizon) for s in SPECS), grown)}
    cells = {name: partial(cpu_seconds, partial(judge, *known)) for name, known in journals.items()}
    each = {name: seconds / len(journals[name][0]) for name, seconds in best_of(cells, rounds).items()}
    for name, seconds in each.items():
        what = f"prefixes of {name} judged (CPU, {len(journals[name][0]):,} of them)"
        yield Figure(
            what, f"{1 / seconds:,.0f} /s", "", "", f">= {REACH_PER_SECOND:,} /s", 1 / seconds >= REACH_PER_SECOND
        )
    names = list(each)
    yield bound_figure(
        f"a prefix of a journal {GROWN} times as long over one", each[names[-1]] / each[names[0]], REACH_GROWTH, ""
    )
