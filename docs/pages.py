"""The pages of `docs/reference/`, and the graph in `docs/architecture.md`: made from the code, never by hand."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from docs.catalogue_pages import faults_page, invariants_page, points_page
from docs.markdown import code, head, paragraphs, table
from docs.rules_graph import rules_graph
from harness.metrics import METRICS, PENDING, Metric
from longhaul.conformance.requirement import LEVELS, Requirement
from longhaul.conformance.requirements import demanded_by
from reports.schema import OVER_FAULT_FREE

DOCS = Path(__file__).parent
BEGIN, END = "<!-- rules: begin -->\n", "<!-- rules: end -->\n"


def pages() -> dict[Path, str]:
    """Every generated file with the text that it must hold."""
    architecture = DOCS / "architecture.md"
    return {
        DOCS / "reference" / "conformance.md": conformance_page(),
        DOCS / "reference" / "crash_points.md": points_page(),
        DOCS / "reference" / "faults.md": faults_page(),
        DOCS / "reference" / "invariants.md": invariants_page(),
        DOCS / "reference" / "metrics.md": metrics_page(),
        architecture: with_graph(architecture.read_text(encoding="utf-8")),
    }


def stale() -> list[Path]:
    """The generated files that do not hold what they must."""
    return [path for path, text in pages().items() if not path.exists() or path.read_text(encoding="utf-8") != text]


def write() -> None:
    """Bring every generated file up to date."""
    for path, text in pages().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


def with_graph(text: str) -> str:
    """A page with the graph of the rules between its two marks."""
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}```mermaid\n{rules_graph()}```\n{END}{after}"


def conformance_page() -> str:
    """Every requirement of every level, and the checks that decide it."""
    parts = [head("Conformance", "longhaul.conformance"), f"{paragraphs(Requirement)}\n"]
    for level, words in LEVELS.items():
        rows = [_requirement_row(requirement) for requirement in demanded_by(level)]
        columns = ("requirement", "what it says", "checks that decide", "needs")
        parts.append(f"\n## {level}: {words}\n\n{table(columns, rows)}")
    return "".join(parts)


def _requirement_row(requirement: Requirement) -> tuple[str, ...]:
    needs = requirement.needs if requirement.demanded else f"{requirement.needs}, not demanded"
    return f"`{requirement.name}`", requirement.says, code(requirement.checks), needs


def metrics_page() -> str:
    """Every metric with its unit and direction, family by family."""
    families: dict[str, list[Metric]] = {}
    for metric in METRICS:
        families.setdefault(_function(metric).__module__, []).append(metric)
    parts = [head("Metrics", "harness.metrics")]
    for module, metrics in families.items():
        rows = [(f"`{metric.name}`", metric.unit, metric.better, metric.doc) for metric in metrics]
        words = paragraphs(import_module(module))
        parts.append(f"## {module.rpartition('.')[2]}\n\n{words}\n\n{table(METRIC_HEADINGS, rows)}\n")
    of_two = (f"`{OVER_FAULT_FREE.name}`", OVER_FAULT_FREE.unit, OVER_FAULT_FREE.better, OVER_FAULT_FREE.doc)
    parts.append(
        f"## of two runs\n\nA column of a report that no run alone can tell.\n\n{table(METRIC_HEADINGS, [of_two])}\n"
    )
    waiting = table(("metric", "waits for"), [(f"`{name}`", what) for name, what in PENDING.items()])
    parts.append(
        f"\n## not measured yet\n\nNothing here has what these measure, so they are no columns.\n\n{waiting}\n"
    )
    return "".join(parts)


METRIC_HEADINGS = ("metric", "unit", "better", "meaning")


def _function(metric: Metric) -> Callable[..., Any]:
    """The function behind a metric, where it was built from one with some arguments fixed too."""
    return getattr(metric.function, "func", metric.function)
