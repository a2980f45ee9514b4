"""The pages of `docs/reference/`, and the graph in `docs/architecture.md`: made from the docstrings, never by hand."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from textwrap import dedent
from typing import Any

from docs.rules_graph import rules_graph
from harness import faults
from harness._tests.test_broken import WRONG
from harness.checks import PROGRESS, SAFETY, Check
from harness.metrics import METRICS, Metric

DOCS = Path(__file__).parent
MADE = "<!-- made by scripts/reference_pages from the docstrings: change those -->\n"
BEGIN, END = "<!-- rules: begin -->\n", "<!-- rules: end -->\n"


def pages() -> dict[Path, str]:
    """Every generated file with the text that it must hold."""
    architecture = DOCS / "architecture.md"
    return {
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


def faults_page() -> str:
    """Every built-in fault with its defaults, as a spec writes it."""
    rows = [(f"`{fault()!r}`", _sentence(fault)) for fault in faults.FAULTS]
    strike = _paragraphs(faults.Strike)
    return (
        f"{_head('Faults', 'harness.faults')}{_table(('fault, with its defaults', 'what happens'), rows)}\n{strike}\n"
    )


def invariants_page() -> str:
    """Every check, and the wrong orchestrators that it is known to fail."""
    kinds = (
        ("Safety", "What must never happen, whatever fails around the orchestrator and however the run ends.", SAFETY),
        ("Progress", "What must come true where the faults can be survived.", PROGRESS),
    )
    parts = [_head("Invariants", "harness.checks")]
    for title, words, checks in kinds:
        rows = [(f"`{check.__name__}`", _sentence(check), _caught_by(check)) for check in checks]
        parts.append(f"## {title}\n\n{words}\n\n{_table(('check', 'holds where', 'seen to fail on'), rows)}\n")
    parts.append("The orchestrators in the last column are in `harness/orchestrators/` and `harness/_tests/broken/`.\n")
    return "".join(parts)


def _caught_by(check: Check) -> str:
    """The loops that a test shows to fail this check by a mistake of their own."""
    loops = [loop for name, loop, *_ in WRONG if name == check.__name__ and not loop.startswith("sound.")]
    return ", ".join(
        f"`{name}`" for name in dict.fromkeys(loop.partition(":")[0].removesuffix(".py") for loop in loops)
    )


def metrics_page() -> str:
    """Every metric with its unit and direction, family by family."""
    families: dict[str, list[Metric]] = {}
    for metric in METRICS:
        families.setdefault(_function(metric).__module__, []).append(metric)
    parts = [_head("Metrics", "harness.metrics")]
    for module, metrics in families.items():
        rows = [(f"`{metric.name}`", metric.unit, metric.better, metric.doc) for metric in metrics]
        words = _paragraphs(import_module(module))
        parts.append(
            f"## {module.rpartition('.')[2]}\n\n{words}\n\n{_table(('metric', 'unit', 'better', 'meaning'), rows)}\n"
        )
    return "".join(parts)


def _function(metric: Metric) -> Callable[..., Any]:
    """The function behind a metric, where it was built from one with some arguments fixed too."""
    return getattr(metric.function, "func", metric.function)


def _head(title: str, module: str) -> str:
    return f"# {title}\n\n{MADE}\n{_paragraphs(import_module(module))}\n\n"


def _paragraphs(thing: object) -> str:
    """A docstring as Markdown: its paragraphs, and the examples among them as they stand."""
    parts = [dedent(part) for part in (thing.__doc__ or "").strip().split("\n\n")]
    return "\n\n".join(f"```\n{part}\n```" if _is_code(part) else part for part in parts)


def _is_code(text: str) -> bool:
    """Whether Python can read it, which no English sentence passes."""
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def _sentence(thing: object) -> str:
    return " ".join((inspect.getdoc(thing) or "").split())


def _table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [headings, ("---",) * len(headings), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |\n" for line in lines)
