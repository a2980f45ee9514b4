"""What a user writes for a choice, seeds and budgets; what means nothing is refused with what to write instead."""

from __future__ import annotations

import pytest

from harness.errors import UsageError
from harness.spec import Choice, Spec, check_spec
from longhaul.choices import choice, pick, seeds, view_budget


def test_a_name_alone_and_a_name_with_options() -> None:
    assert choice("Policy", "keep_all") == Choice("Policy", "keep_all")
    assert choice("Policy", "sliding_window(keep=12, deep='x')") == Choice(
        "Policy", "sliding_window", (("deep", "x"), ("keep", 12))
    )
    assert choice("Policy", "my.py:Half") == Choice("Policy", "my.py:Half")


@pytest.mark.parametrize("text", ["half(12)", "half(keep=", "half(keep=print())", "half(**x)"])
def test_options_are_literals_by_name(text: str) -> None:
    with pytest.raises(UsageError, match="write name, or name"):
        choice("Policy", text)


def test_seeds_are_a_count_a_range_or_a_list() -> None:
    assert seeds("3") == (0, 1, 2)
    assert seeds("3,7") == (3, 7)
    assert seeds("3,") == (3,)
    assert seeds("5..8") == (5, 6, 7, 8)


@pytest.mark.parametrize("text", ["", "x", "0", "-1", "1,x", "1..", "..3", "5..3", "1..2..3"])
def test_other_seeds_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="seeds are"):
        seeds(text)


def test_a_small_budget_is_a_share_and_a_big_one_tokens() -> None:
    assert view_budget("0.5") == 0.5
    assert view_budget("2") == 2.0
    assert isinstance(view_budget("2"), float)
    assert view_budget("8000") == 8_000
    assert isinstance(view_budget("8000"), int)
    with pytest.raises(UsageError, match="view budget is 'big'"):
        view_budget("big")


@pytest.mark.parametrize("text", ["nan", "inf", "-inf"])
def test_a_budget_that_is_no_number_is_left_for_the_spec_to_refuse(text: str) -> None:
    with pytest.raises(UsageError, match="view_budget is"):
        check_spec(Spec("rename_api", view_budget=view_budget(text)))


def test_repeated_and_comma_separated_items_are_the_same() -> None:
    assert pick(("a,b", "c", "a"), tuple) == ("a", "b", "c")
    assert pick(("f(x=1, y=2),g",), tuple) == ("f(x=1, y=2)", "g")


def test_all_stands_for_everything_beside_others() -> None:
    assert pick(("all,mine.py:X",), lambda: ("a", "b")) == ("a", "b", "mine.py:X")
    assert pick((), lambda: ("a", "b")) == ("a", "b")
