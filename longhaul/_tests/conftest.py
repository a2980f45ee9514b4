"""Fixtures of the tests of command and plugin."""

from __future__ import annotations

from pathlib import Path

import pytest

from longhaul._tests.foreign import Foreign, foreign_repository


@pytest.fixture
def repository(tmp_path: Path) -> Foreign:
    """An empty foreign repository."""
    return foreign_repository(tmp_path)
