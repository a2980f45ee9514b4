"""The golden journals: what each of them is there for, and the spec that made it.

`scripts/golden` records all of them anew, which declares every change since; `longhaul replay evals/golden` asks today's
code again what they decided.
"""

from __future__ import annotations

from pathlib import Path

from harness.faults import (
    CrashAfter,
    CrashBefore,
    EmptyAnswer,
    FailAfter,
    FailBefore,
    HallucinatedTool,
    Hang,
    MalformedArguments,
    RateLimit,
    ServerError,
    Strike,
    TornAppend,
    WrongType,
)
from harness.spec import Policy, Spec
from harness.types import Limits
from longhaul.goldens import beside, record

FOLDER = Path(__file__).parent / "golden"

_PAY = Spec("pay_invoices", horizon=6)
_RENAME = Spec("rename_api", horizon=8)
_PAID = "tool:pay_invoice"
_THRICE = Limits(lives=3)
"""With two crashes, each after some progress, and a third one the run is over in the middle of its work."""

_TWO = (Strike("model", 1, CrashAfter()), Strike("model", 3, CrashAfter()))


def _pay(*strikes: Strike, limits: Limits | None = None, kind: str = "deduplicating", horizon: int = 6) -> Spec:
    return Spec("pay_invoices", horizon=horizon, kind=kind, limits=limits, strikes=strikes)  # type: ignore[arg-type]


GOLDENS: dict[str, Spec] = {
    "clean_pay_invoices": _PAY,
    "clean_rename_api": _RENAME,
    "doubt_deduplicating": _pay(Strike(_PAID, 3, CrashAfter())),
    "doubt_queryable": _pay(
        Strike(_PAID, 3, CrashAfter()), Strike("query:pay_invoice", 1, RateLimit()), Strike(_PAID, 5, FailBefore()),
        kind="queryable",
    ),
    "doubt_blind": _pay(Strike(_PAID, 3, CrashAfter()), Strike("human", 1, CrashBefore()), kind="blind"),
    "lost_answers": _pay(Strike(_PAID, 1, FailAfter()), Strike(_PAID, 4, ServerError()), kind="queryable"),
    "summaries": Spec(
        "rename_api", horizon=12, policy=Policy("summarize"), view_budget=0.3,
        strikes=(Strike("model", 5, RateLimit()), Strike("model", 8, CrashAfter())),
    ),
    "sliding_window": Spec("rename_api", horizon=12, policy=Policy("sliding_window"), view_budget=0.3),
    "rate_limits": _pay(Strike("model", 2, RateLimit(20_000), 2), Strike(_PAID, 2, RateLimit(None))),
    "refused_calls": _pay(
        Strike("model", 1, HallucinatedTool()), Strike("model", 3, MalformedArguments()),
        Strike("model", 5, WrongType()), Strike("model", 6, EmptyAnswer()),
    ),
    "torn_and_resumed": _pay(Strike("disk:append", 6, TornAppend()), Strike("disk:append", 9, TornAppend(0.9))),
    "torn_tail": _pay(*_TWO, Strike("disk:append", 9, TornAppend(0.75)), limits=_THRICE),
    "killed_in_payment": _pay(*_TWO, Strike(_PAID, 3, CrashAfter()), limits=_THRICE, kind="queryable"),
    "crash_loop": _pay(Strike("model", 3, CrashAfter(), None)),
    "circles": _pay(Strike("model", 3, HallucinatedTool(), None), limits=Limits(turns=15)),
    "out_of_turns": _pay(limits=Limits(turns=5), horizon=10),
    "parked": _pay(Strike("model", 3, RateLimit(), None)),
    "parked_in_doubt": _pay(
        Strike(_PAID, 2, FailAfter()), Strike("query:pay_invoice", 1, RateLimit(10**9), None), kind="queryable"
    ),
    "nobody_answers": _pay(Strike(_PAID, 2, FailAfter()), Strike("human", 1, Hang()), kind="blind"),
}  # fmt: skip
"""Every golden journal by name. Two end in a kill, so that a later state of the code can take them up."""


def journal(name: str) -> Path:
    """The file of a golden journal."""
    return FOLDER / f"{name}.journal"


def record_all() -> None:
    """Run every spec and write its journal and what stands beside it; what is no golden any more goes."""
    FOLDER.mkdir(exist_ok=True)
    for name, spec in GOLDENS.items():
        record(journal(name), spec)
    for path in FOLDER.iterdir():
        if path.stem not in GOLDENS or path not in (journal(path.stem), beside(journal(path.stem))):
            path.unlink()
