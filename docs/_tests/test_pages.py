"""What is generated is up to date, and what the pages name exists."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from docs.pages import BEGIN, END, pages, stale, with_graph
from docs.rules_graph import COMMANDS, names_made_by, rules_graph
from harness.catalogue.faults import HAZARDS
from harness.catalogue.invariants import INVARIANTS
from harness.catalogue.points import POINTS
from harness.checks import CHECKS
from harness.orchestrators.reference.rules import RULES
from harness.orchestrators.reference.rules.completion import complete
from harness.orchestrators.reference.rules.doubt import resolve_doubt
from longhaul.conformance.requirements import REQUIREMENTS

ROOT = Path(__file__).parents[2]
ENTRIES = [item.entry for item in (*HAZARDS, *POINTS, *INVARIANTS)]
WRITTEN = [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md"]


def test_every_generated_page_is_up_to_date():
    assert not stale(), "run scripts/reference_pages"


def test_the_script_says_so_too():
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "reference_pages", "--check"], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_page_whose_docstrings_changed_would_be_noticed():
    page = next(text for path, text in pages().items() if path.name == "metrics.md")
    assert "| `dup_effects` | effects | lower |" in page
    old = f"before\n{BEGIN}another graph\n{END}after\n"
    assert with_graph(old) == f"before\n{BEGIN}```mermaid\n{rules_graph()}```\n{END}after\n"


IDS = {
    "faults.md": [hazard.id for hazard in HAZARDS],
    "crash_points.md": [point.id for point in POINTS],
    "invariants.md": [invariant.id for invariant in INVARIANTS],
    "conformance.md": [f"`{requirement.name}`" for requirement in REQUIREMENTS],
}


@pytest.mark.parametrize("name", IDS)
def test_every_id_of_the_catalogue_has_one_row_and_what_is_pending_says_so(name: str):
    page = next(text for path, text in pages().items() if path.name == name)
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    assert all(sum(row.startswith(f"| {id} |") for row in rows) == 1 for id in IDS[name])
    pending = {entry.id: entry.pending for entry in ENTRIES if entry.pending}
    for row in rows:
        id = row.split(" | ")[0].removeprefix("| ")
        assert id not in pending or f"pending({pending[id]})" in row


def test_what_can_be_violated_is_judged_and_every_check_was_seen_to_fail():
    page = next(text for path, text in pages().items() if path.name == "invariants.md")
    cells = {
        line.split(" | ")[0].strip("| `"): line.split(" | ") for line in page.splitlines() if line.startswith("| ")
    }
    assert all(cells[invariant.id][3].strip() for invariant in INVARIANTS)
    assert all(cells[check.__name__][2].strip() for check in CHECKS)
    assert "`no_flush`" in cells["decision_durable"][3]


def test_the_graph_asks_the_rules_in_their_order():
    asked = re.findall(r"^    (\w+) -\. no answer \.-> (\w+)$", rules_graph(), flags=re.MULTILINE)
    names = [rule.__name__ for rule in RULES]
    assert asked == list(pairwise(names))


def test_the_graph_knows_what_a_rule_makes_through_the_functions_of_its_file():
    assert names_made_by(resolve_doubt) & set(COMMANDS) == {"Note", "CallAll", "Query", "AskHuman"}
    assert names_made_by(complete) & set(COMMANDS) == {"Note"}


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_and_every_path_on_a_page_leads_somewhere(path: Path):
    text = path.read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)[^)]*\)", text) if "://" not in link]
    named = re.findall(r"`((?:harness|fakes|scenarios|reports|longhaul|evals|benchmarks|docs|scripts)/[\w./-]*)`", text)
    gone = [link for link in links if not (path.parent / link).exists()]
    gone += [name for name in named if "NAME" not in name and not (ROOT / name).exists()]
    assert not gone
