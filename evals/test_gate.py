"""The committed baseline against this code: the same specs, run now. Every difference is real, so any that is worse fails.

A wanted difference is accepted by renewing the baseline:

    longhaul run --scenario rename_api,pay_invoices --policy all --seeds 5 --out reports/out/baseline
    longhaul gate reports/baseline reports/out/baseline --accept
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.spec import parse
from longhaul.asked import Asked
from longhaul.grid import run_grid
from longhaul.home import ROOT
from longhaul.tiers import Tier
from reports.gate import gate
from reports.gate_render import gate_text
from reports.report import Report, load
from reports.store import Store


def baseline_of(asked: Asked, tier: Tier) -> Report:
    """The committed baseline or that of `--baseline`; for the smoke tier its first seed only."""
    report = load(Path(asked.baseline or ROOT / "reports" / "baseline"))
    kept = tuple(row for row in report.runs if tier != "smoke" or row["seed"] == 0)
    return replace(report, runs=kept)


@pytest.mark.usefixtures("reference_only")
def test_nothing_is_worse_than_the_baseline(longhaul_asked: Asked, tier: Tier, tmp_path: Path) -> None:
    baseline = baseline_of(longhaul_asked, tier)
    specs = tuple(parse(spec) for spec in baseline.by_spec)
    store = Store(tmp_path, "none")
    run_grid(specs, store.add)
    store.finish(specs)
    found = gate(baseline, load(tmp_path))
    assert found.code == 0, gate_text(found)
    assert found.cells == len(specs)


@pytest.mark.usefixtures("reference_only")
def test_a_slower_reference_would_be_seen(longhaul_asked: Asked, tmp_path: Path) -> None:
    baseline = baseline_of(longhaul_asked, "smoke")
    first = next(row for row in baseline.runs if row["policy"] == "keep_all" and row["orchestrator"] == "reference")
    cheaper = replace(baseline, runs=({**first, "tokens_total": first["tokens_total"] - 1},))
    found = gate(cheaper, replace(baseline, runs=(first,)))
    assert found.code == 1
    assert [item.metric for item in found.of("worse")] == ["tokens_total"]
