"""A vector is a value, however much storage it shares."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.vector import Vector

_steps = st.lists(st.tuples(st.sampled_from(["append", "first"]), st.integers(0, 10), st.integers(0, 9)), max_size=40)


@given(_steps)
def test_every_vector_of_a_family_keeps_its_items(steps: list[tuple[str, int, int]]) -> None:
    family: list[tuple[Vector[int], tuple[int, ...]]] = [(Vector((), int), ())]
    for what, which, item in steps:
        vector, model = family[which % len(family)]
        grown = (vector.append(item), (*model, item)) if what == "append" else (vector.first(item), model[:item])
        family.append(grown)
    for vector, model in family:
        assert tuple(vector) == model
        assert vector == model
        assert len(vector) == len(model)
        assert vector.weight == sum(model)
        assert [vector.sum_first(count) for count in range(len(model) + 2)] == [
            sum(model[:count]) for count in range(len(model) + 2)
        ]
        assert vector[1:] == model[1:]
        assert vector[::-1] == model[::-1]
        assert hash(vector) == hash(model)


def test_the_newest_of_a_family_grows_in_place_and_an_older_one_copies() -> None:
    first = Vector([1])
    second = first.append(2)
    assert second.storage is first.storage
    other = first.append(3)
    assert other.storage is not first.storage
    assert (list(first), list(second), list(other)) == ([1], [1, 2], [1, 3])


@pytest.mark.parametrize("index", [2, -3, 99])
def test_an_index_outside_is_refused(index: int) -> None:
    with pytest.raises(IndexError, match=f"index {index} is outside of a vector of 2 items"):
        Vector([1, 2]).append(3).first(2)[index]


def test_the_last_item_of_a_window_is_its_own() -> None:
    assert Vector([1, 2, 3]).first(2)[-1] == 2


def test_equal_items_make_equal_vectors_and_other_types_do_not() -> None:
    assert Vector([1, 2]) == Vector([1, 2])
    assert Vector([1, 2]) != Vector([1, 2, 3])
    assert Vector([1, 2]) != [1, 2]
    assert repr(Vector([1, 2])) == "Vector([1, 2])"


def test_without_a_scale_nothing_weighs_anything() -> None:
    assert (Vector([5]).append(6).weight, Vector([5]).sum_first(1)) == (0, 0)
    assert Vector([5], int).weighs(int)
    assert not Vector([5], int).weighs(abs)
