"""Conformance as an assertion, for pytest and for scripts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harness.errors import HarnessError
from harness.spec import choice_of
from longhaul.choices import choice
from longhaul.conformance.exclusions import NOTHING, read_exclusions, stale_error
from longhaul.conformance.levels import conformance_of
from longhaul.conformance.requirement import Conformance, level_named
from longhaul.conformance.table import text
from longhaul.tiers import Tier
from longhaul.trial import Broken


def assert_conforms(
    orchestrator: Any, level: str, tier: Tier = "smoke", exclusions: str | Path | None = None
) -> Conformance:
    """Put an orchestrator (a name, `file.py:Name`, or the function itself) to every probe; return what was found.

    Raises `Broken`, with the table and the spec of each failure, where it does not reach the level, or where an excluded
    failure is none any more; `UsageError` for an orchestrator, a level or an exclusion that does not exist.
    """
    __tracebackhide__ = True
    wanted = level_named(level)
    named = (
        choice("Orchestrator", orchestrator)
        if isinstance(orchestrator, str)
        else choice_of("Orchestrator", orchestrator)
    )
    tolerated = read_exclusions(Path(exclusions)) if exclusions else NOTHING
    found = conformance_of(named, tier, tolerated)
    if found.harness_errors:
        raise HarnessError(found.harness_errors[0])
    if not found.reaches(wanted):
        raise Broken(f"{wanted} is not reached\n{text(found)}")
    outdated = stale_error(found, tolerated)
    if outdated:
        raise Broken(f"{exclusions}: {outdated}")
    return found
