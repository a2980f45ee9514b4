"""A persistent mapping that gains keys and shares its storage: for mappings what `Vector` is for sequences.

A world of 4,000 effects remembers 4,000 results; a copy of them all for each new one would make long runs quadratic.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Register(Mapping[K, V]):
    """An immutable mapping with `put` in constant time where this is the newest of its family and the key is new."""

    __slots__ = ("_slots", "_stop")

    def __init__(self) -> None:
        self._slots: dict[K, tuple[int, V]] = {}
        self._stop = 0

    def put(self, key: K, value: V) -> Register[K, V]:
        """A register in which `key` has this value; this one stays as it is."""
        slots = self._slots
        if self._stop < len(slots) and slots.get(key, (self._stop,))[0] >= self._stop:
            slots = dict(
                islice(slots.items(), self._stop)
            )  # what newer ones put is behind: places are the order of keys
        elif key in slots:
            kept = [(known, found) for known, found in self.items() if known != key]
            slots = {known: (place, found) for place, (known, found) in enumerate(kept)}
        slots[key] = (len(slots), value)
        longer: Register[K, V] = Register()
        longer._slots, longer._stop = slots, len(slots)
        return longer

    def __getitem__(self, key: K) -> V:
        place, value = self._slots[key]
        if place >= self._stop:
            raise KeyError(key)
        return value

    def __len__(self) -> int:
        return self._stop

    def __iter__(self) -> Iterator[K]:
        return (key for key, (place, _) in self._slots.items() if place < self._stop)

    def __repr__(self) -> str:
        return f"Register({dict(self)!r})"
