"""A register is a value: it behaves like a dict that is copied at every `put`, whoever else shares its storage."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.register import Register

STEPS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers()), max_size=30)


@given(STEPS)
def test_a_family_of_registers_equals_a_family_of_copied_dicts(steps: list[tuple[int, int, int]]):
    registers, dicts = [Register[int, int]()], [{}]
    for ancestor, key, value in steps:
        chosen = -1 - ancestor % len(registers)
        dicts.append({**dicts[chosen], key: value})
        registers.append(registers[chosen].put(key, value))
    assert registers == dicts
    assert [len(register) for register in registers] == [len(plain) for plain in dicts]


def test_what_a_later_register_gained_an_earlier_one_does_not_have():
    earlier = Register[str, int]().put("a", 1)
    later = earlier.put("b", 2)
    assert "b" not in earlier and list(earlier) == ["a"]
    with pytest.raises(KeyError, match="b"):
        earlier["b"]
    assert dict(later) == {"a": 1, "b": 2}


def test_a_thousand_new_keys_share_one_storage():
    register = Register[int, int]()
    first = register
    for key in range(1_000):
        register = register.put(key, key)
    assert register._slots is first._slots
    assert len(first) == 0 and len(register) == 1_000


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5), st.integers(0, 2)), max_size=30))
def test_registers_of_one_family_are_equal_just_where_they_hold_the_same(puts: list[tuple[int, int, int]]) -> None:
    known: list[tuple[Register[int, int], dict[int, int]]] = [(Register(), {})]
    for which, key, value in puts:
        register, plain = known[which % len(known)]
        known.append((register.put(key, value), {**plain, key: value}))
    assert [dict(register.items()) for register, _ in known] == [plain for _, plain in known]
    for one, plain in known:
        assert [one == other for other, _ in known] == [plain == others for _, others in known]
        assert (len(one), set(one)) == (len(plain), set(plain))


def test_a_register_that_others_went_on_from_takes_any_number_of_keys() -> None:
    first: Register[int, int] = Register()
    newest = first.put(0, 0)
    late = first
    for key in range(200):
        late = late.put(key, -key)
    assert dict(late.items()) == {key: -key for key in range(200)}
    assert dict(newest.items()) == {0: 0}
