"""Who is on trial: the reference, or what `--orchestrator` names."""

from __future__ import annotations

import pytest

from evals.cases import subject_of
from harness.spec import Choice
from longhaul.asked import Asked, asked
from longhaul.grid import REFERENCE
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
