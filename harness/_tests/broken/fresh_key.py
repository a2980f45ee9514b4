"""Takes a new key for a call that an earlier life had begun."""

from harness._tests.broken.sound import Book, Loop
from harness.types import ToolCall


def key(book: Book, call: ToolCall) -> str:
    """Another key in doubt."""
    return f"{call.id}-again" if call.id in book.doubtful else call.id


LOOP = Loop(key=key)
