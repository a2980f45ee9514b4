"""The checks in two groups, the most telling first."""

from __future__ import annotations

from harness.checks.budgets import budgets_hold
from harness.checks.doubt import indeterminate_named
from harness.checks.durability import decision_durable, journal_whole, write_ahead
from harness.checks.effects import acknowledged_effect, effect_once, no_lost_effect
from harness.checks.fold import Check
from harness.checks.outcome import ending_sane, world_correct
from harness.checks.retries import backoff_respected
from harness.checks.terminality import terminality
from harness.checks.transcript import pins_visible, transcript_well_formed

SAFETY: tuple[Check, ...] = (
    effect_once,
    acknowledged_effect,
    indeterminate_named,
    transcript_well_formed,
    pins_visible,
    decision_durable,
    write_ahead,
    journal_whole,
    terminality,
    budgets_hold,
    backoff_respected,
)
"""What must never happen, whatever fails around the orchestrator and however the run ends."""

PROGRESS: tuple[Check, ...] = (no_lost_effect, world_correct, ending_sane)
"""What must come true where the faults can be survived; a fault that lasts for ever may rightly end a run without it."""

CHECKS: tuple[Check, ...] = (*SAFETY, *PROGRESS)
"""Every check, the most telling first."""
