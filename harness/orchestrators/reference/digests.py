"""Digests of a state, field by field: what a golden journal keeps so that a changed `evolve` is noticed, and named.

Fields at their default are left out. So a field that is new and that a journal never moves changes no digest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import msgspec

from harness.orchestrators.reference import state
from harness.orchestrators.reference.entries import Entry
from harness.orchestrators.reference.replaying import Evolve
from harness.orchestrators.reference.state import State
from harness.plain import mended
from harness.vector import Vector

DIGEST_BYTES = 4


def digests_of(folded: State) -> dict[str, str]:
    """A digest of 8 hex digits for every field that is not at its default."""
    return {name: _digest(value) for name, value in _moved(folded).items()}


def digests_at(
    entries: Sequence[Entry], marks: Iterable[int], evolve: Evolve = state.evolve
) -> dict[int, dict[str, str]]:
    """The digests of the fold after each number of entries, in one pass; a mark beyond the end has none."""
    wanted, found, folded = set(marks), {}, State()
    for number, entry in enumerate(entries, 1):
        folded = evolve(folded, entry)
        if number in wanted:
            found[number] = digests_of(folded)
    return found


def unlike(recorded: dict[str, str], today: dict[str, str]) -> tuple[str, ...]:
    """The names of the fields on which two digests of a state do not agree."""
    return tuple(sorted(name for name in {*recorded, *today} if recorded.get(name) != today.get(name)))


def _digest(value: Any) -> str:
    return blake2b(msgspec.json.encode(mended(_plain(value))), digest_size=DIGEST_BYTES).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        return [type(value).__name__, _plain(_moved(value))]
    if isinstance(value, (tuple, list, Vector)):
        return [_plain(item) for item in value]
    return {str(name): _plain(item) for name, item in value.items()} if isinstance(value, dict) else value


def _moved(value: msgspec.Struct) -> dict[str, Any]:
    """The fields of a value that are not at their default."""
    present = ((name, getattr(value, name), default) for name, default in _defaults(type(value)))
    return {name: item for name, item, default in present if item != default}


@lru_cache
def _defaults(kind: type[msgspec.Struct]) -> tuple[tuple[str, Any], ...]:
    return tuple((item.name, item.default) for item in msgspec.structs.fields(kind))
