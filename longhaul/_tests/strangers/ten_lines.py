"""Ten lines that kill my loop everywhere."""

import pytest

from longhaul import assert_survives


@pytest.mark.longhaul(orchestrator="my_loop.py:run", scenario="water_plants.py:SCENARIO", horizon=6)
def test_my_loop_survives_every_crash(crash_spec):
    assert_survives(crash_spec)
