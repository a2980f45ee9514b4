"""What a user writes for a strike: `tool:pay_invoice#2/after`, or the `Strike(...)` of a spec."""

from __future__ import annotations

from harness.errors import UsageError
from harness.faults import CrashAfter, CrashBefore, CrashMidAnswer, Strike, check_strike
from harness.spec import parse

MOMENTS = "before, after, or half (of an answer of the model: wire#NTH/half)"


def strike(text: str) -> Strike:
    """The strike that a text names. Raises `UsageError` with what exists."""
    text = text.strip()
    if text.startswith("Strike("):
        return parse(f"Spec('any', strikes=({text},))").strikes[0]
    site, _, rest = text.rpartition("#")
    number, _, moment = rest.partition("/")
    if not site or not number.isdigit():
        raise UsageError(
            f"strike is {text!r}; write SITE#NTH/MOMENT such as tool:pay_invoice#2/after (the moment is {MOMENTS}), or "
            "Strike(...) as it stands in a spec"
        )
    made = Strike(site, int(number), _fault(moment, text))
    check_strike(made)
    return made


def _fault(moment: str, text: str) -> object:
    if moment == "before":
        return CrashBefore()
    if moment == "after":
        return CrashAfter()
    if moment == "half":
        return CrashMidAnswer(0.5)
    raise UsageError(f"strike {text!r}: no moment {moment!r}; there are {MOMENTS}")
