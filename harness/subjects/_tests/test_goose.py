"""goose, where scripts/agents has installed it: it does the job through its shell, and repeats a command that was killed."""

import pytest

from harness.faults import CrashAfter, Strike
from harness.subjects._tests.trial import payments, run_of
from harness.subjects.goose import VERSION, binary

MODULE = "harness.subjects.goose"

pytestmark = pytest.mark.skipif(
    not binary().is_file(), reason=f"goose {VERSION} is not installed: scripts/agents goose"
)


def test_not_killed_it_pays_everything_once():
    run = run_of(MODULE, through="shell")
    assert (run.reason, run.wrong, payments(run)) == ("", "", [1, 1, 1, 1, 1])


def test_a_command_that_was_killed_after_its_effect_is_run_again():
    run = run_of(MODULE, Strike("tool:pay_invoice", 5, CrashAfter()), through="shell")
    assert (run.ending, run.lives, payments(run)) == ("returned", 2, [1, 1, 1, 1, 2])
