"""What was done in a scenario, entry by entry: kept in the world, told as progress, and judged in the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from harness.register import Register
from harness.world import World

Values: TypeAlias = tuple[str, ...]
Entries: TypeAlias = Register[str, tuple[Values, ...]]
"""By name, the values of each time that an entry was made."""

EMPTY = {"entries": Register(), "first_open": 0}
"""What a world begins with in which entries are made."""


def enter(world: World, names: Sequence[str], name: str, values: Values) -> World:
    """Make an entry; how many of `names` are entered from the first on is kept beside it."""
    entries: Entries = world.get("entries")
    entries = entries.put(name, (*(entries.get(name) or ()), values))
    first_open: int = world.get("first_open")
    while first_open < len(names) and names[first_open] in entries:
        first_open += 1
    return world.put("entries", entries).put("first_open", first_open)


def progress(world: World, names: Sequence[str]) -> str:
    """How far the work is, as the line that every entry answers with; empty while the first one is missing.

    It names no fact of the work: who has forgotten the past knows where to go on, and not how.
    """
    first_open: int = world.get("first_open")
    return f"done = all up to {names[first_open - 1]}" if first_open else ""


def wrong(wanted: Mapping[str, Values], did: str, world: World) -> str | None:
    """What is wrong with the entries, in one sentence; the order in which they were made is nobody's business."""
    entries: Entries = world.get("entries")
    for name, values in wanted.items():
        made = entries.get(name) or ()
        if len(made) > 1:
            return f"{name} was {did} {len(made)} times"
        if made and made[0] != values:
            found, right = next(pair for pair in zip(made[0], values, strict=True) if pair[0] != pair[1])
            return f"{name} was {did} with {found}, it is {right}"
    missing = [name for name in wanted if name not in entries]
    return f"{len(missing)} are not {did}, the first is {missing[0]}" if missing else None


def right(wanted: Mapping[str, Values], world: World) -> float:
    """The share of the wanted entries that were made once, with the right values."""
    entries: Entries = world.get("entries")
    return sum(entries.get(name) == (values,) for name, values in wanted.items()) / len(wanted)
