"""Tries again at once, whatever wait the vendor asked for."""

from harness._tests.broken.sound import Book, Loop
from harness.errors import RateLimited
from harness.types import Reply, Request


async def ask(book: Book) -> Reply | None:
    """Ask until the tries are used up, without a pause."""
    for _ in range(book.host.limits.tries):
        book.flush("request")
        try:
            return await book.host.model(Request(tuple(book.steps.view(book)), book.host.tools))
        except RateLimited:
            book.note("Failed", what="model", error="RateLimited", not_before=0)
            await book.host.sleep(10)
    return None


LOOP = Loop(ask=ask)
