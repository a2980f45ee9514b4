"""How verdicts come together: the worst wins, an invalid run says nothing, a check that raises blames the harness."""

from __future__ import annotations

from typing import Any

import pytest

from harness._tests.small import small
from harness.checks import CHECKS, PROGRESS, SAFETY, judge
from harness.checks.verdict import Verdict, cannot_tell, conclude
from harness.faults import CrashAfter, RateLimit, Slow, Strike
from harness.run import Run, execute


@pytest.fixture(scope="module")
def clean() -> Run:
    return execute(small("sound.py:LOOP"))


def passing(run: Run) -> Verdict:
    return conclude("passing", 3)


def failing(run: Run) -> Verdict:
    return conclude("failing", 1, "it went wrong at event 7")


def vacuous(run: Run) -> Verdict:
    return conclude("vacuous", 0)


def raising(run: Run) -> Verdict:
    raise KeyError("intents")


@pytest.mark.parametrize(
    ("checks", "outcome", "violated"),
    [
        ((passing, vacuous), "pass", ""),
        ((vacuous,), "unknown", ""),
        ((), "unknown", ""),
        ((passing, failing, vacuous), "fail", "failing: it went wrong at event 7"),
        ((failing, raising), "invalid", "harness error in check raising: the check raised KeyError: 'intents'"),
        ((passing, raising), "invalid", "harness error in check raising: the check raised KeyError: 'intents'"),
    ],
)
def test_the_worst_verdict_wins(clean: Run, checks: Any, outcome: str, violated: str) -> None:
    judgement = judge(clean, checks)
    assert (judgement.outcome, judgement.violated) == (outcome, violated)


def test_a_check_that_raises_is_an_unknown_verdict_flagged_as_a_harness_error(clean: Run) -> None:
    assert judge(clean, (raising,))["raising"] == Verdict(
        "raising", "unknown", 0, "the check raised KeyError: 'intents'", harness_error=True
    )


def test_a_strike_that_never_fired_makes_the_run_invalid_whatever_the_checks_say() -> None:
    run = execute(small("naive", strikes=(Strike("model", 999, CrashAfter()),)))
    judgement = judge(run, (passing, failing))
    assert judgement.outcome == "invalid"
    assert judgement.violated == f"planned strike never fired: {run.spec.strikes[0]!r}"


def test_a_witness_means_fail_even_where_no_premise_was_counted() -> None:
    assert conclude("check", 0, "a sentence") == Verdict("check", "fail", 1, "a sentence")


def test_cannot_tell_is_unknown_and_says_why() -> None:
    assert cannot_tell("check", "no journal") == Verdict("check", "unknown", 0, "no journal")


def test_a_judgement_gives_verdicts_by_name(clean: Run) -> None:
    judgement = judge(clean)
    assert judgement["effect_once"].outcome == "pass"
    assert judgement["effect_once"].premises == 2
    with pytest.raises(KeyError, match="no verdict 'effect_twice'"):
        judgement["effect_twice"]


def test_every_check_names_its_verdict_after_itself_and_has_a_docstring(clean: Run) -> None:
    assert [check(clean).name for check in CHECKS] == [check.__name__ for check in CHECKS]
    assert all(check.__doc__ for check in CHECKS)


def test_safety_and_progress_together_are_all_checks() -> None:
    assert (*SAFETY, *PROGRESS) == CHECKS


def test_an_opaque_journal_leaves_what_needs_its_content_unknown() -> None:
    judgement = judge(execute(small("replay")))
    opaque = {verdict.name for verdict in judgement.verdicts if "own format" in verdict.witness}
    assert opaque == {
        "decision_durable", "write_ahead", "durable_kept", "journal_whole", "order_monotone", "recovery_idempotent",
        "terminality",
    }  # fmt: skip
    assert judgement.outcome == "pass"


def test_a_fault_that_lasts_for_ever_breaks_progress_but_no_safety() -> None:
    run = execute(small("sound.py:LOOP", strikes=(Strike("model", 2, RateLimit(), None),)))
    assert judge(run).violated.startswith("no_lost_effect: effect pay INV-001 (and 1 more) never happened")
    assert judge(run, SAFETY).outcome == "pass"


def test_slow_answers_change_no_verdict() -> None:
    assert judge(execute(small("sound.py:LOOP", strikes=(Strike("tool:pay", 1, Slow()),)))).outcome == "pass"


def test_judging_is_pure(clean: Run) -> None:
    assert judge(clean) == judge(execute(clean.spec))
