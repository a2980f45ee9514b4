"""Bugs in what the model is shown."""

from __future__ import annotations

from harness.faults import Slow, Strike
from harness.mutants.grounds import STATE, paying, renaming
from harness.mutants.mutant import Change, Ground, Mutant

TIGHT = Ground(renaming(horizon=12, policy="sliding_window", view_budget=0.5), progress=False)

MUTANTS = (
    Mutant(
        "pin_dropped",
        "compaction drops the goal",
        (
            Change(
                STATE,
                "view=Vector(messages, message_tokens), compacting=None",
                "view=Vector([m for m in messages if not m.pinned], message_tokens), compacting=None",
            ),
        ),
        "pins_visible",
        (TIGHT,),
    ),
    Mutant(
        "results_out_of_order",
        "parallel results are shown in the order they came",
        (
            Change(
                STATE,
                "        for call in calls:\n            result = outcomes[call.id]\n",
                "        for name, result in returned:\n            call = next(c for c in calls if c.id == name)\n",
            ),
        ),
        "transcript_well_formed",
        (Ground(paying(Strike("tool:pay_invoice", 1, Slow(1_000)))),),
    ),
)
