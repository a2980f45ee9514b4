"""Files of recorded trajectories: JSON Lines, plain or gzipped, one object a line with `id` and `messages`.

A broken line is refused by name; the other lines of its file stay usable.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Mapping
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
    is_error: bool = False


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
        problems: list[str] = []
        try:
            for number, line in _lines(str(file)):
                usable += _usable(file, number, line, problems)
        except UsageError as error:
            problems.append(str(error))
        if problems:
            more = f", and {len(problems) - 1} more lines of this file" if len(problems) > 1 else ""
            refused.append(problems[0] + more)
    return usable, refused


def _usable(file: Path, number: int, line: bytes, problems: list[str]) -> list[str]:
    """The input that a line is, if it is one; what is wrong with it goes to the problems."""
    try:
        return [f"{file}#{_parse(file, number, line).id}"]
    except UsageError as error:
        problems.append(str(error))
        return []


def load(source: str) -> tuple[list[dict[str, Any]], str]:
    """The messages of `FILE#ID`, and a digest of its line. Raises `UsageError` naming the file and the line."""
    name, _, wanted = source.partition("#")
    path = Path(name)
    if not path.is_file():
        raise UsageError(f"no file {name!r}; a recording is named FILE#ID")
    index, problems = _index(str(path), path.stat().st_mtime_ns)
    if wanted not in index:
        raise UsageError("; ".join((f"no trajectory {wanted!r} in {name}", f"it holds {_some(index)}", *problems[:3])))
    number, line = index[wanted]
    trajectory = _parse(path, number, line)
    return msgspec.to_builtins(trajectory.messages), sha256(line).hexdigest()[:16]


def _some(index: Mapping[str, object]) -> str:
    return ", ".join([*list(index)[:5], *(["..."] if len(index) > 5 else [])]) or "none"


@lru_cache(maxsize=2)
def _index(path: str, changed_ns: int) -> tuple[dict[str, tuple[int, bytes]], tuple[str, ...]]:
    """Line number and line by id, and a sentence for each line without one; read once while the file stays the same."""
    index: dict[str, tuple[int, bytes]] = {}
    problems = []
    try:
        for number, line in _lines(path):
            try:
                name = msgspec.json.decode(line, type=_Named).id
            except (msgspec.DecodeError, UnicodeError) as error:
                problems.append(f"line {number} is broken ({error})")
                continue
            index[name] = (number, line)
    except UsageError as error:
        problems.append(str(error))
    return index, tuple(problems)


def _lines(path: str) -> Iterator[tuple[int, bytes]]:
    """The lines that are not empty, with their numbers. Raises `UsageError` where the file cannot be read on."""
    opened = gzip.open(path) if path.endswith(".gz") else open(path, "rb")  # noqa: SIM115  closed below
    with opened as stream:
        try:
            yield from ((number, line) for number, line in enumerate(stream, 1) if line.strip())
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
    ids = [call.id for message in trajectory.messages for call in message.tool_calls or ()]
    if len(set(ids)) < len(ids):
        again = next(name for name in ids if ids.count(name) > 1)
        raise UsageError(f"{path}, line {number}: not a trajectory (call id {again!r} is used twice)")
    return trajectory
