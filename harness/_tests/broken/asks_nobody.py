"""Repeats every call in doubt under its own key, whatever the tool is: no query, no person."""

from harness._tests.broken.sound import Book, Loop
from harness.types import Result, ToolCall


async def settle(book: Book, call: ToolCall) -> Result | None:
    """Just repeat it."""
    return None


LOOP = Loop(settle=settle)
