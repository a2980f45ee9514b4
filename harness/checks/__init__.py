"""Checks: pure functions of a run, each of one invariant. A check that never fails on a control is not a check.

judgement = judge(execute(spec))
judgement.outcome, judgement.violated
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from harness.checks.budgets import budgets_hold
from harness.checks.doubt import indeterminate_named
from harness.checks.durability import decision_durable, journal_whole, write_ahead
from harness.checks.effects import acknowledged_effect, effect_once, no_lost_effect
from harness.checks.outcome import ending_sane, world_correct
from harness.checks.retries import backoff_respected
from harness.checks.terminality import terminality
from harness.checks.transcript import pins_visible, transcript_well_formed
from harness.checks.verdict import Judgement, Outcome, Verdict

if TYPE_CHECKING:
    from harness.run import Run

Check: TypeAlias = "Callable[[Run], Verdict]"

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


def judge(run: Run, checks: tuple[Check, ...] = CHECKS) -> Judgement:
    """Apply checks to a run and take the worst verdict; an invalid run gets no better than `invalid`."""
    verdicts = tuple(_applied(check, run) for check in checks)
    void = _void(run, verdicts)
    if void:
        return Judgement("invalid", verdicts, void)
    failed = next((verdict for verdict in verdicts if verdict.outcome == "fail"), None)
    if failed is not None:
        return Judgement("fail", verdicts, f"{failed.name}: {failed.witness}")
    outcome: Outcome = "pass" if any(verdict.outcome == "pass" for verdict in verdicts) else "unknown"
    return Judgement(outcome, verdicts)


def _applied(check: Check, run: Run) -> Verdict:
    """The verdict of a check; one that raises says nothing about the run and everything about itself."""
    try:
        return check(run)
    except Exception as error:
        name = getattr(check, "__name__", repr(check))
        return Verdict(name, "unknown", 0, f"the check raised {type(error).__name__}: {error}", harness_error=True)


def _void(run: Run, verdicts: tuple[Verdict, ...]) -> str:
    """Why the run says nothing; empty where it is valid."""
    unfired = [strike for strike, times in zip(run.spec.strikes, run.fired, strict=True) if not times]
    if unfired:
        return f"planned strike never fired: {unfired[0]!r}"
    if not run.valid:
        return f"the run is not valid: it ended as {run.ending}: {run.reason}"
    broken = next((verdict for verdict in verdicts if verdict.harness_error), None)
    return f"harness error in check {broken.name}: {broken.witness}" if broken else ""


__all__ = ["CHECKS", "PROGRESS", "SAFETY", "Check", "Judgement", "Outcome", "Verdict", "judge"]
