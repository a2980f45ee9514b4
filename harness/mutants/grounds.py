"""Where mutants are tried: short jobs, with each kind of tool, under the faults that bring out what is broken."""

from __future__ import annotations

from typing import Any

from harness.faults import Strike
from harness.mutants.mutant import Ground
from harness.spec import Model, Spec
from harness.types import Limits

KINDS = ("deduplicating", "queryable", "blind")

SHELL = "harness.orchestrators.reference.shell"
RESTORE = "harness.orchestrators.reference.restore"
STATE = "harness.orchestrators.reference.state"
SQUEEZE = "harness.orchestrators.reference.squeeze"
ANSWERS = "harness.orchestrators.reference.answers"
RULES = "harness.orchestrators.reference.rules"
CALLS = f"{RULES}.calls"
CRASHES = f"{RULES}.crashes"
COMPLETION = f"{RULES}.completion"
DOUBT = f"{RULES}.doubt"
FAILURES = f"{RULES}.failures"
BUDGETS = f"{RULES}.budgets"
COMPACTION = f"{RULES}.compaction"
JOURNAL = "harness.journal"
CLIENTS = "harness.clients"
VALIDATE = "harness.policies.validate"

RESUMED = "lives=state.lives + 1, idle_ms=idle"
"""What a new life changes in the state; bugs that forget something at a crash add it here."""


def paying(*strikes: Strike, **fields: Any) -> Spec:
    """Some invoices, two a turn, each to be paid once."""
    return Spec("pay_invoices", **{"horizon": 6, **fields}, strikes=strikes)


def renaming(*strikes: Strike, **fields: Any) -> Spec:
    """Some files to read and to edit, one call a turn."""
    return Spec("rename_api", **{"horizon": 8, **fields}, strikes=strikes)


def over_wire(*strikes: Strike, **fields: Any) -> Spec:
    """Some invoices, with the model reached over the wire and its answers streamed."""
    streamed = Model("perfect", format="openai-chat", stream=True)
    return paying(*strikes, **{"setting": "wire", "model": streamed, **fields})


def capped(*strikes: Strike, **limits: int) -> Spec:
    """A job with caps that are too low for it."""
    return paying(*strikes, horizon=12, limits=Limits(**limits))


PAY = ("tool:pay_invoice",)
"""The site of the payments, to crash at."""

CLEAN = (Ground(paying()),)

ANY_PAYMENT = tuple(Ground(paying(kind=kind), PAY) for kind in KINDS)
"""A crash around each payment, with each kind of tool."""


def at_payments(kind: str) -> tuple[Ground, ...]:
    """A crash around each payment, with one kind of tool."""
    return (Ground(paying(kind=kind), PAY),)
