"""Lines that would hide one another are one; who is drawn follows from what was done and spent."""

from __future__ import annotations

import pytest

from reports.lines import drawn_policies, lines

SHORT, LONG = {0: 100.0, 1: 50.0}, {0: 100.0, 1: 50.0, 2: 25.0}


def labels(curves: dict[str, dict[int, float]], close: float = 0.0) -> list[str]:
    return [line.label.replace("\xa0", " ") for line in lines(curves, close)]


def test_equal_curves_are_one_line_with_all_names() -> None:
    assert labels({"a": SHORT, "b": LONG, "c": SHORT, "d": {0: 100.0, 1: 0.0}}) == ["a (to 1), b, c (to 1)", "d"]
    assert labels({"a": SHORT, "b": {0: 100.0, 1: 49.0}}) == ["a", "b"]


def test_a_curve_that_ends_earlier_is_covered_where_it_is_and_says_so() -> None:
    (line,) = lines({"early": SHORT, "late": LONG})
    assert (line.label, line.curve) == ("early\xa0(to\xa01), late", LONG)
    assert labels({"early": {0: 100.0, 1: 50.0, 3: 0.0}, "late": LONG}) == ["early", "late"]


@pytest.mark.parametrize(("value", "count"), [(50.4, 1), (50.6, 2)])
def test_curves_closer_than_the_width_of_a_line_are_one(value: float, count: int) -> None:
    assert len(lines({"a": SHORT, "b": {0: 100.0, 1: value}}, close=0.5)) == count


def test_labels_wrap_between_policies_only() -> None:
    (line,) = lines({"early_policy": SHORT, "later_policy": SHORT, "late": LONG}, width=20)
    assert line.label.replace("\xa0", " ").split("\n") == ["early_policy (to 1),", "later_policy (to 1),", "late"]


def test_a_line_has_the_colour_of_its_first_policy_in_every_panel() -> None:
    assert [line.place for line in lines({"a": {}, "b": SHORT, "c": LONG, "d": {0: 1.0}})] == [1, 3]


def runs(**made: tuple[bool, int]) -> list[dict[str, object]]:
    return [{"policy": name, "completed": done, "tokens_input": tokens} for name, (done, tokens) in made.items()]


def test_controls_are_drawn_first_then_who_completed_most_for_least() -> None:
    rows = runs(a=(True, 9), b=(True, 5), c=(False, 1), drop_all=(False, 0), keep_all=(True, 99))
    assert drawn_policies(rows, 4) == (["keep_all", "drop_all", "b", "a"], 1)
    assert drawn_policies(rows, 9) == (["keep_all", "drop_all", "b", "a", "c"], 0)


def test_one_of_each_kind_is_drawn_before_a_second() -> None:
    rows = runs(fold=(True, 1), fold_twice=(True, 2), drop_old=(False, 9), drop_all=(False, 0), snip=(False, 7))
    assert drawn_policies(rows, 9) == (["drop_all", "fold", "snip", "drop_old", "fold_twice"], 0)
