"""A zero counts only where something could go wrong: every site is passed, every fault fires, every check has its say."""

from __future__ import annotations

from typing import Any

import pytest

from evals.covered import covered, specs
from evals.left_out import COVERAGE

SPECS = specs()


@pytest.mark.usefixtures("reference_only")
def test_nothing_that_is_live_is_left_uncovered(record_property: Any) -> None:
    found = covered(SPECS)
    record_property(COVERAGE, found.text())
    assert found.holes() == []


def test_what_was_never_struck_is_a_hole() -> None:
    holes = covered(SPECS[:1]).holes()
    assert {"site query", "fault SyncFailed", "premise of key_bound"} <= set(holes)
    assert "site model" not in holes
