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
    assert [("1", "ok"), ("2", "ok")] == fates(made, expected=ONE_AND_TWO)


def test_the_same_deed_twice_is_a_duplicate() -> None:
    made = pay(pay(pay(Made(), "1"), "1"), "2")
    assert [("1", "ok"), ("1", "duplicated"), ("2", "ok")] == fates(made, expected=ONE_AND_TWO)
    assert 1 == dup_effects(made.run())


def test_writing_twice_is_no_duplicate() -> None:
    made = Made()
    for _ in range(2):
        made.call("note").effect("note", "a", "write").result("note")
    assert 0 == dup_effects(made.run(expected=ONE_AND_TWO[:0]))
    assert [("a", "ok"), ("a", "ok")] == fates(made)


def test_an_expected_deed_that_never_happened_is_lost_only_if_the_run_returned() -> None:
    made = pay(Made(), "1")
    assert [("1", "ok"), ("2", "lost")] == fates(made, expected=ONE_AND_TWO)
    assert [("1", "ok")] == fates(made, "stuck", expected=ONE_AND_TWO)
    assert 1 == lost_effects(made.run(expected=ONE_AND_TWO))


def test_a_deed_that_nobody_expects() -> None:
    assert [("9", "unexpected"), ("1", "lost"), ("2", "lost")] == fates(
        pay(Made(), "9"), expected=ONE_AND_TWO
    )
    assert 1 == unexpected_effects(pay(Made(), "9").run(expected=ONE_AND_TWO))
    assert [("9", "ok")] == fates(pay(Made(), "9"))


def test_an_effect_whose_answer_was_lost_is_recovered_if_it_is_not_done_again() -> None:
    crashed = Made().call("pay").effect("pay", "1").die()
    failed = Made().call("pay").effect("pay", "1").fail("pay")
    assert [("1", "recovered")] == fates(crashed) == fates(failed)
    assert 1 == recovered_effects(crashed.run())


def test_an_effect_whose_answer_was_lost_and_that_was_done_again_is_not_recovered() -> None:
    made = pay(Made().call("pay").effect("pay", "1").die(), "1")
    assert [("1", "ok"), ("1", "duplicated")] == fates(made)
