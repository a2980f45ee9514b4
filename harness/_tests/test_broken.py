"""Loops that are each wrong in one way: every one is failed by a named check at a named place, the sound one by none."""

from __future__ import annotations

from typing import Any

import pytest

from harness._tests.small import small
from harness.checks import CHECKS, effect_once, judge
from harness.faults import (
    CrashAfter,
    CrashBefore,
    Drift,
    FailAfter,
    Hang,
    MalformedArguments,
    RateLimit,
    Strike,
    TornAppend,
)
from harness.points import Point, double_crashes, single_crashes, strike_of
from harness.run import execute
from harness.types import Limits

AFTER_PAY = strike_of(Point("tool:pay", 1, "after"))
BEFORE_PAY = strike_of(Point("tool:pay", 1, "before"))
AFTER_ASKING = strike_of(Point("model", 3, "after"))
WAIT = RateLimit(60_000)
DRIFT = Strike("tool:write_page", 1, Drift())

WRONG: list[tuple[str, str, tuple[Strike, ...], dict[str, Any]]] = [
    ("effect_once", "naive", (AFTER_PAY,), {"kind": "queryable"}),
    ("effect_once", "replay", (AFTER_PAY,), {}),
    ("effect_once", "no_flush.py:LOOP", (AFTER_PAY,), {"kind": "queryable"}),
    ("effect_once", "late_flush.py:LOOP", (AFTER_PAY,), {}),
    ("effect_once", "fresh_key.py:LOOP", (AFTER_PAY,), {}),
    ("effect_once", "effect_first.py:LOOP", (AFTER_PAY,), {"kind": "queryable"}),
    ("effect_once", "asks_nobody.py:LOOP", (AFTER_PAY,), {"kind": "blind"}),
    ("acknowledged_effect", "assumes_done.py:LOOP", (BEFORE_PAY,), {}),
    ("no_lost_effect", "assumes_done.py:LOOP", (BEFORE_PAY,), {}),
    ("no_lost_effect", "gives_up.py:LOOP", (BEFORE_PAY,), {}),
    ("world_correct", "assumes_done.py:LOOP", (BEFORE_PAY,), {}),
    ("indeterminate_named", "replay", (AFTER_PAY,), {}),
    ("indeterminate_named", "fresh_key.py:LOOP", (BEFORE_PAY,), {}),
    ("indeterminate_named", "asks_nobody.py:LOOP", (BEFORE_PAY,), {"kind": "blind"}),
    ("indeterminate_named", "assumes_done.py:LOOP", (AFTER_PAY,), {"kind": "blind"}),
    ("transcript_well_formed", "forgets_calls.py:LOOP", (Strike("tool:look", 1, CrashAfter()),), {}),
    ("pins_visible", "drops_goal.py:LOOP", (), {}),
    ("decision_durable", "no_flush.py:LOOP", (), {}),
    ("decision_durable", "late_flush.py:LOOP", (), {}),
    ("write_ahead", "early_request.py:LOOP", (), {}),
    ("write_ahead", "effect_first.py:LOOP", (), {}),
    ("journal_whole", "glued.py:LOOP", (Strike("disk:append", 4, TornAppend()),), {}),
    ("terminality", "restless.py:run", (), {}),
    ("terminality", "restless.py:run", (Strike("model", 5, CrashBefore()),), {}),
    ("budgets_hold", "naive", (), {"scenario": "ENDLESS", "limits": Limits(turns=4)}),
    ("budgets_hold", "naive", (), {"limits": Limits(tokens=300)}),
    ("budgets_hold", "resets_budget.py:LOOP", (AFTER_ASKING,), {"scenario": "ENDLESS", "limits": Limits(turns=4)}),
    ("backoff_respected", "hasty.py:LOOP", (Strike("model", 2, WAIT),), {}),
    ("backoff_respected", "stubborn.py:LOOP", (Strike("model", 2, WAIT, 10),), {}),
    ("backoff_respected", "retries_beneath.py:LOOP", (Strike("model", 2, WAIT),), {}),
    ("key_bound", "one_key.py:LOOP", (), {}),
    ("key_bound", "one_key.py:LOOP", (), {"kind": "queryable"}),
    ("no_silent_overwrite", "insists.py:LOOP", (DRIFT,), {"scenario": "EDITING"}),
    ("whole_answers", "naive", (Strike("model", 2, MalformedArguments()),), {}),
    ("whole_answers", "changes_its_mind.py:LOOP", (), {}),
    ("nothing_invented", "embroiders.py:LOOP", (), {}),
    ("window_kept", "naive", (), {"scenario": "TIGHT"}),
    ("durable_kept", "rewrites_journal.py:LOOP", (AFTER_PAY,), {}),
    ("durable_kept", "glued.py:LOOP", (Strike("disk:append", 4, TornAppend()),), {}),
    ("durable_kept", "skips_outcomes.py:LOOP", (Strike("model", 3, CrashBefore()),), {}),
    ("order_monotone", "forgets_flushes.py:LOOP", (AFTER_PAY,), {}),
    ("order_monotone", "counts_one_life.py:LOOP", (AFTER_PAY, Strike("tool:note", 1, CrashAfter())), {}),
    ("recovery_idempotent", "notes_twice.py:LOOP", (Strike("model", 3, CrashBefore()),), {}),
    ("recovery_idempotent", "rewrites_journal.py:LOOP", (AFTER_PAY, Strike("disk:truncate", 1, CrashAfter())), {}),
    ("same_outcome", "restless.py:run", (Strike("model", 5, CrashBefore()),), {}),
    ("same_outcome", "other_answer.py:run", (), {"heal": True}),
    ("same_outcome", "naive", (), {"heal": True}),
    ("bounded_reexecution", "naive", (Strike("tool:note", 1, CrashBefore()),), {}),
    ("bounded_reexecution", "forgets_outcomes.py:LOOP", (Strike("model", 3, CrashBefore()),), {}),
    ("error_named", "swallows.py:LOOP", (Strike("tool:pay", 1, FailAfter()),), {}),
    ("converges", "stays_down.py:run", (Strike("model", 1, WAIT, None),), {"heal": True}),
    ("ending_sane", "waits_for_ever.py:run", (), {}),
    ("ending_sane", "naive", (Strike("model", 2, WAIT),), {}),
    ("ending_sane", "naive", (), {"scenario": "ENDLESS", "limits": Limits(turns=4)}),
    ("ending_sane", "sound.py:LOOP", (AFTER_PAY, Strike("human", 1, Hang())), {"kind": "blind"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("check", "loop", "strikes", "fields"), WRONG, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_wrong_loop_fails_its_check(
    check: str, loop: str, strikes: tuple[Strike, ...], fields: dict[str, Any]
) -> None:
    judgement = judge(execute(small(loop, strikes=strikes, **fields)))
    assert check in [verdict.name for verdict in judgement.failed]
    assert judgement.outcome == "fail"
    assert judgement.violated


def test_every_check_is_failed_by_a_wrong_loop() -> None:
    assert {check for check, *_ in WRONG} == {check.__name__ for check in CHECKS}


SOUND: tuple[dict[str, Any], ...] = (
    {"strikes": (AFTER_PAY,), "heal": True},
    {"strikes": (Strike("model", 2, WAIT, 2),)},
    {"strikes": (Strike("disk:append", 4, TornAppend()),)},
    {"strikes": (Strike("model", 2, MalformedArguments()),)},
    {"strikes": (Strike("tool:pay", 1, FailAfter()),)},
    {"strikes": (DRIFT,), "scenario": "EDITING"},
)
"""Runs in which every premise occurs."""


def test_every_check_is_passed_by_the_sound_loop() -> None:
    runs = [execute(small("sound.py:LOOP", **fields)) for fields in SOUND]
    judged = [judge(run) for run in (*runs, execute(small("sums_up.py:LOOP", "EDITING", strikes=(DRIFT,))))]
    verdicts = [verdict for judgement in judged for verdict in judgement.verdicts]
    assert {verdict.name for verdict in verdicts if verdict.outcome == "pass"} == {check.__name__ for check in CHECKS}
    assert not [verdict for verdict in verdicts if verdict.outcome == "fail"]


@pytest.mark.parametrize("kind", ["deduplicating", "queryable", "blind"])
@pytest.mark.parametrize("survive", ["none", "half", "all_but_last_byte", "all"])
def test_the_sound_loop_survives_every_single_crash(kind: str, survive: Any) -> None:
    clean = small("sound.py:LOOP", kind=kind)
    judgements = [(spec, judge(execute(spec))) for spec in (clean, *single_crashes(clean, survive))]
    assert [(spec, judgement.violated) for spec, judgement in judgements if judgement.outcome != "pass"] == []


def test_the_sound_loop_survives_every_double_crash_after_a_torn_write() -> None:
    clean = small("sound.py:LOOP", kind="queryable")
    torn = [spec for spec in single_crashes(clean) if isinstance(spec.strikes[0].fault, TornAppend)]
    judgements = [(spec, judge(execute(spec))) for first in torn for spec in double_crashes(execute(first))]
    assert len(judgements) > 500
    assert [(spec, judgement.violated) for spec, judgement in judgements if judgement.outcome != "pass"] == []


def test_a_torn_tail_that_is_ignored_repeats_effects_only_after_a_second_crash() -> None:
    clean = small("glued.py:LOOP", kind="queryable")
    singles = [execute(spec) for spec in single_crashes(clean)]
    assert {effect_once(run).outcome for run in singles} == {"pass"}
    torn = next(run for run in singles if run.spec.strikes == (Strike("disk:append", 1, TornAppend()),))
    second = next(spec for spec in double_crashes(torn) if effect_once(execute(spec)).outcome == "fail")
    assert second.strikes == (Strike("disk:append", 1, TornAppend()), Strike("disk:append", 8, CrashBefore()))
    assert "effect pay INV-001 happened twice: life 1 event" in judge(execute(second)).violated


def test_without_flush_a_crash_after_the_first_payment_repeats_it() -> None:
    judgement = judge(execute(small("no_flush.py:LOOP", kind="queryable", strikes=(AFTER_PAY,))))
    assert judgement.violated.startswith(
        "effect_once: effect pay INV-001 happened twice: life 0 event 19, life 1 event 37;"
    )


def test_a_tool_that_deduplicates_hides_a_loop_that_asks_nobody() -> None:
    clean = small("asks_nobody.py:LOOP", kind="deduplicating")
    assert {judge(execute(spec)).outcome for spec in single_crashes(clean)} == {"pass"}
