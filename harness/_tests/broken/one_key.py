"""Uses one key for everything it does."""

from harness._tests.broken.sound import Book, Loop
from harness.types import ToolCall


def key(book: Book, call: ToolCall) -> str:
    """The session's."""
    return book.host.session


LOOP = Loop(key=key)
