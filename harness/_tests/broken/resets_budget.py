"""Counts the turns of this life only: each crash gives it a new budget."""

from harness._tests.broken.sound import Book, Loop


def exhausted(book: Book) -> bool:
    """Turns since the last resume."""
    started = getattr(book, "turns_before", None)
    if started is None:
        started = book.turns_before = len(book.replies)  # type: ignore[attr-defined]
    return len(book.replies) - started >= book.host.limits.turns


LOOP = Loop(exhausted=exhausted)
