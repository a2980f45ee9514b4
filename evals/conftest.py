"""Who is on trial: the reference, or what `--orchestrator` names."""

from __future__ import annotations

from typing import Any

import pytest

from evals.cases import subject_of
from evals.left_out import coverage, recorded, told
from harness.spec import Choice
from longhaul.asked import Asked, asked
from longhaul.grid import REFERENCE
from longhaul.lines import wrapped
from longhaul.tiers import Tier

REPORT = "reports/out/evals"
"""Where the report goes when somebody is named and `--report` is not: who is on trial wants the leaderboard."""


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """End with the leaderboard where a policy or an orchestrator is named."""
    wanted = asked(config.option)
    if (wanted.policy or wanted.orchestrator) and not wanted.report:
        config.option.longhaul_report = REPORT


@pytest.fixture(scope="session")
def subject(pytestconfig: pytest.Config) -> Choice:
    """The orchestrator on trial."""
    return subject_of(pytestconfig)


@pytest.fixture(scope="session")
def tier(longhaul_asked: Asked) -> Tier:
    """How much is run."""
    return longhaul_asked.level


@pytest.fixture
def reference_only(subject: Choice) -> None:
    """Skip what is a claim about the reference when somebody else is on trial."""
    if subject != REFERENCE:
        pytest.skip(f"a claim about the reference; {subject!r} is on trial")


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say which sites, faults and premises occurred, what this tier ran, and what it left out."""
    reports = [report for reports in terminalreporter.stats.values() for report in reports]
    for part in filter(None, coverage(reports).splitlines()):
        terminalreporter.write_line(wrapped(part))
    ran = recorded(reports)
    line = told(asked(config.option).level, ran, subject_of(config))
    if line:
        terminalreporter.write_line(wrapped(line))
