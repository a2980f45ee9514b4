"""Shows the model the outcomes of this life only: what an earlier one knew is lost to it."""

from harness._tests.broken.sound import Book, Loop, view
from harness.types import Message


def short(book: Book) -> list[Message]:
    """The goal, and in a later life nothing of what came before."""
    started = getattr(book, "begun_with", None)
    if started is None:
        started = book.begun_with = len(book.replies)  # type: ignore[attr-defined]
    messages = view(book)
    starts = [index for index, message in enumerate(messages) if message.role == "assistant"]
    return messages if not started or len(starts) <= started else [messages[0], *messages[starts[started] :]]


LOOP = Loop(view=short)
