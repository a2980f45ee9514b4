"""Long tool results keep their head and their tail."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace

from harness.tokens import text_bytes
from harness.types import Message, View


@dataclass(frozen=True)
class TruncateToolOutput:
    """Under pressure, cut the middle out of tool results of more than `head + tail` characters."""

    head: int = 200
    tail: int = 100

    def __call__(self, view: View, budget: int) -> View:
        changed = tuple(self._cut(message) for message in view)
        return view if all(new is old for new, old in zip(changed, view, strict=True)) else changed

    def _cut(self, message: Message) -> Message:
        text = message.content
        marker = f"\n[... {text_bytes(text[self.head : len(text) - self.tail])} bytes cut ...]\n"
        if message.role != "tool" or message.pinned or len(text) <= self.head + self.tail + len(marker):
            return message
        return replace(message, content=text[: self.head] + marker + text[len(text) - self.tail :])
