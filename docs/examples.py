"""The files and commands inside of a Markdown page, so that a test can run them.

A block that begins with ```` ```python NAME ```` is the file NAME; in a block that begins with ```` ```console ````, lines
after `$ ` are commands, and what follows each is what it prints.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_BLOCK = re.compile(r"^```(\w*)[ ]?(.*?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Command:
    """One command line, and what the page says that it prints ('' where it does not say)."""

    line: str
    prints: str


def files_in(page: str, languages: tuple[str, ...] = ("python",)) -> dict[str, str]:
    """The named files of a page in these languages."""
    return {name: code for language, name, code in _BLOCK.findall(page) if language in languages and name}


def commands_in(page: str) -> list[Command]:
    """The commands of a page, in order."""
    commands = []
    for language, _, text in _BLOCK.findall(page):
        if language == "console":
            for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
                line, _, prints = part.partition("\n")
                commands.append(Command(line, prints))
    return commands
