"""A persistent sequence that grows at its end and shares its storage.

A view of 4,000 messages that grows by two each turn must not be copied each turn: appending returns a new `Vector` that
sees one item more of the same list. Only the newest vector of a family may grow in place; an older one copies first, so
every vector is a value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")


class Vector(Sequence[T], Generic[T]):
    """An immutable sequence with `append` in constant time and an optional running weight.

    `weigh` gives the weight of one item (for messages: tokens); `weight` is the sum over this vector.
    """

    __slots__ = ("_items", "_stop", "_sums", "_weigh")

    def __init__(self, items: Iterable[T] = (), weigh: Callable[[T], int] | None = None) -> None:
        self._items = list(items)
        self._stop = len(self._items)
        self._weigh = weigh
        self._sums = [0]
        if weigh is not None:
            for item in self._items:
                self._sums.append(self._sums[-1] + weigh(item))

    def append(self, item: T) -> Vector[T]:
        """Return a vector with one item more; constant time where this is the newest of its family."""
        newest = self if self._stop == len(self._items) else self._copy()
        newest._items.append(item)
        if newest._weigh is not None:
            newest._sums.append(newest._sums[-1] + newest._weigh(item))
        return newest._window(newest._stop + 1)

    def _copy(self) -> Vector[T]:
        """The same items in a storage of their own; they are not weighed again."""
        copied = self._window(self._stop)
        copied._items = self._items[: self._stop]
        copied._sums = self._sums[: self._stop + 1] if self._weigh is not None else [0]
        return copied

    def first(self, count: int) -> Vector[T]:
        """Return the vector of the first `count` items, sharing storage."""
        return self._window(min(count, self._stop))

    def _window(self, stop: int) -> Vector[T]:
        window: Vector[T] = Vector.__new__(Vector)
        window._items, window._sums, window._weigh = self._items, self._sums, self._weigh
        window._stop = stop
        return window

    @property
    def weight(self) -> int:
        """Sum of the items' weights; 0 where nothing weighs them."""
        return self._sums[self._stop] if self._weigh is not None else 0

    def weighs(self, weigh: Callable[[T], int]) -> bool:
        """Whether `weight` is the sum of just this function."""
        return self._weigh is weigh

    def sum_first(self, count: int) -> int:
        """Weight of the first `count` items, in constant time."""
        return self._sums[min(count, self._stop)] if self._weigh is not None else 0

    @property
    def storage(self) -> object:
        """The shared list, to be compared by identity: equal storage and a longer vector mean a common prefix."""
        return self._items

    def __len__(self) -> int:
        return self._stop

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[T, ...]: ...
    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            start, stop, step = index.indices(self._stop)
            return tuple(self._items[start:stop:step]) if step > 0 else tuple(self)[index]
        if not -self._stop <= index < self._stop:
            raise IndexError(f"index {index} is outside of a vector of {self._stop} items")
        return self._items[index if index >= 0 else index + self._stop]

    def __iter__(self) -> Iterator[T]:
        return iter(self._items[: self._stop])

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Vector):
            return self._stop == other._stop and (self._items is other._items or tuple(self) == tuple(other))
        return tuple(self) == other if isinstance(other, tuple) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"Vector({list(self)!r})"
