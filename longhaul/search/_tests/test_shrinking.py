"""A failing plan is shrunk to the simplest one that still fails, and always to the same."""

from __future__ import annotations

import pytest

from harness.errors import UsageError
from harness.faults import CrashAfter, CrashBefore, Hang, RateLimit, ServerError, Strike, TornAppend
from harness.spec import Orchestrator, Spec
from longhaul.search.failing import broken_by
from longhaul.search.shrinking import shrunk, simpler

PAY = "tool:pay_invoice"
NEEDED = Strike(PAY, 3, CrashAfter())
PLAN = Spec(
    "pay_invoices", horizon=12, orchestrator=Orchestrator("replay"), heal=True,
    strikes=(Strike("model", 2, RateLimit(), times=2), Strike("disk:append", 7, TornAppend(0.25)), NEEDED),
)  # fmt: skip


def test_what_is_not_needed_is_deleted_and_what_is_needed_is_made_plain() -> None:
    failing = broken_by("indeterminate_named")
    small = shrunk(PLAN, failing)
    assert small == Spec("pay_invoices", horizon=1, orchestrator=PLAN.orchestrator,
                         strikes=(Strike(PAY, 1, CrashBefore()),))  # fmt: skip
    assert failing(small)
    assert shrunk(PLAN, failing) == small


def test_nothing_simpler_than_a_shrunk_plan_fails() -> None:
    failing = broken_by("indeterminate_named")
    assert not any(failing(candidate) for candidate in simpler(shrunk(PLAN, failing)))


def test_strikes_that_only_fail_together_are_both_kept() -> None:
    both = (Strike("model", 4, Hang()), NEEDED)
    plan = Spec("pay_invoices", horizon=8, strikes=(*both, Strike("disk:flush", 2, CrashBefore("half"))))

    def failing(spec: Spec) -> bool:
        return {(strike.site, type(strike.fault)) for strike in spec.strikes} >= {("model", Hang), (PAY, CrashAfter)}

    assert shrunk(plan, failing).strikes == (Strike("model", 1, Hang()), Strike(PAY, 1, CrashAfter()))


def test_numbers_modes_and_survivors_are_lowered_as_far_as_the_failure_lasts() -> None:
    strike = Strike("model", 9, ServerError(503), times=None, chance=0.5, recovery=True)
    plan = Spec("pay_invoices", horizon=30, strikes=(strike,))

    def failing(spec: Spec) -> bool:
        return spec.horizon >= 7 and bool(spec.strikes) and spec.strikes[0].nth >= 3 and spec.strikes[0].times != 1

    assert shrunk(plan, failing) == Spec("pay_invoices", horizon=7, strikes=(Strike("model", 3, ServerError(), 2),))


def test_a_long_list_is_shortened_one_by_one_and_the_tries_are_bounded() -> None:
    strikes = tuple(Strike("disk:append", nth, CrashBefore()) for nth in range(1, 21))
    asked: list[Spec] = []

    def failing(spec: Spec) -> bool:
        asked.append(spec)
        return strikes[11] in spec.strikes

    plan = Spec("pay_invoices", horizon=1, strikes=strikes)
    assert shrunk(plan, failing).strikes == (strikes[11],)
    asked.clear()
    assert len(shrunk(plan, failing, most=5).strikes) > 1
    assert len(asked) <= 7


def test_a_candidate_that_cannot_be_built_does_not_count_as_failing() -> None:
    def failing(spec: Spec) -> bool:
        if spec.horizon < 5:
            raise UsageError("too short")
        return True

    assert shrunk(Spec("pay_invoices", horizon=12), failing).horizon == 5


def test_what_does_not_fail_cannot_be_shrunk() -> None:
    with pytest.raises(UsageError, match="does not fail, so there is nothing to shrink"):
        shrunk(Spec("pay_invoices", horizon=2), broken_by())
