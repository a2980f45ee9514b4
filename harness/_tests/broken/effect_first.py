"""Makes the calls first and notes the intents afterwards."""

import asyncio

import msgspec

from harness._tests.broken.sound import Book, Loop


async def work(book: Book) -> None:
    """Flush the reply, act, then write down what was intended."""
    book.flush("call")
    calls = book.open
    await asyncio.gather(*(book.steps.act(book, call) for call in calls))
    for call in calls:
        book.note("Called", intents=[{"call": msgspec.to_builtins(call), "key": book.steps.key(book, call)}])


LOOP = Loop(work=work)
