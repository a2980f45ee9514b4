"""Definitions of tools as pages: whole, or a stub of a name and one line. A call to a stub brings the definition back.

Only what has a required parameter is ever made a stub: called without arguments it is surely refused, with an answer that
names what is missing, and nothing is done.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from harness.tokens import tools_tokens
from harness.types import Tool

LINE_CHARACTERS = 60
NOTE = "Paged out: call it without arguments for its parameters."
EMPTY: dict[str, Any] = {"type": "object", "properties": {}}


def stub_of(tool: Tool) -> Tool:
    """The tool by its name and one line; the very tool where that saves nothing, or where a call could do something."""
    line = tool.description.partition(". ")[0].partition("\n")[0].rstrip(".")
    short = line if len(line) <= LINE_CHARACTERS else f"{line[:LINE_CHARACTERS]}..."
    stub = replace(tool, description=f"{short}. {NOTE}", schema=EMPTY)
    return stub if tool.schema.get("required") and tools_tokens((stub,)) < tools_tokens((tool,)) else tool


@dataclass(frozen=True, eq=False)
class Pages:
    """The definitions of some tools: `tokens` of all of them whole, `stubs` by name of those that may be paged out.

    `sizes` are the tokens of each of those where it is whole.
    """

    tools: tuple[Tool, ...]
    tokens: int
    stubs: dict[str, Tool]
    sizes: dict[str, int]

    def offered(self, resident: frozenset[str]) -> tuple[Tool, ...]:
        """The tools, stubs in place of all but these."""
        return _offered(self, resident)


class _Same:
    """Tools that are the same object: their schemas cannot be hashed, and comparing them would cost too much."""

    def __init__(self, tools: tuple[Tool, ...]) -> None:
        self.tools = tools

    def __hash__(self) -> int:
        return id(self.tools)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.tools is other.tools


def pages_of(tools: tuple[Tool, ...]) -> Pages:
    """The definitions as pages, worked out once for the same tools."""
    return _pages(_Same(tools))


@lru_cache(maxsize=16)
def _pages(same: _Same) -> Pages:
    pairs = [(tool, stub_of(tool)) for tool in same.tools]
    paged = [(tool, stub) for tool, stub in pairs if stub is not tool]
    sizes = {tool.name: tools_tokens((tool,)) for tool, _ in paged}
    return Pages(same.tools, tools_tokens(same.tools), {stub.name: stub for _, stub in paged}, sizes)


@lru_cache(maxsize=256)
def _offered(pages: Pages, resident: frozenset[str]) -> tuple[Tool, ...]:
    if resident.issuperset(pages.stubs):
        return pages.tools
    return tuple(tool if tool.name in resident else pages.stubs.get(tool.name, tool) for tool in pages.tools)
