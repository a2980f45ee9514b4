"""The pages of the catalogue: faults, crash points and invariants, each with its id."""

from __future__ import annotations

from collections.abc import Iterator

from docs.markdown import code, head, paragraphs, sentence, table
from harness import faults
from harness._tests.test_broken import WRONG
from harness.catalogue.faults import HAZARDS
from harness.catalogue.hazard import MODES, Hazard
from harness.catalogue.invariants import INVARIANTS, Invariant
from harness.catalogue.points import NOT_STRUCK, POINTS
from harness.checks import PROGRESS, SAFETY, Check
from harness.mutants import MUTANTS
from longhaul.explaining import MEANING

EXPLAIN = "`longhaul explain ID` tells of each the cause, the usual fix, and the smallest spec that shows it.\n"
PLACES = "`longhaul points SCENARIO` tells where in a run each lies: before, in the middle of or after a passage.\n"
FAULT_COLUMNS = ("id", "what it is", "expected", "where it stays", "modes", "injected as", "seen")
POINT_COLUMNS = ("id", "the process dies", "on disk", "the resumed run", "at stake", "seen")
INVARIANT_COLUMNS = ("id", "what must hold", "kind", "judged by", "what violates it", "usual fix")
CHECK_COLUMNS = ("check", "holds where", "wrong loops that fail it", "planted bugs that it kills")


def faults_page() -> str:
    """Every fault of the catalogue by layer, and the classes that bring it about, as a spec writes them."""
    parts = [head("Faults", "harness.faults"), "## The catalogue\n\n", EXPLAIN, "\n"]
    parts += [f"* `{name}`: {meaning}\n" for name, meaning in MEANING.items()]
    parts.append(f"\nThe modes are {', '.join(MODES)}; all of them where a row says so.\n")
    for layer in dict.fromkeys(hazard.layer for hazard in HAZARDS):
        rows = (_fault_row(hazard) for hazard in HAZARDS if hazard.layer == layer)
        parts.append(f"\n### {layer.capitalize()}\n\n{table(FAULT_COLUMNS, rows)}")
    classes = ((f"`{fault()!r}`", sentence(fault), code(fault.SITES)) for fault in faults.FAULTS)
    parts.append(f"\n## The classes\n\n{table(('fault, with its defaults', 'what happens', 'where'), classes)}")
    parts.append(f"\n## Strikes\n\n{paragraphs(faults.Strike)}\n")
    return "".join(parts)


def _fault_row(hazard: Hazard) -> tuple[str, ...]:
    entry = hazard.entry
    if not hazard.live:
        return hazard.id, entry.title, f"pending({entry.pending})", "", "", "", entry.source
    struck = bool(hazard.shapes)
    return (
        hazard.id, entry.title, hazard.expected, hazard.lasting if struck and "for_ever" in hazard.modes else "",
        _modes(hazard) if struck else "",
        code(repr(shape.fault) for shape in hazard.shapes) if struck else hazard.unstruck, entry.source,
    )  # fmt: skip


def _modes(hazard: Hazard) -> str:
    return "all" if hazard.modes == MODES else ", ".join(hazard.modes)


def points_page() -> str:
    """Every crash point of the catalogue."""
    rows = (
        (
            point.id, point.entry.title, point.on_disk if point.live else f"pending({point.entry.pending})", point.resume,
            ", ".join(point.invariants), NOT_STRUCK.get(point.id, point.entry.source),
        )
        for point in POINTS
    )  # fmt: skip
    return f"{head('Crash points', 'harness.catalogue.points')}{PLACES}{EXPLAIN}\n{table(POINT_COLUMNS, rows)}"


def invariants_page() -> str:
    """Every invariant of the catalogue, the checks that judge it, and what each of these is known to fail."""
    kinds = (
        ("Safety", "What must never happen, whatever fails around the orchestrator and however the run ends.", SAFETY),
        ("Progress", "What must come true where the faults can be survived.", PROGRESS),
    )
    parts = [head("Invariants", "harness.checks"), "## The catalogue\n\n", EXPLAIN, "\n"]
    parts.append(table(INVARIANT_COLUMNS, map(_invariant_row, INVARIANTS)))
    for title, words, checks in kinds:
        rows = ((f"`{check.__name__}`", sentence(check), _loops(check), _mutants(check)) for check in checks)
        parts.append(f"\n## Checks: {title.lower()}\n\n{words}\n\n{table(CHECK_COLUMNS, rows)}")
    parts.append(
        "\nThe loops are in `harness/orchestrators/` and `harness/_tests/broken/`; the planted bugs are in\n"
        "`harness/mutants/`, and `longhaul mutants` tries them all.\n"
    )
    return "".join(parts)


def _invariant_row(invariant: Invariant) -> tuple[str, ...]:
    entry = invariant.entry
    judged = code(invariant.checks) or invariant.elsewhere or f"pending({entry.pending})"
    return invariant.id, entry.title, invariant.family, judged, entry.cause, entry.fix


def _loops(check: Check) -> str:
    """The loops that a test shows to fail this check by a mistake of their own."""
    return code(loop.partition(":")[0].removesuffix(".py") for loop in _failing(check))


def _failing(check: Check) -> Iterator[str]:
    return (loop for name, loop, *_ in WRONG if name == check.__name__ and not loop.startswith("sound."))


def _mutants(check: Check) -> str:
    """The planted bugs of which it was said beforehand that this check kills them."""
    return code(mutant.name for mutant in MUTANTS if mutant.killed_by == check.__name__)
