"""Faults of tools and of the world that they change, T01 to T16."""

from __future__ import annotations

from typing import Any

from harness.catalogue.entry import Entry
from harness.catalogue.hazard import Hazard, Shape
from harness.faults import (
    CrashAfter,
    CrashBefore,
    CrashThenLands,
    DeliveredTwice,
    Drift,
    EmptyResult,
    ErrorInOk,
    FailAfter,
    FailBefore,
    Hang,
    HangAfter,
    HangThenLands,
    HugeResult,
    LateEffect,
    Slow,
    StaleRead,
    Strike,
    ToolGone,
)
from harness.faults.sites import BOOT, TOOL
from harness.spec import Spec
from harness.types import Kind, Limits

DERIVED = "follows from the interface; no single report"
QUERY = ("query",)


def at_payment(fault: Any, kind: Kind = "deduplicating", times: int | None = 1) -> Spec:
    """Four turns of paying invoices, and this fault at the first payment."""
    return Spec("pay_invoices", horizon=4, kind=kind, strikes=(Strike("tool:pay_invoice", 1, fault, times),))


def _beyond_deadline(fault: Any) -> bool:
    return bool(fault.ms >= Limits().tool_timeout_ms - 1_000)


DOUBTS: tuple[Hazard, ...] = (
    Hazard(
        Entry(
            "T01", "it fails before the effect",
            "The call is repeated under a new key, or given up though nothing had happened.",
            "Repeat under the same key.", "the retry rules of every client",
        ),
        "tool", "mask", (Shape(FailBefore(), (*TOOL, *QUERY)),), at_payment(FailBefore()),
    ),
    Hazard(
        Entry(
            "T02", "it fails after the effect",
            "A lost acknowledgement looks like T01; repeated under a new key the payment is made twice.",
            "Unknown is a state of its own: ask by key, repeat under the same key, or ask a person.",
            "measured: killed after the effect, LangGraph and DBOS repeated it in every run",
        ),
        "tool", "mask", (Shape(FailAfter(), (*TOOL, *QUERY)),), at_payment(FailAfter()),
    ),
    Hazard(
        Entry(
            "T03", "it takes effect after the answer was given up",
            "A query right after the timeout says no, the call is made anew, and then the first one lands.",
            "Keep the key until the outcome is known; book a late result to the call that it belongs to.", DERIVED,
        ),
        "tool", "mask",
        (
            Shape(LateEffect(), TOOL, touches="mutating"), Shape(LateEffect(600_000), TOOL, touches="mutating"),
            Shape(CrashThenLands(), TOOL, touches="mutating"),
        ),
        at_payment(LateEffect(), "queryable"),
    ),
    Hazard(
        Entry(
            "T04", "it is delivered twice",
            "The network repeats a request, and a tool without keys does it again.",
            "Nothing an orchestrator can do but to prefer tools with keys, and to use one key for one intent.",
            "durable engines promise activities at least once, not exactly once",
        ),
        "tool", "mask",
        (
            Shape(DeliveredTwice(), TOOL, kinds=("deduplicating",), lasting="mask"),
            Shape(DeliveredTwice(), TOOL, "out_of_contract", "out_of_contract", kinds=("queryable", "blind")),
        ),
        at_payment(DeliveredTwice()),
    ),
    Hazard(
        Entry(
            "T05", "answers arrive out of order",
            "Results are matched to parallel calls by position, and swapped.",
            "Match by call id; show them in the order of the calls.", DERIVED,
        ),
        "tool", "mask",
        (Shape(Slow(20_000), TOOL, lasting="mask"), Shape(Slow(60_000), TOOL, when=_beyond_deadline)),
        at_payment(Slow(20_000)),
    ),
    Hazard(
        Entry(
            "T13", "a tool with neither key nor query",
            "Whether it happened cannot be found out, and a guess is a double payment or a lost one.",
            "Never repeat it; name it as unknown and ask a person.",
            "ACRFence, arXiv 2603.20625: none of twelve frameworks guarded such calls",
        ),
        "tool", "mask", (Shape(CrashAfter(), TOOL, touches="mutating", kinds=("blind",)),),
        at_payment(CrashAfter(), "blind"),
    ),
    Hazard(
        Entry(
            "T14", "it hangs and cannot be cancelled",
            "The loop waits for ever, or gives up and forgets that the call may still land.",
            "A deadline of your own, and then the rules of T02.", DERIVED,
        ),
        "tool", "mask",
        (
            Shape(Hang(), (*TOOL, *QUERY)), Shape(HangAfter(), (*TOOL, *QUERY)),
            Shape(HangThenLands(), TOOL, touches="mutating"),
            Shape(HangThenLands(3_600_000), TOOL, touches="mutating"),
        ),
        at_payment(HangThenLands(), "queryable"),
    ),
    Hazard(
        Entry(
            "T15", "it takes the process with it",
            "A call that exhausts the memory is resumed, kills the next life, and so on for ever.",
            "Count the deaths at a call; after a few, park with the call's name.",
            "DBOS: a cap on recovery attempts",
        ),
        "process", "surface", (Shape(CrashBefore(), TOOL, lasting="surface"),), at_payment(CrashBefore(), times=None),
        modes=("for_ever",),
    ),
    Hazard(
        Entry(
            "T16", "one key, two payloads",
            "A key that does not depend on the payload is reused for another one, and is refused or, worse, answered.",
            "Make the payload a part of the key.", "agentmail-mcp#49",
        ),
        "tool", "surface",
        unstruck="no injection: the tools refuse such a key with 409, and the check key_bound watches every call",
    ),
)  # fmt: skip

ANSWERS: tuple[Hazard, ...] = (
    Hazard(
        Entry(
            "T06", "a part of it took effect",
            "Three of seven files are written, and the failure is taken for none or for all.",
            "Check afterwards what is there; report it as partial, and make doing it again converge.",
            DERIVED, pending="multi_part_effects",
        ),
        "tool", "surface",
    ),
    Hazard(
        Entry(
            "T07", "an empty answer, or an error that says ok",
            "The status is believed and the content is not read.",
            "Type results: an error inside of ok is a failure; ask again under the same key, and stop after a few times.",
            DERIVED,
        ),
        "tool", "mask",
        (
            Shape(EmptyResult(), TOOL), Shape(ErrorInOk(), TOOL, touches="read"),
            Shape(ErrorInOk(), TOOL, lasting="out_of_contract", touches="mutating"),
        ),
        Spec("pay_invoices", horizon=4, strikes=(Strike("tool:list_invoices", 1, ErrorInOk()),)),
    ),
    Hazard(
        Entry(
            "T08", "an answer of megabytes",
            "It goes into the view whole, and into every view after it, until the budget is gone.",
            "Read with a bound; keep the rest outside of the view, and say how much was cut.", DERIVED,
        ),
        "tool", "mask", (Shape(HugeResult(), TOOL), Shape(HugeResult(100_000), TOOL)),
        Spec("pay_invoices", horizon=4, strikes=(Strike("tool:list_invoices", 1, HugeResult()),)),
    ),
    Hazard(
        Entry(
            "T09", "a read of what was",
            "A replica answers with an old version, and the write that follows undoes somebody's work.",
            "Carry the version with what was read; write on the condition that it still holds.", DERIVED,
        ),
        "tool", "mask",
        (Shape(StaleRead(), TOOL, touches="read"), Shape(StaleRead(2), TOOL, touches="read")),
        Spec("rename_api", horizon=6, strikes=(Strike("tool:read_file", 2, StaleRead()),)),
    ),
    Hazard(
        Entry(
            "T10", "somebody else was here",
            "A file was edited, a ticket closed, a branch moved since it was read, and is silently overwritten.",
            "Conditional writes; a conflict goes back to the model before anything else is tried.", DERIVED,
        ),
        "tool", "mask", (Shape(Drift(), TOOL),),
        Spec("rename_api", horizon=6, strikes=(Strike("tool:rename_in_file", 1, Drift()),)),
    ),
    Hazard(
        Entry(
            "T11", "the tool is gone after the restart",
            "The journal holds a call of a tool that is not there any more; resuming crashes, or calls it blindly.",
            "Answer the call with what is there instead, and let the model plan anew or stop.", DERIVED,
        ),
        "tool", "surface", (Shape(ToolGone(), BOOT), Shape(ToolGone("rename_in_file"), BOOT)),
        Spec(
            "pay_invoices", horizon=4, strikes=(Strike("model", 3, CrashBefore()), Strike("boot", 2, ToolGone())),
        ),
        modes=("once",),
    ),
    Hazard(
        Entry(
            "T12", "the permission is gone by the time",
            "It was granted when the call was planned and is revoked when it is made.",
            "Check at the call, not at the plan.", DERIVED, pending="approvals",
        ),
        "tool", "surface",
    ),
)  # fmt: skip

TOOL_HAZARDS: tuple[Hazard, ...] = tuple(sorted((*DOUBTS, *ANSWERS), key=lambda hazard: hazard.id))
