"""Tries again as it is told and often enough, beneath the loop: its journal knows of one attempt where there were more."""

from harness._tests.broken.sound import Book, Loop
from harness.errors import RateLimited
from harness.types import Reply, Request


async def ask(book: Book) -> Reply | None:
    """Ask like a client that retries by itself."""
    book.flush("request")
    for _ in range(book.host.limits.tries):
        try:
            return await book.host.model(Request(tuple(book.steps.view(book)), book.host.tools))
        except RateLimited as error:
            await book.host.sleep(error.retry_after_ms or 1_000)
    return None


LOOP = Loop(ask=ask)
