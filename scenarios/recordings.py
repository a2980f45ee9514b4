"""Files of recorded trajectories: JSON Lines, plain or gzipped, one object a line with `id` and `messages`.

A broken line is refused by name; the other lines of its file stay usable.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from harness.errors import UsageError

SUFFIXES = (".jsonl", ".jsonl.gz")


class _Named(msgspec.Struct):
    id: str


class _Call(msgspec.Struct):
    id: str
    name: str
    arguments: Any = None


class _Message(msgspec.Struct):
    role: str
    content: str | None = None
    tool_calls: list[_Call] | None = None
    tool_call_id: str | None = None


class _Trajectory(msgspec.Struct):
    id: str
    messages: list[_Message]


def files_under(path: str) -> tuple[Path, ...]:
    """The trajectory files at a path: the file itself, or those of a folder. Raises `UsageError` where there are none."""
    root = Path(path)
    if root.is_file():
        return (root,)
    found = tuple(sorted(item for item in root.glob("*") if item.name.endswith(SUFFIXES))) if root.is_dir() else ()
    if not found:
        raise UsageError(f"no trajectories at {path!r}; name a file or a folder of .jsonl or .jsonl.gz files")
    return found


def inputs_under(path: str) -> tuple[list[str], list[str]]:
    """Every usable trajectory under a path as `FILE#ID`, and a sentence for each file with lines that are not."""
    usable: list[str] = []
    refused: list[str] = []
    for file in files_under(path):
        problems = []
        for number, line in enumerate(_lines(str(file)), 1):
            try:
                usable.append(f"{file}#{_parse(file, number, line).id}")
            except UsageError as error:
                problems.append(str(error))
        if problems:
            more = f", and {len(problems) - 1} more lines of this file" if len(problems) > 1 else ""
            refused.append(problems[0] + more)
    return usable, refused


def load(source: str) -> tuple[list[dict[str, Any]], str]:
    """The messages of `FILE#ID`, and a digest of its line. Raises `UsageError` naming the file and the line."""
    name, _, wanted = source.partition("#")
    path = Path(name)
    if not path.is_file():
        raise UsageError(f"no file {name!r}; a recording is named FILE#ID")
    index = _index(str(path))
    if wanted not in index:
        raise UsageError(f"no trajectory {wanted!r} in {name}; it holds {', '.join(list(index)[:5])}, ...")
    number, line = index[wanted]
    trajectory = _parse(path, number, line)
    return msgspec.to_builtins(trajectory.messages), sha256(line).hexdigest()[:16]


@lru_cache(maxsize=2)
def _index(path: str) -> dict[str, tuple[int, bytes]]:
    """Line number and line by id; a line without an id is not in it."""
    index = {}
    for number, line in enumerate(_lines(path), 1):
        try:
            index[msgspec.json.decode(line, type=_Named).id] = (number, line)
        except (msgspec.DecodeError, UnicodeError):
            continue
    return index


def _lines(path: str) -> Iterator[bytes]:
    opened = gzip.open(path) if path.endswith(".gz") else open(path, "rb")  # noqa: SIM115  closed below
    with opened as stream:
        try:
            yield from (line for line in stream if line.strip())
        except (OSError, EOFError, zlib.error) as error:
            raise UsageError(f"{path} cannot be read: {error}") from None


def _parse(path: Path, number: int, line: bytes) -> _Trajectory:
    try:
        trajectory = msgspec.json.decode(line, type=_Trajectory)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise UsageError(f"{path}, line {number}: not a trajectory ({error})") from None
    unknown = {message.role for message in trajectory.messages} - {"system", "user", "assistant", "tool"}
    if unknown or not any(message.role == "assistant" for message in trajectory.messages):
        what = f"role {sorted(unknown)[0]!r}" if unknown else "no assistant message"
        raise UsageError(f"{path}, line {number}: not a trajectory ({what})")
    return trajectory
