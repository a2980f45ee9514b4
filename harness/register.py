"""A persistent mapping that gains keys and shares its storage: for mappings what `Vector` is for sequences.

A world of 4,000 effects remembers 4,000 results; a copy of them all for each new one would make long runs quadratic, and so
would a copy for each of thousands of runs that begin alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")

OWN_MOST = 64
"""Keys that a register keeps beside a storage that others have gone on with, before it gets a storage of its own."""


class Register(Mapping[K, V]):
    """An immutable mapping with `put` in constant time.

    The newest of a family puts into the storage they share. An older one keeps what is put into it beside the storage, of
    which it sees the beginning only.
    """

    __slots__ = ("_own", "_size", "_slots", "_stop")

    def __init__(self) -> None:
        self._slots: dict[K, tuple[int, V]] = {}
        self._stop = 0
        self._own: dict[K, V] = {}
        self._size = 0

    def put(self, key: K, value: V) -> Register[K, V]:
        """A register in which `key` has this value; this one stays as it is."""
        longer: Register[K, V] = Register()
        slots = self._slots
        if not self._own and self._stop == len(slots) and key not in slots:
            slots[key] = (self._stop, value)
            longer._slots, longer._stop, longer._size = slots, self._stop + 1, self._size + 1
        elif len(self._own) < OWN_MOST:
            longer._slots, longer._stop = slots, self._stop
            longer._own = {**self._own, key: value}
            longer._size = self._size + (key not in self)
        else:
            whole = {**dict(self.items()), key: value}
            longer._slots = {known: (place, found) for place, (known, found) in enumerate(whole.items())}
            longer._stop = longer._size = len(whole)
        return longer

    def __getitem__(self, key: K) -> V:
        if key in self._own:
            return self._own[key]
        place, value = self._slots[key]
        if place >= self._stop:
            raise KeyError(key)
        return value

    def get(self, key: K, default: V | None = None) -> V | None:  # type: ignore[override]
        """The value of a key, or the default."""
        if key in self._own:
            return self._own[key]
        found = self._slots.get(key)
        return found[1] if found is not None and found[0] < self._stop else default

    def __contains__(self, key: object) -> bool:
        if key in self._own:
            return True
        found = self._slots.get(key)  # type: ignore[arg-type]
        return found is not None and found[0] < self._stop

    def __eq__(self, other: object) -> bool:
        """Whether both hold the same. Registers of one family are compared by what each has beside the other only."""
        if not isinstance(other, Register):
            return NotImplemented if not isinstance(other, Mapping) else dict(self.items()) == dict(other.items())
        if self._size != other._size:
            return False
        if self._slots is not other._slots:
            return dict(self.items()) == dict(other.items())
        shared = min(self._stop, other._stop)
        beside = {*islice(self._slots, shared, max(self._stop, other._stop)), *self._own, *other._own}
        return all(key in self and key in other and self[key] == other[key] for key in beside)

    def __hash__(self) -> int:
        return hash(frozenset(self.items()))

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[K]:
        yield from (key for key, (place, _) in self._slots.items() if place < self._stop)
        yield from (key for key in self._own if (found := self._slots.get(key)) is None or found[0] >= self._stop)

    def __repr__(self) -> str:
        return f"Register({dict(self)!r})"
