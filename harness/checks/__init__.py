"""Checks: each of one invariant, a verdict on a run. A check that never fails on a control is not a check.

judgement = judge(execute(spec))
judgement.outcome, judgement.violated
"""

from __future__ import annotations

from harness.checks.catalogue import CHECKS, PROGRESS, SAFETY
from harness.checks.effects import effect_once
from harness.checks.fold import Check
from harness.checks.judging import Judging, judge
from harness.checks.outcome import converges
from harness.checks.record import Head, head_of
from harness.checks.verdict import Judgement, Outcome, Verdict

__all__ = [
    "CHECKS", "PROGRESS", "SAFETY", "Check", "Head", "Judgement", "Judging", "Outcome", "Verdict", "converges",
    "effect_once", "head_of", "judge",
]  # fmt: skip
