"""Good answers, and what faults make of one; for the tests that ask the vendors' own clients."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from fakes.providers import PROVIDERS
from harness.errors import DoorError
from harness.types import Reply, ToolCall, Usage

NAMES = [one.name for one in PROVIDERS]
both = pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
each = pytest.mark.parametrize("name", NAMES)

USAGE = Usage(2_000, 1_024, 33)
ONE = ToolCall("call_1", "pay", '{"to":"Ann","sum":1000}')
TWO = ToolCall("call_2", "pay", '{"to":"Bob","sum":2}')
LONG_ARGUMENTS = '{"a":"' + "x" * 99_999 + '"}'

GOOD = {
    "text": Reply("All paid.", (), "end", USAGE),
    "one call": Reply("", (ONE,), "calls", USAGE),
    "text and call": Reply("I pay.", (ONE,), "calls", USAGE),
    "parallel calls": Reply("I pay both.", (ONE, TWO, ToolCall("call_3", "look", "{}")), "calls", USAGE),
    "empty": Reply("", (), "end", USAGE),
    "long": Reply("word " * 40_000, (), "end", Usage(9, 0, 60_000)),
    "long arguments": Reply("", (ToolCall("call_1", "pay", LONG_ARGUMENTS),), "calls", USAGE),
    "unicode": Reply("Ünï\u2028cödé 漢字 👩\u200d👩\u200d👧 \x00 \r\n \x1b[31m", (), "end", USAGE),
    "nothing cached": Reply("hi", (), "end", Usage(10, 0, 1)),
    "all cached": Reply("hi", (), "end", Usage(1_024, 1_024, 1)),
    "cut by length": Reply("All pa", (), "length", USAGE),
    "a word of tomorrow": Reply("hm", (), "a_word_of_tomorrow", USAGE),
}  # fmt: skip


def struck(fault: Any) -> Reply | DoorError:
    """What the model door gives under a fault."""

    async def proceed() -> Reply:
        return GOOD["text and call"]

    try:
        return asyncio.run(fault(None, proceed))
    except DoorError as error:
        return error
