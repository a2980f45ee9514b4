"""Takes a call in doubt for done, without asking anybody."""

from harness._tests.broken.sound import Book, Loop
from harness.types import Result, ToolCall


async def settle(book: Book, call: ToolCall) -> Result | None:
    """It will have worked."""
    return Result(content=f"{call.name} done")


LOOP = Loop(settle=settle)
