"""The golden journals: what each of them is there for, and the spec that made it.

`scripts/golden` records all of them anew, which declares every change since; `longhaul replay evals/golden` asks today's
code again what they decided.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harness.faults import (
    ContextOverflow,
    CrashAfter,
    CrashBefore,
    CutAnswer,
    DuplicateCallIds,
    EarlyStop,
    EmptyAnswer,
    ErrorInOk,
    FailAfter,
    FailBefore,
    HallucinatedTool,
    Hang,
    MalformedArguments,
    ModelGone,
    QuotaExceeded,
    RateLimit,
    ReusedCallId,
    SameCallAgain,
    ServerError,
    StopReason,
    Strike,
    ToolGone,
    TornAppend,
    Unauthorized,
    WrongType,
    WrongUsage,
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


def _pay(*strikes: Strike, horizon: int = 6, **fields: Any) -> Spec:
    return Spec("pay_invoices", horizon=horizon, strikes=strikes, **fields)


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
    "key_mended": _pay(Strike("model", 3, Unauthorized(), None), heal=True),
    "doubt_mended": _pay(
        Strike(_PAID, 2, FailAfter()), Strike("query:pay_invoice", 1, RateLimit(10**9), None), kind="queryable", heal=True
    ),
    "quota_spent": _pay(Strike("model", 3, QuotaExceeded(), None)),
    "model_gone": _pay(Strike("model", 3, ModelGone(), None)),
    "long_wait": _pay(Strike("model", 3, RateLimit(10**9))),
    "tool_is_down": _pay(Strike(_PAID, 2, ServerError(), None)),
    "tool_refuses": _pay(Strike(_PAID, 2, Unauthorized(), None), Strike(_PAID, 1, FailAfter()), kind="queryable"),
    "tool_limits": _pay(Strike(_PAID, 2, RateLimit(None), None)),
    "read_fails": _pay(Strike("tool:list_invoices", 1, FailAfter(), None)),
    "tool_gone": _pay(Strike(_PAID, 2, CrashAfter()), Strike("boot", 2, ToolGone()), kind="queryable"),
    "error_in_ok": _pay(Strike(_PAID, 2, ErrorInOk())),
    "odd_answers": _pay(
        Strike("model", 2, CutAnswer()), Strike("model", 3, StopReason("refusal")), heal=True
    ),
    "odd_stops": _pay(
        Strike("model", 2, StopReason("pause_turn")), Strike("model", 2, EarlyStop("so far")),
        Strike("model", 3, StopReason("brand_new")), Strike("model", 4, ReusedCallId()),
        Strike("model", 5, DuplicateCallIds()), Strike("model", 6, WrongUsage()),
    ),
    "empty_for_ever": _pay(Strike("model", 3, EmptyAnswer(), None)),
    "turns_repeated": _pay(Strike("model", 4, SameCallAgain(), None)),
    "overflow": _pay(Strike("model", 4, ContextOverflow())),
    "overflow_for_ever": _pay(Strike("model", 4, ContextOverflow(), None)),
    "overflow_with_policy": Spec(
        "pay_invoices", horizon=12, policy=Policy("mask_observations"), strikes=(Strike("model", 4, ContextOverflow()),)
    ),
    "summary_fails": Spec(
        "rename_api", horizon=12, policy=Policy("summarize"), view_budget=0.3, strikes=(Strike("model", 4, ServerError(), 3),)
    ),
    "summary_refused": Spec(
        "rename_api", horizon=12, policy=Policy("summarize"), view_budget=0.3,
        strikes=(
            Strike("model", 4, StopReason("refusal")), Strike("model", 6, ContextOverflow()), Strike("model", 8, CutAnswer())
        ),
    ),
    "summary_delayed": Spec(
        "rename_api", horizon=12, policy=Policy("summarize"), view_budget=0.3, strikes=(Strike("model", 4, RateLimit(10**9)),)
    ),
    "schemas_paged": Spec(
        "pay_invoices", horizon=10, policy=Policy("demand_paging"), view_budget=0.5, spare_tools=15,
        strikes=(Strike("model", 2, CrashAfter()), Strike(_PAID, 2, CrashBefore())),
    ),
    "wrong_offer": _pay(policy=Policy("evals/wrong_offer.py:OffersTwice")),
    "out_of_tokens": _pay(limits=Limits(tokens=6_000), horizon=10),
    "out_of_cost": _pay(limits=Limits(cost=8_000), horizon=10),
    "out_of_time": _pay(limits=Limits(compute_ms=7_000), horizon=10),
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
