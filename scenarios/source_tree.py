"""Source trees to work on: generated from a seed, or real ones copied into the world.

A tree is a mapping from path to text. Real trees are bounded in files and bytes; links are not followed, and what is not
UTF-8 text is left out.
"""

from __future__ import annotations

import importlib.util
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b, sha256
from pathlib import Path

from harness.errors import UsageError

OLD_NAME = "load_user"
FILES_MAX = 5_000
FILE_BYTES_MAX = 1 << 20
PARTS = ("billing", "orders", "search", "export", "mail", "audit")
LINES = (
    "    record = {old}(identifier)",
    "    return {old}(identifier).total",
    "    for row in map({old}, identifiers):",
    "    if {old}(identifier) is None:",
)


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
    digest = blake2b(f"{seed}/{number}".encode(), digest_size=4).digest()
    body = [LINES[byte % len(LINES)].format(old=OLD_NAME) for byte in digest[: 1 + digest[3] % 3]]
    head = [
        f'"""Module {number}."""',
        f"from accounts import {OLD_NAME}",
        "",
        f"def handle_{number}(identifier, identifiers=()):",
    ]
    return "\n".join([*head, *body, "        pass" if body[-1].endswith(":") else "", ""])


def real(source: str, count: int) -> Tree:
    """A real tree: the most widely used longer identifier is renamed, in the first `count` files that use it."""
    root = _root(source)
    texts = dict(_texts(root))
    if not texts:
        raise UsageError(
            f"{source!r} holds no Python files of at most {FILE_BYTES_MAX} bytes; name a folder with sources"
        )
    words = {path: set(re.findall(r"\b[a-z][a-z_]{5,}\b", text)) for path, text in texts.items()}
    uses = Counter(word for found in words.values() for word in found)
    old_name = min(uses, key=lambda word: (-uses[word], word))
    chosen = [path for path in sorted(texts) if old_name in words[path]][:count]
    digest = sha256("".join(f"{path}\0{texts[path]}\0" for path in sorted(texts)).encode()).hexdigest()[:16]
    return Tree({path: texts[path] for path in chosen}, old_name, digest)


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


def _texts(root: Path) -> list[tuple[str, str]]:
    texts = []
    for path in sorted(root.rglob("*.py"))[:FILES_MAX]:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > FILE_BYTES_MAX:
            continue
        try:
            texts.append((path.relative_to(root).as_posix(), path.read_text("utf-8")))
        except UnicodeDecodeError:
            continue
    return texts
