"""Sound too: sums up what was done in the words of the tools."""

from harness._tests.broken.sound import Book, Loop, view
from harness.types import Message


def summed_up(book: Book) -> list[Message]:
    """All before the last reply with calls becomes a summary."""
    messages = view(book)
    starts = [index for index, message in enumerate(messages) if message.calls]
    if len(starts) < 2:
        return messages
    old = [message.content for message in messages[1 : starts[-1]] if message.role == "tool"]
    return [messages[0], Message("user", "\n".join(["Summary:", *old])), *messages[starts[-1] :]]


LOOP = Loop(view=summed_up)
