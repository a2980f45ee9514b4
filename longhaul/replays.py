"""What a replay says: one line a journal, and the first of each thing that differs."""

from __future__ import annotations

from collections.abc import Iterator

from longhaul.goldens import Replayed
from longhaul.lines import wrapped


def replay_text(found: Replayed, accepted: bool = False) -> str:
    """A replay in lines of at most 100 columns; `accepted` shows all that differs: it was declared right just now."""
    lines = [f"{found.path}: replayed {found.entries:,} entries, {found.decisions:,} decisions: {_count(found)}"]
    lines += [f"  {line}" for line in _details(found, accepted)]
    if accepted:
        lines.append(
            "  nothing had to be accepted" if found.same else "  accepted: this is what it decides from now on"
        )
    return wrapped("\n".join(lines))


def _count(found: Replayed) -> str:
    count = "1 differs" if len(found.differences) == 1 else f"{len(found.differences):,} differ"
    known = f" ({found.accepted} accepted)" if found.accepted else ""
    if found.states:
        return f"{count}{known}, {len(found.states)} of {found.marks} states differ"
    return f"{count}{known}, {found.marks} states equal" if found.marks else f"{count}{known}"


def _details(found: Replayed, every: bool) -> Iterator[str]:
    for item in found.differences if every else found.differences[:1]:
        first = f"the first after entry {item.after} (byte {found.byte})"
        yield first if item is found.differences[0] else f"after entry {item.after}"
        yield f"  recorded:           {item.recorded}"
        yield f"  today's code:       {item.decided}"
    if found.stale:
        yield f"accepted as different and the same again: after entry {', '.join(map(str, found.stale))}"
    for after, names in found.states if every else found.states[:1]:
        yield f"the state after {after} entries differs in {', '.join(names)}"
    yield from (f"the session would start otherwise: {item}" for item in found.pinned)
    if found.not_kept >= 0:
        yield f"the record at byte {found.not_kept} holds something that today's entries do not keep"
    if found.torn:
        yield f"a torn tail of {found.torn} bytes; resuming cuts it off"
