"""Bugs in how a session ends, and what happens after its end."""

from __future__ import annotations

from harness.faults import CrashBefore, Strike
from harness.mutants.grounds import CRASHES, RESUMED, SHELL, STATE, paying
from harness.mutants.mutant import Change, Ground, Mutant

MUTANTS = (
    Mutant(
        "finished_acts_again",
        "a finished session that is resumed works on",
        (
            Change(SHELL, 'elif state.finished is None or state.finished.outcome == "parked":', "else:"),
            Change(STATE, RESUMED, f"{RESUMED}, finished=None, reply=None"),
        ),
        "terminality",
        (Ground(paying(), ("disk:flush",)),),
    ),
    Mutant(
        "crash_loop_runs_on",
        "a step that kills the process is taken again for ever",
        (Change(CRASHES, "    if not state.stalled or", "    if True or"),),
        "ending_sane",
        (Ground(paying(Strike("tool:pay_invoice", 1, CrashBefore(), None)), progress=False),),
    ),
)
