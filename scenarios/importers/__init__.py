"""Importers: recordings of other tools, one file a format, each a pure reader into the project's own shape.

    for trajectory in read("session.jsonl"):
        print(trajectory.id, len(trajectory.messages))

The format is recognised from the first values of a file; `read(path, "codex")` forces one.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from harness.errors import UsageError
from scenarios.importers import (
    atif,
    claude_code,
    codex,
    langfuse,
    langsmith,
    openai_chat,
    otlp,
    own,
    swe_agent,
    tau2,
    tau_bench,
)
from scenarios.importers.format import Format
from scenarios.importers.shape import wrong
from scenarios.importers.source import Source, opened
from scenarios.importers.trajectory import Trajectory

FORMATS: tuple[Format, ...] = tuple(
    module.FORMAT
    for module in (
        own, swe_agent, tau_bench, tau2, claude_code, codex, openai_chat, atif, otlp, langfuse, langsmith
    )
)  # fmt: skip
"""Every format, in the order in which they are tried."""

LOOKED_AT = 40
"""Values at the beginning of a file that are looked at; some formats begin with records of other kinds."""

SUFFIXES = (".jsonl", ".jsonl.gz", ".json", ".json.gz", ".traj")


def read(path: str | Path, format: str = "", *, skip_broken: bool = False) -> Iterator[Trajectory]:
    """The conversations of a file. Raises `UsageError` for a file of none of the formats, and for what is broken in it."""
    with opened(path, skip_broken) as source:
        yield from read_source(source, chosen(source, format))


def read_source(source: Source, chosen: Format) -> Iterator[Trajectory]:
    """The conversations of an opened file, each in shape. Raises `UsageError` for one that is not, and where there is none."""
    found = False
    for trajectory in chosen.read(source):
        problem = wrong(trajectory.messages, trajectory.events)
        if problem:
            source.refuse_conversation(trajectory.id, problem)
            continue
        found = True
        yield trajectory
    if not found:
        raise UsageError(f"{source.path} holds no conversation that was answered (read as {chosen.name})")


def chosen(source: Source, name: str = "") -> Format:
    """The format of that name, or the one that the content shows. Raises `UsageError` with what was found and what exists."""
    known = {one.name: one for one in FORMATS}
    if name:
        if name not in known:
            near = difflib.get_close_matches(name, known)
            hint = f"did you mean {near[0]}? " if near else ""
            raise UsageError(f"no format {name!r}; {hint}there are {', '.join(known)}")
        return known[name]
    first: list[Any] = [value for _, value in islice(source.values(), LOOKED_AT)]
    for value in first:
        for one in FORMATS:
            if one.matches(value):
                return one
    raise UsageError(
        f"{source.path} is a trace of no known format: it holds {_described(first)}; there are {', '.join(known)} "
        "(--format forces one)"
    )


def _described(values: list[Any]) -> str:
    """What the first value is, in words."""
    if not values:
        return "nothing"
    value = values[0]
    if isinstance(value, dict):
        keys = ", ".join(ascii(key)[:24] for key in list(value)[:6])
        return f"objects with {keys}" if keys else "empty objects"
    return f"values such as {ascii(value)[:40]}"


def files_under(path: str) -> tuple[Path, ...]:
    """The files at a path: it itself, or all traces in a folder, deep down. Raises `UsageError` where there is none."""
    root = Path(path)
    if root.is_dir():
        found = sorted(item for item in root.rglob("*") if item.is_file() and item.name.endswith(SUFFIXES))
        if not found:
            raise UsageError(f"no traces in the folder {path!r}; it holds no file that ends in {', '.join(SUFFIXES)}")
        return tuple(found)
    if not root.is_file():
        raise UsageError(f"no file {path!r}; name a trace, or a folder of traces")
    return (root,)


__all__ = [
    "FORMATS", "LOOKED_AT", "SUFFIXES", "Format", "Source", "Trajectory", "chosen", "files_under", "opened", "read",
    "read_source",
]  # fmt: skip
