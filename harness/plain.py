"""A repr without memory addresses: what goes into a history or a journal is the same in every process."""

from __future__ import annotations

from typing import Any


def plain_repr(thing: Any) -> str:
    """The repr of a value; the bare name of an object or function that prints with its address."""
    text = repr(thing)
    if " at 0x" not in text:
        return text
    return str(getattr(thing, "__qualname__", type(thing).__qualname__))
