"""Bugs in how a session ends, and what happens after its end."""

from __future__ import annotations

from harness.mutants.grounds import RESUMED, SHELL, STATE, paying
from harness.mutants.mutant import Change, Ground, Mutant

MUTANTS = (
    Mutant(
        "finished_acts_again",
        "a finished session that is resumed works on",
        (
            Change(SHELL, "        elif self.state.finished is None:\n", "        else:\n"),
            Change(STATE, RESUMED, f"{RESUMED}, finished=None, reply=None"),
        ),
        "terminality",
        (Ground(paying(), ("disk:flush",)),),
    ),
)
