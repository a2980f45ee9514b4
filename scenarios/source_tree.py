"""Source trees to work on: generated from a seed, or real ones copied into the world.

A tree is a mapping from path to text. Real trees are bounded in files and bytes; links are not followed, and what is not
UTF-8 text is left out.
"""

from __future__ import annotations

import builtins
import importlib.util
import keyword
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b, sha256
from itertools import islice
from pathlib import Path

from harness.errors import UsageError

FILES_MAX = 5_000
FILE_BYTES_MAX = 1 << 20
TREE_BYTES_MAX = 64 << 20

RESERVED = frozenset((*keyword.kwlist, *keyword.softkwlist, *dir(builtins)))
"""Words that nobody can rename."""

OLD_NAME = "load_user"
PARTS = ("billing", "orders", "search", "export", "mail", "audit")
USES = (
    "record = {old}(identifier)",
    "total = {old}(identifier).total",
    "rows = [{old}(row) for row in identifiers]",
    "known = {old}(identifier) is not None",
)
FILLERS = (
    "checked = str(identifier).strip()",
    "limit = len(identifiers) + {number}",
    "marks = [mark for mark in identifiers if mark]",
    "# The callers rely on the order of the rows.",
    "first = next(iter(identifiers), identifier)",
    "label = f'{{identifier}} of {number}'",
)
FILLER_LINES = 14
"""Lines of a generated module that have nothing to do with the work, as in real files: a module has about 800 bytes."""


@dataclass(frozen=True)
class Tree:
    """Files by path, the identifier to rename, and a digest of names and contents ('' for a generated tree)."""

    files: Mapping[str, str]
    old_name: str
    digest: str = ""


def tree_of(source: str, count: int, seed: int) -> Tree:
    """`generated`, `stdlib:PACKAGE`, or the path of a folder; at most `count` files that use the identifier."""
    return generated(count, seed) if source == "generated" else real(source, count)


def generated(count: int, seed: int) -> Tree:
    """A tree of `count` small modules that all use one function; everything follows from the seed."""
    return Tree({_path(n): _module(n, seed) for n in range(count)}, OLD_NAME)


def _path(number: int) -> str:
    return f"src/{PARTS[number % len(PARTS)]}/module_{number:04d}.py"


def _module(number: int, seed: int) -> str:
    digest = blake2b(f"{seed}/{number}".encode(), digest_size=4 + FILLER_LINES).digest()
    body = [USES[byte % len(USES)].format(old=OLD_NAME) for byte in digest[: 1 + digest[3] % 3]]
    for place, byte in enumerate(digest[4:]):
        body.insert(byte % (len(body) + 1), FILLERS[(byte + place) % len(FILLERS)].format(number=number))
    head = f'"""Module {number}."""\n\nfrom accounts import {OLD_NAME}\n\n\n'
    lines = (
        f"def handle_{number}(identifier, identifiers=()):",
        *(f"    {line}" for line in body),
        "    return identifier",
    )
    return head + "\n".join(lines) + "\n"


def real(source: str, count: int) -> Tree:
    """A real tree: the most widely used longer identifier is renamed, in the first `count` files (by path) that use it.

    Raises `UsageError` for a folder that is not there or holds nothing to rename.
    """
    root = _root(source)
    texts = dict(_texts(root))
    if not texts:
        raise UsageError(
            f"{source!r} holds no Python files of at most {FILE_BYTES_MAX} bytes; name a folder with sources"
        )
    words = {path: set(re.findall(r"\b[a-z][a-z_]{5,}\b", text)) for path, text in texts.items()}
    uses = Counter(word for found in words.values() for word in found if word not in RESERVED)
    if not uses:
        raise UsageError(f"{source!r} holds no identifier of six letters or more to rename; name another folder")
    old_name = min(uses, key=lambda word: (-uses[word], word))
    using = [path for path in sorted(texts) if old_name in words[path]][:count]
    digest = sha256("".join(f"{path}\0{texts[path]}\0" for path in sorted(texts)).encode()).hexdigest()[:16]
    return Tree({path: texts[path] for path in using}, old_name, digest)


def _root(source: str) -> Path:
    if not source.startswith("stdlib:"):
        root = Path(source)
        if not root.is_dir():
            raise UsageError(
                f"no folder {source!r}; the input is `generated`, `stdlib:PACKAGE`, or the path of a folder"
            )
        return root
    name = source.removeprefix("stdlib:")
    found = importlib.util.find_spec(name) if name.isidentifier() else None
    if found is None or not found.submodule_search_locations:
        raise UsageError(f"no package {name!r} in the standard library; try stdlib:email or stdlib:json")
    return Path(found.submodule_search_locations[0])


def _texts(root: Path) -> Iterator[tuple[str, str]]:
    """Relative path and text of the files, in one order everywhere, until a bound is reached."""
    size = 0
    for path in islice(_python_files(root), FILES_MAX):
        size += path.stat().st_size
        if size > TREE_BYTES_MAX:
            return
        try:
            yield path.relative_to(root).as_posix(), path.read_text("utf-8")
        except UnicodeDecodeError:
            continue


def _python_files(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders.sort()
        for name in sorted(names):
            path = Path(folder, name)
            if path.suffix != ".py" or path.is_symlink() or not path.is_file():
                continue
            if path.stat().st_size <= FILE_BYTES_MAX:
                yield path
