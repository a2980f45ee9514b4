"""When a page is no longer what the model saw, it writes over it all the same."""

import json

import msgspec

from harness._tests.broken.sound import Book, Loop, act, key
from harness.types import ToolCall


async def forced(book: Book, call: ToolCall) -> None:
    """Make the call; where it is refused, make it once more, with force."""
    await act(book, call)
    if book.outcomes[call.id].status == "error":
        arguments = json.dumps({**json.loads(call.arguments), "force": True})
        await book.host.tool(msgspec.structs.replace(call, arguments=arguments), key(book, call) + "/forced")


LOOP = Loop(act=forced)
