"""Stops without a word when it finds a call in doubt."""

from harness._tests.broken.sound import Book, Loop
from harness.types import Result, ToolCall


async def settle(book: Book, call: ToolCall) -> Result | None:
    """Too risky."""
    book.note("Finished", outcome="failed", reason="in doubt")
    return Result(status="error", error="in doubt")


LOOP = Loop(settle=settle)
