"""Notes a failure and its wait, and looks at neither in its next life."""

from harness._tests.broken.sound import Book, Loop, ask
from harness.types import Reply, Request


async def hasty(book: Book) -> Reply | None:
    """In a new life, ask at once."""
    if not hasattr(book, "asked"):
        book.asked = True  # type: ignore[attr-defined]
        if book.of("Failed"):
            book.flush("request")
            return await book.host.model(Request(tuple(book.steps.view(book)), book.host.tools))
    return await ask(book)


LOOP = Loop(ask=hasty)
