"""Server-sent events as vendors send them: one chunk an event, and text in pieces.

The format is that of the HTML standard, 9.2: `event: NAME` where the vendor names its events, `data: JSON`, an empty line.
"""

from __future__ import annotations

from typing import Any

import msgspec

from harness.wire import Chunk

PIECE_MIN = 8
PIECES_MAX = 64
"""A text is sent in at most so many pieces, so that a line of a megabyte is no flood of events."""

DONE = Chunk(b"data: [DONE]\n\n")
"""The last event of a stream of Chat Completions, and of no other."""

CONTENT_TYPE = "text/event-stream; charset=utf-8"


def event(data: Any, name: str = "") -> Chunk:
    """One event; `name` is its type, '' where the vendor gives none. JSON holds no line break, so one line is enough."""
    head = f"event: {name}\n".encode() if name else b""
    return Chunk(head + b"data: " + msgspec.json.encode(data) + b"\n\n")


def pieces(text: str) -> list[str]:
    """A text cut into the deltas of a stream, in order, none of them empty; joined they are the text again."""
    size = max(PIECE_MIN, -(-len(text) // PIECES_MAX))
    return [text[start : start + size] for start in range(0, len(text), size)]
