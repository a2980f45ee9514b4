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
from harness.orchestrators.reference.rules import RULES
from harness.orchestrators.reference.rules.completion import complete
from harness.orchestrators.reference.rules.doubt import resolve_doubt

ROOT = Path(__file__).parents[2]
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
