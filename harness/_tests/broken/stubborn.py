"""Waits as it is told, but never gives up."""

from harness._tests.broken.sound import Book, Loop
from harness.errors import RateLimited
from harness.types import Reply, Request


async def ask(book: Book) -> Reply | None:
    """Ask for ever."""
    while True:
        book.flush("request")
        try:
            return await book.host.model(Request(tuple(book.steps.view(book)), book.host.tools))
        except RateLimited as error:
            book.note("Failed", what="model", error="RateLimited", not_before=0)
            await book.host.sleep(error.retry_after_ms or 1_000)


LOOP = Loop(ask=ask)
