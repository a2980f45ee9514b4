"""Calls with other arguments than the model asked for."""

import msgspec

from harness._tests.broken.sound import Book, Loop, act
from harness.types import ToolCall


async def other(book: Book, call: ToolCall) -> None:
    """The same arguments in other words."""
    await act(book, msgspec.structs.replace(call, arguments=call.arguments.replace(": ", ":")))


LOOP = Loop(act=other)
