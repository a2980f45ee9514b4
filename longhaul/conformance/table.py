"""What `longhaul conformance` prints: the level, the capabilities, a line a requirement, and the way to each failure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from longhaul.conformance.requirement import LEVELS, NONE, Conformance, Finding
from longhaul.lines import COLUMNS, cut, wrapped
from longhaul.trial import repro

_HEAD = f"{'requirement':<19}{'level':<11}{'valid/plan':>12}  {'verdict':<9}first reason"


def text(found: Conformance) -> str:
    """The whole answer, in 100 columns; the commands that repeat a run stay in one line each."""
    return "\n".join([*_top(found), "", _HEAD, *map(_row, found.findings), *_failures(found)])


def headline(found: Conformance) -> str:
    """Which level is reached, resting on how many exclusions, and what became of the next ones."""
    count = found.exclusions
    marked = f" with {count} exclusion{'s' * (count > 1)}" if count else ""
    if found.interrupted:
        return f"{found.orchestrator}: interrupted, no level; what was found by then:"
    if found.level == list(LEVELS)[-1]:
        return f"{found.orchestrator} reaches {found.level}{marked}"
    states = ", ".join(f"{level} {_state(found, level)}" for level in LEVELS)
    reached = f"reaches {found.level}{marked}" if found.level != NONE else "reaches no level"
    return f"{found.orchestrator} {reached}: {states}"


def _state(found: Conformance, level: str) -> str:
    findings = found.of(level)
    short = [finding for finding in findings if not finding.holds]
    if not short:
        return "reached" if found.reaches(level) else "would hold"
    known = any(finding.outcome != "unknown" for finding in short)
    return f"{'failed' if known else 'unknown'} ({len(short)} of {len(findings)})"


def _top(found: Conformance) -> Iterator[str]:
    yield wrapped(headline(found))
    if found.remark:
        yield wrapped(found.remark)
    if found.capabilities:
        able = ", ".join(item.name for item in found.capabilities if item.present) or "nothing"
        unable = ", ".join(item.name for item in found.capabilities if not item.present)
        yield wrapped(f"seen: {able}{f'; not seen: {unable}' if unable else ''}")


def _row(finding: Finding) -> str:
    requirement = finding.requirement
    runs = f"{finding.valid}/{finding.runs}"
    reason = " ".join(finding.reason.split())
    line = f"{requirement.name:<19}{requirement.level:<11}{runs:>12}  {finding.outcome:<9}"
    return cut(f"{line}{reason}", COLUMNS).rstrip()


def _failures(found: Conformance) -> Iterator[str]:
    for finding in found.findings:
        if finding.spec is None:
            continue
        requirement = finding.requirement
        tolerated = ", tolerated" if finding.outcome == "excluded" else ""
        yield ""
        yield wrapped(f"{requirement.name} ({requirement.level}{tolerated}): {requirement.says}")
        yield wrapped(f"  {finding.failures} of {finding.valid} runs fail; the first: {finding.reason}")
        yield f"  {repro(finding.spec)}"


def shape(found: Conformance) -> dict[str, Any]:
    """The JSON of a conformance: {orchestrator, level, checks}; capabilities are entries of `checks` without a level."""
    return {
        "orchestrator": found.orchestrator,
        "level": found.level,
        **({"remark": found.remark} if found.remark else {}),
        "checks": [*map(_capability, found.capabilities), *map(_check, found.findings)],
    }


def _capability(item: Any) -> dict[str, Any]:
    return {
        "name": f"capability:{item.name}", "level": "", "outcome": "present" if item.present else "absent", "runs": 0,
        "valid": 0, "reason": item.seen, "spec": repr(item.spec) if item.spec else "",
    }  # fmt: skip


def _check(finding: Finding) -> dict[str, Any]:
    return {
        "name": finding.requirement.name, "level": finding.requirement.level, "outcome": finding.outcome,
        "runs": finding.runs, "valid": finding.valid, "reason": finding.reason,
        "spec": repr(finding.spec) if finding.spec else "",
    }  # fmt: skip
