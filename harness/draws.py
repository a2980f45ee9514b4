"""Numbers that follow from a text and nothing else: the same everywhere, and whatever else is drawn."""

from __future__ import annotations

from hashlib import blake2b

NUMBERS = 2**64
"""How many numbers there are to draw from."""


def number_of(text: str) -> int:
    """A whole number from 0 and below `NUMBERS`."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def share_of(text: str) -> float:
    """A number from 0 to 1."""
    return number_of(text) / NUMBERS
