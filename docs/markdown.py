"""Markdown out of docstrings and values: headings, paragraphs, sentences and tables."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable
from importlib import import_module
from textwrap import dedent

MADE = "<!-- made by scripts/reference_pages from the code: change that -->\n"


def head(title: str, module: str) -> str:
    """The title of a generated page, and the docstring of the module that it is about."""
    return f"# {title}\n\n{MADE}\n{paragraphs(import_module(module))}\n\n"


def paragraphs(thing: object) -> str:
    """A docstring as Markdown: its paragraphs, and the examples among them as they stand."""
    parts = [dedent(part) for part in (thing.__doc__ or "").strip().split("\n\n")]
    return "\n\n".join(f"```\n{part}\n```" if _is_code(part) else part for part in parts)


def sentence(thing: object) -> str:
    """A docstring in one line."""
    return " ".join((inspect.getdoc(thing) or "").split())


def table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table; a bar inside of a cell becomes a slash."""
    lines = [headings, ("---",) * len(headings), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |\n" for line in lines)


def code(names: Iterable[str]) -> str:
    """Names as code, each once, in their order."""
    return ", ".join(f"`{name}`" for name in dict.fromkeys(names))


def _is_code(text: str) -> bool:
    """Whether Python can read it, or it is a command line, which no English sentence passes."""
    try:
        ast.parse(text)
    except SyntaxError:
        return all(line.startswith(("longhaul ", "assert_")) for line in text.splitlines())
    return True
