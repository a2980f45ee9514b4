"""Known failures that are tolerated, each with its reason, in a file that may only shrink.

    # what my loop cannot do yet
    keeps_caps: our billing service counts tokens
    backoff_respected: the client library waits, out of our sight

A line names a requirement or a check. The same as TOML: a table `exclusions` of names and reasons.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import UsageError
from harness.resolve import unknown
from longhaul.conformance.requirements import REQUIREMENTS
from longhaul.conformance.runs import checks_by_name

if TYPE_CHECKING:
    from longhaul.conformance.requirement import Conformance

HEAD = """# Known failures of {orchestrator}, tier {tier}.
# This file may only shrink: an entry that no longer fails is an error.
"""


@dataclass(frozen=True)
class Exclusions:
    """Names of requirements and checks that may fail, with the reason for each."""

    reasons: Mapping[str, str] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return name in self.reasons


NOTHING = Exclusions()


def read_exclusions(path: Path) -> Exclusions:
    """The exclusions of a file: TOML where its name ends so, else lines `name: reason`.

    Raises `UsageError` for a name that is no requirement and no check, one that is given twice, or one without a reason.
    """
    text = path.read_text(encoding="utf-8")
    entries = _toml(path, text) if path.suffix == ".toml" else _lines(path, text)
    reasons: dict[str, str] = {}
    known = (*(requirement.name for requirement in REQUIREMENTS), *checks_by_name())
    for name, reason in entries:
        if name not in known:
            raise UsageError(f"{path}: {unknown('requirement or check', name, known)}".partition("; your own")[0])
        if name in reasons:
            raise UsageError(f"{path}: {name} is given twice; keep one entry")
        if not reason:
            raise UsageError(f"{path}: {name} has no reason; write `{name}: why it is tolerated`")
        reasons[name] = reason
    return Exclusions(reasons)


def _lines(path: Path, text: str) -> list[tuple[str, str]]:
    lines = [line.strip() for line in text.splitlines()]
    pairs = [line.partition(":") for line in lines if line and not line.startswith("#")]
    return [(name.strip(), reason.strip()) for name, _, reason in pairs]


def _toml(path: Path, text: str) -> list[tuple[str, str]]:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path} is no TOML: {error}") from None
    entries = table.get("exclusions")
    others = sorted(set(table) - {"exclusions"})
    if others or not isinstance(entries, dict):
        raise UsageError(f"{path} holds {', '.join(others) or 'nothing'}; it must be one table [exclusions]")
    wrong = [name for name, reason in entries.items() if not isinstance(reason, str)]
    if wrong:
        raise UsageError(f"{path}: the reason of {wrong[0]} is {entries[wrong[0]]!r}; it must be a text")
    return [(name, reason.strip()) for name, reason in entries.items()]


def stale(found: Conformance, exclusions: Exclusions) -> tuple[str, ...]:
    """The entries that no longer fail in these runs."""
    return tuple(name for name in exclusions.reasons if name not in found.failing)


def stale_error(found: Conformance, exclusions: Exclusions) -> str:
    """What is wrong with entries that no longer fail; empty where all still do, and in `smoke`, which may have missed one."""
    names = stale(found, exclusions)
    if not names or found.tier == "smoke" or found.interrupted:
        return ""
    return f"{', '.join(names)} no longer fail{'s' * (len(names) == 1)}; remove it, exclusions only shrink"


def written(found: Conformance, before: Exclusions) -> str:
    """The text of an exclusions file: of the entries given before those that still fail, else everything that fails."""
    kept = {name: reason for name, reason in before.reasons.items() if name in found.failing}
    failing = kept if before.reasons else dict(_failing_now(found))
    head = HEAD.format(orchestrator=found.orchestrator, tier=found.tier)
    return head + "".join(f"{name}: {reason}\n" for name, reason in failing.items())


def _failing_now(found: Conformance) -> Iterator[tuple[str, str]]:
    for finding in found.findings:
        if not finding.holds and finding.outcome != "unknown":
            yield finding.requirement.name, " ".join(finding.reason.split())
