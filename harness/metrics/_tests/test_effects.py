"""The fate of every effect."""

from __future__ import annotations

from harness.metrics._tests.made import Made
from harness.metrics.effects import (
    dup_effects,
    effect_fates,
    lost_effects,
    recovered_effects,
    unexpected_effects,
)

ONE_AND_TWO = (("pay", "1"), ("pay", "2"))


def pay(made: Made, intent: str) -> Made:
    return made.call("pay").effect("pay", intent).result("pay")


def fates(made: Made, ending: str = "returned", **setup) -> list[tuple[str, str]]:
    return [(effect.intent, effect.fate) for effect in effect_fates(made.run(ending, **setup))]


def test_all_as_expected() -> None:
    made = pay(pay(Made(), "1"), "2")
    assert fates(made, expected=ONE_AND_TWO) == [("1", "ok"), ("2", "ok")]


def test_the_same_deed_twice_is_a_duplicate() -> None:
    made = pay(pay(pay(Made(), "1"), "1"), "2")
    assert fates(made, expected=ONE_AND_TWO) == [("1", "ok"), ("1", "duplicated"), ("2", "ok")]
    assert dup_effects(made.run()) == 1


def test_writing_twice_is_no_duplicate() -> None:
    made = Made()
    for _ in range(2):
        made.call("note").effect("note", "a", "write").result("note")
    assert dup_effects(made.run(expected=ONE_AND_TWO[:0])) == 0
    assert fates(made) == [("a", "ok"), ("a", "ok")]


def test_an_expected_deed_that_never_happened_is_lost_only_if_the_run_returned() -> None:
    made = pay(Made(), "1")
    assert fates(made, expected=ONE_AND_TWO) == [("1", "ok"), ("2", "lost")]
    assert fates(made, "stuck", expected=ONE_AND_TWO) == [("1", "ok")]
    assert lost_effects(made.run(expected=ONE_AND_TWO)) == 1


def test_a_deed_that_nobody_expects() -> None:
    assert fates(pay(Made(), "9"), expected=ONE_AND_TWO) == [("9", "unexpected"), ("1", "lost"), ("2", "lost")]
    assert unexpected_effects(pay(Made(), "9").run(expected=ONE_AND_TWO)) == 1
    assert fates(pay(Made(), "9")) == [("9", "ok")]


def test_an_effect_whose_answer_was_lost_is_recovered_if_it_is_not_done_again() -> None:
    crashed = Made().call("pay").effect("pay", "1").die()
    failed = Made().call("pay").effect("pay", "1").fail("pay")
    assert [("1", "recovered")] == fates(crashed) == fates(failed)
    assert recovered_effects(crashed.run()) == 1


def test_an_effect_whose_answer_was_lost_and_that_was_done_again_is_not_recovered() -> None:
    made = pay(Made().call("pay").effect("pay", "1").die(), "1")
    assert fates(made) == [("1", "ok"), ("1", "duplicated")]
