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
    `step` may change the state it is given and return it; `copied` gives a state of its own to a fork, or to the fold it
    was forked from: whichever reads on first. A fork that never reads on costs nothing.
    """

    def __init__(
        self, initial: Callable[[], S], step: Callable[[S, Message], S], copied: Callable[[S], S] = deepcopy
    ) -> None:
        self._initial = initial
        self._step = step
        self._copied = copied
        self._view: Vector[Message] = Vector()
        self._state = initial()
        self._shared = False

    def fork(self) -> Folding[S]:
        """A fold that remembers the same prefix and goes on by itself."""
        self._shared = True
        return copy(self)

    def __call__(self, view: Vector[Message]) -> S:
        """The state after the last message of `view`."""
        known = self._view
        if not (len(known) <= len(view) and (view.storage is known.storage or view[: len(known)] == known[:])):
            known, self._state, self._shared = Vector(), self._initial(), False
        if self._shared and len(known) < len(view):
            self._state, self._shared = self._copied(self._state), False
        state = self._state
        for message in view[len(known) :]:
            state = self._step(state, message)
        self._view, self._state = view, state
        return state
