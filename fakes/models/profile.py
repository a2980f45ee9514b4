"""How well a model uses what it sees. Only `perfect` is built in; calibrated profiles have the same shape.

Whether a visible fact is used is decided by a threshold on a hash, never by a draw: two policies are compared on common
random numbers, and a better context never loses a fact that a worse one kept.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.draws import NUMBERS, number_of
from harness.resolve import unknown


@dataclass(frozen=True)
class Profile:
    """A model's skill. `window` in tokens, `latency_ms` a request, `literal` the share of visible facts that are used."""

    name: str
    window: int = 1_000_000
    latency_ms: int = 1_000
    literal: float = 1.0

    def p_use(self, length: int, from_start: int, to_end: int) -> float:
        """Probability that a fact `from_start` tokens after the start and `to_end` before the end of `length` is used."""
        return self.literal


PROFILES = (Profile("perfect"),)
"""The built-in profiles. `perfect` uses whatever is visible: a control, not a model."""


def profile(name: str) -> Profile:
    """The profile of a name. Raises `UsageError` with what exists."""
    for known in PROFILES:
        if known.name == name:
            return known
    raise unknown("model profile", name, [known.name for known in PROFILES])


def used(seed: int, item: str, fact: str, attempts: int, p: float) -> bool:
    """Whether a visible fact is used: hash(seed, item, fact, attempts visible in the context) < p."""
    if p >= 1.0:
        return True
    return number_of(f"{seed}/{item}/{fact}/{attempts}") < p * NUMBERS
