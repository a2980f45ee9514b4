"""Repeats a call that was lost without a word about it in the journal."""

from harness._tests.broken.sound import Book, Loop, key
from harness.errors import ConnectionLost
from harness.types import Result, ToolCall


async def quiet(book: Book, call: ToolCall) -> None:
    """Try until it works."""
    result = Result(status="error", error="no luck")
    for _ in range(book.host.limits.tries):
        try:
            result = await book.host.tool(call, key(book, call), book.host.limits.tool_timeout_ms)
            break
        except ConnectionLost:
            continue
    book.note("Returned", id=call.id, result={"content": result.content, "status": result.status})


LOOP = Loop(act=quiet)
