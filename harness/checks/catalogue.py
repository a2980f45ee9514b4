"""The checks in two groups, the most telling first.

Safety is what must hold however a run ends, so that a fault which lasts for ever is no excuse: all but four. A bound on work
done again (I8) and an error named (I25) are among it, because both can be kept to at any moment and never need luck. Progress
needs the faults to pass: deeds done, a right world, an orderly end, and convergence once they are lifted (I23).
"""

from __future__ import annotations

from harness.checks.budgets import budgets_hold
from harness.checks.doubt import indeterminate_named
from harness.checks.drift import no_silent_overwrite
from harness.checks.durability import decision_durable, durable_kept, journal_whole, write_ahead
from harness.checks.effects import acknowledged_effect, effect_once, key_bound, no_lost_effect
from harness.checks.fold import Check
from harness.checks.invention import nothing_invented
from harness.checks.naming import error_named
from harness.checks.order import order_monotone
from harness.checks.outcome import converges, ending_sane, world_correct
from harness.checks.recovery import bounded_reexecution, recovery_idempotent, same_outcome
from harness.checks.replies import whole_answers
from harness.checks.retries import backoff_respected
from harness.checks.terminality import terminality
from harness.checks.transcript import pins_visible, transcript_well_formed, window_kept

SAFETY: tuple[Check, ...] = (
    effect_once,
    acknowledged_effect,
    indeterminate_named,
    key_bound,
    no_silent_overwrite,
    whole_answers,
    transcript_well_formed,
    pins_visible,
    nothing_invented,
    window_kept,
    decision_durable,
    write_ahead,
    durable_kept,
    journal_whole,
    order_monotone,
    recovery_idempotent,
    same_outcome,
    terminality,
    bounded_reexecution,
    budgets_hold,
    backoff_respected,
    error_named,
)
"""What must never happen, whatever fails around the orchestrator and however the run ends."""

PROGRESS: tuple[Check, ...] = (no_lost_effect, world_correct, ending_sane, converges)
"""What must come true where the faults can be survived; a fault that lasts for ever may rightly end a run without it."""

CHECKS: tuple[Check, ...] = (*SAFETY, *PROGRESS)
"""Every check, the most telling first."""
