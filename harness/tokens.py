"""The one token count of the project: ceil(UTF-8 bytes / 3.2), deterministic and stated in every table.

3.2 bytes a token is the upper end of what real Claude agent logs show (2.7 to 3.2) and below GPT-5's 3.9; it is a unit,
not a claim about a vendor's tokenizer.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import msgspec

from harness.types import Message, Reply, Tool


def text_bytes(text: str) -> int:
    """UTF-8 bytes of a text; lone surrogates, which UTF-8 cannot hold, count three bytes each."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def count_tokens(size_bytes: int) -> int:
    """ceil(bytes / 3.2), in integers."""
    return (size_bytes * 10 + 31) // 32


def message_tokens(message: Message) -> int:
    """Tokens of one message: its text, and the names and arguments of its calls."""
    size = text_bytes(message.content)
    for call in message.calls:
        size += text_bytes(call.name) + text_bytes(call.arguments)
    return count_tokens(size)


def reply_tokens(reply: Reply) -> int:
    """Output tokens of a reply: its text, and the names and arguments of its calls."""
    size = text_bytes(reply.text)
    for call in reply.calls:
        size += text_bytes(call.name) + text_bytes(call.arguments)
    return count_tokens(size)


def view_tokens(messages: Iterable[Message]) -> int:
    """Tokens of a view: the sum over its messages."""
    return sum(message_tokens(message) for message in messages)


def tools_tokens(tools: tuple[Tool, ...]) -> int:
    """Tokens of the tool definitions that travel with every request."""
    return _tools_tokens(tuple((tool.name, tool.description, msgspec.json.encode(tool.schema)) for tool in tools))


def tool_bytes(tool: Tool) -> int:
    """Bytes of one definition; the tokens of several are those of the sum."""
    return text_bytes(tool.name) + text_bytes(tool.description) + len(msgspec.json.encode(tool.schema))


@lru_cache(maxsize=64)
def _tools_tokens(parts: tuple[tuple[str, str, bytes], ...]) -> int:
    return count_tokens(
        sum(text_bytes(name) + text_bytes(description) + len(schema) for name, description, schema in parts)
    )
