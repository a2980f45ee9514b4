"""Where two runs part: the first event that differs, in one sentence, with both events."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from harness.history import Event
from longhaul.lines import COLUMNS, clock_text, cut, line, wrapped


def parting(first: Sequence[Event], second: Sequence[Event]) -> str:
    """The first difference of two histories, or that there is none."""
    for a, b in zip_longest(first, second):
        if a != b:
            return "\n".join([wrapped(_sentence(a, b)), f"A {_shown(a)}", f"B {_shown(b)}"])
    return f"The two runs are equal: {len(first)} events, none differs."


def _sentence(a: Event | None, b: Event | None) -> str:
    known = a or b
    assert known is not None
    where = f"The runs part at event {known.number} (life {known.life}, {clock_text(known.at_ms)})"
    if a is None or b is None:
        return (
            f"{where}: {'A' if a is None else 'B'} has ended, {'B' if a is None else 'A'} goes on at {_place(known)}."
        )
    if (a.site, a.nth, a.kind) != (b.site, b.nth, b.kind):
        return f"{where}: A is at {_place(a)}, B at {_place(b)}."
    if (a.life, a.at_ms) != (b.life, b.at_ms) and a.detail == b.detail:
        return f"{where}: both are at {_place(a)}, but B is there at {clock_text(b.at_ms)} in life {b.life}."
    return f"{where}: both are at {_place(a)}, but {_detail(a, b)}."


def _place(event: Event) -> str:
    return f"{event.site}#{event.nth} {event.kind}" if event.nth else f"{event.site} {event.kind}"


def _detail(a: Event, b: Event) -> str:
    """The first field that differs; of long values the first place where they do."""
    names = [*a.detail, *(name for name in b.detail if name not in a.detail)]
    name = next(name for name in names if a.detail.get(name) != b.detail.get(name))
    left, right = repr(a.detail.get(name)), repr(b.detail.get(name))
    start = next((i for i, (x, y) in enumerate(zip(left, right)) if x != y), min(len(left), len(right)))
    start = max(0, start - 12) if max(len(left), len(right)) > 60 else 0
    return f"{name} is {_piece(left, start)} in A and {_piece(right, start)} in B"


def _piece(text: str, start: int, width: int = 60) -> str:
    before = "…" if start else ""
    after = "…" if len(text) > start + width else ""
    return f"{before}{text[start : start + width]}{after}"


def _shown(event: Event | None) -> str:
    return "(no event)" if event is None else cut(line(event), COLUMNS - 2)
