"""Bugs in how a session ends, and what happens after its end."""

from __future__ import annotations

from harness.faults import CrashBefore, Strike, Unauthorized
from harness.mutants.grounds import CRASHES, RESUMED, SHELL, STATE, paying
from harness.mutants.mutant import Change, Ground, Mutant

REPAIRED = Ground(paying(Strike("model", 2, Unauthorized(), None), heal=True))
"""A key that is refused until somebody mends it."""

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
        "a step that kills the process is taken for ever",
        (Change(CRASHES, "    if not state.stalled and", "    if True or"),),
        "ending_sane",
        (Ground(paying(Strike("tool:pay_invoice", 1, CrashBefore(), None)), progress=False),),
    ),
    Mutant(
        "parked_for_good",
        "a parked session is not taken up again",
        (Change(SHELL, ' or state.finished.outcome == "parked":', ":"),),
        "converges",
        (REPAIRED,),
    ),
    Mutant(
        "failure_outlives_repair",
        "a session taken up again keeps its old failure",
        (
            Change(
                STATE, "        state = _afresh(state, entry.at)\n", "        state = replace(state, finished=None)\n"
            ),
        ),
        "converges",
        (REPAIRED,),
    ),
    Mutant(
        "answer_changes",
        "a finished session gives another answer each time",
        (Change(SHELL, "return (finished.answer or", 'return (finished.answer + f" ({shell.host.now()} ms)" or'),),
        "same_outcome",
        (Ground(paying(heal=True)),),
    ),
)
