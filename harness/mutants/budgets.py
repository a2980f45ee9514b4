"""Bugs in the caps: of turns, tokens, cost and time, over all lives."""

from __future__ import annotations

from harness.faults import ClockJump, ServerError, Strike
from harness.mutants.grounds import BUDGETS, RESUMED, SHELL, STATE, at_payments, capped, paying
from harness.mutants.mutant import Change, Ground, Mutant

MUTANTS = (
    Mutant(
        "budget_reset_on_resume",
        "every life has all its turns again",
        (Change(STATE, RESUMED, f"{RESUMED}, turn=0"),),
        "budgets_hold",
        (Ground(capped(turns=5), ("model",), progress=False),),
    ),
    Mutant(
        "failures_off_the_books",
        "the tokens of requests are not counted",
        (
            Change(
                STATE,
                "tokens=state.tokens + entry.tokens, cost=state.cost + entry.tokens, asked",
                "asked",
            ),
        ),
        "budgets_hold",
        (Ground(capped(Strike("model", 2, ServerError()), tokens=5_000), progress=False),),
    ),
    Mutant(
        "cap_not_reserved",
        "a cap is noticed only after it was passed",
        (Change(BUDGETS, "if used + reserve > limit:", "if used > limit:"),),
        "budgets_hold",
        (Ground(capped(turns=5), progress=False),),
    ),
    Mutant(
        "waiting_eats_budget",
        "the hours that people take count as computing time",
        (Change(STATE, ", idle_ms=state.idle_ms + waited", ""),),
        "no_lost_effect",
        at_payments("blind"),
    ),
    Mutant(
        "clock_believed",
        "a clock that jumps ahead eats the computing time",
        (Change(SHELL, "            now = self._now()\n        stamped", "            pass\n        stamped"),),
        "no_lost_effect",
        (Ground(paying(Strike("model", 2, ClockJump(3_600_000)))),),
    ),
)
