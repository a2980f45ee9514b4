"""Fold a growing view without starting over: the reader, the validator and the digest all cost per new message only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from harness.types import Message
from harness.vector import Vector

S = TypeVar("S")


class Folding(Generic[S]):
    """`step` over the messages of a view, remembering the newest prefix.

    The answer is that of a fold from the start: a view of another storage, or a shorter one, is folded afresh. `step` may
    change the state it is given and return it.
    """

    def __init__(self, initial: Callable[[], S], step: Callable[[S, Message], S]) -> None:
        self._initial = initial
        self._step = step
        self._storage: object = None
        self._stop = 0
        self._state = initial()

    def __call__(self, view: Vector[Message]) -> S:
        """The state after the last message of `view`."""
        if view.storage is not self._storage or len(view) < self._stop:
            self._storage, self._stop, self._state = view.storage, 0, self._initial()
        state = self._state
        for message in view[self._stop :]:
            state = self._step(state, message)
        self._state, self._stop = state, len(view)
        return state
