"""A repr without memory addresses: what goes into a history or a journal is the same in every process."""

from __future__ import annotations

from typing import Any


def plain_repr(thing: Any) -> str:
    """The repr of a value; the bare name of an object or function that prints with its address."""
    text = repr(thing)
    if " at 0x" not in text:
        return text
    return str(getattr(thing, "__qualname__", type(thing).__qualname__))


def mended(value: Any) -> Any:
    """Lone surrogates, which no JSON in UTF-8 can hold, as replacement characters."""
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    if isinstance(value, dict):
        return {name: mended(item) for name, item in value.items()}
    return [mended(item) for item in value] if isinstance(value, (list, tuple)) else value
