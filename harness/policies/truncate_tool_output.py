"""Long tool results keep their head and their tail."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace

from harness.tokens import text_bytes
from harness.types import Message, View


@dataclass(frozen=True)
class TruncateToolOutput:
    """Under pressure, cut whole lines out of the middle of long tool results; the newest `keep` results stay whole.

    Imitates the truncation of tool output in Codex CLI and OpenHands, where head and tail stay and a line says that something
    is missing. There it is done once, when a result arrives, and leaves far more; that it waits for pressure, and the sizes,
    are choices made here. `head` and `tail` are characters; a single line longer than that is cut inside.
    """

    head: int = 200
    tail: int = 100
    keep: int = 2

    def __call__(self, view: View, budget: int) -> View:
        results = [index for index, message in enumerate(view) if message.role == "tool"]
        cuttable = set(results[: -self.keep] if self.keep else results)
        changed = tuple(self._cut(message) if index in cuttable else message for index, message in enumerate(view))
        return view if all(new is old for new, old in zip(changed, view, strict=True)) else changed

    def _cut(self, message: Message) -> Message:
        text = message.content
        if message.pinned or len(text) <= self.head + self.tail:
            return message
        start, stop = self._middle(text)
        marker = f"[... {text_bytes(text[start:stop])} bytes cut ...]\n"
        shorter = text[:start] + marker + text[stop:]
        return replace(message, content=shorter) if text_bytes(shorter) < text_bytes(text) else message

    def _middle(self, text: str) -> tuple[int, int]:
        """Where the cut begins and ends: at line breaks, where there are any within head and tail."""
        start = text.rfind("\n", 0, self.head) + 1 or self.head
        stop = text.find("\n", len(text) - self.tail) + 1 or len(text) - self.tail
        return start, stop
