"""Fold a growing view without starting over: the reader, the validator and the digest all cost per new message only."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy, deepcopy
from typing import Generic, TypeVar

from harness.types import Message
from harness.vector import Vector

S = TypeVar("S")


class Folding(Generic[S]):
    """`step` over the messages of a view, remembering the newest prefix.

    The answer is that of a fold from the start: a view that does not begin with the messages folded last is folded afresh.
    `step` may change the state it is given and return it; `copied` gives a state of its own to a fork.
    """

    def __init__(
        self, initial: Callable[[], S], step: Callable[[S, Message], S], copied: Callable[[S], S] = deepcopy
    ) -> None:
        self._initial = initial
        self._step = step
        self._copied = copied
        self._view: Vector[Message] = Vector()
        self._state = initial()

    def fork(self) -> Folding[S]:
        """A fold that remembers the same prefix and goes on by itself."""
        forked = copy(self)
        forked._state = self._copied(self._state)
        return forked

    def __call__(self, view: Vector[Message]) -> S:
        """The state after the last message of `view`."""
        known = self._view
        if not (len(known) <= len(view) and (view.storage is known.storage or view[: len(known)] == known[:])):
            known, self._state = Vector(), self._initial()
        state = self._state
        for message in view[len(known) :]:
            state = self._step(state, message)
        self._view, self._state = view, state
        return state
