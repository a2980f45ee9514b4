"""Drive a policy that asks the model: from the start each time, with the answers so far.

A generator cannot be saved as a frame, so it is re-run with the recorded replies. Its requests must then be the same again;
a policy that yields something else on a re-run is impure and is refused by name.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from inspect import isgenerator
from typing import Any, TypeAlias

import msgspec

from harness.plain import plain_repr
from harness.policies.validate import PolicyError, as_messages
from harness.types import Message, Policy, Reply, View

YIELDS_MAX = 32
"""Requests that one compaction may send."""


@dataclass(frozen=True)
class Condense:
    """The policy wants the model to answer this view next; `digest` names it in the journal."""

    nth: int
    digest: str
    view: tuple[Message, ...]


@dataclass(frozen=True)
class Final:
    """The policy is through: this is the view from now on (the same object where nothing is to do)."""

    view: View


Step: TypeAlias = Condense | Final


def drive(policy: Policy, view: View, budget: int, replies: Sequence[tuple[str, Reply]]) -> Step:
    """The next step of a policy, given the replies so far as (digest of the yielded view, reply).

    Raises `PolicyError` for an impure policy, for one that raises or exits, and for one that never comes to an end.
    """
    name = plain_repr(policy)
    try:
        answer = policy(view, budget)
        if not isgenerator(answer):
            return Final(answer)
        asking: Any = answer
        return _drive(name, asking, replies)
    except PolicyError:
        raise
    except (Exception, SystemExit) as error:
        raise PolicyError(f"{name} raised {type(error).__name__}: {error}") from error


def _drive(name: str, asking: Generator[View, Reply, View], replies: Sequence[tuple[str, Reply]]) -> Step:
    try:
        wanted = as_messages(name, next(asking))
        for nth, (known, reply) in enumerate(replies):
            if view_digest(wanted) != known:
                raise PolicyError(
                    f"{name} is impure: its request {nth} is another one on a re-run; use no clock, no randomness"
                )
            wanted = as_messages(name, asking.send(reply))
    except StopIteration as stop:
        return Final(stop.value)
    finally:
        asking.close()
    if len(replies) >= YIELDS_MAX:
        raise PolicyError(f"{name} asked the model {YIELDS_MAX} times in one compaction and is not done; return a view")
    return Condense(len(replies), view_digest(wanted), wanted)


def view_digest(view: View) -> str:
    """A digest of a view's messages."""
    return blake2b(msgspec.json.encode(tuple(view)), digest_size=8).hexdigest()
