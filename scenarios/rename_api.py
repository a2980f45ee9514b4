"""Rename an API in every file, by a rule that is stated once, in the first tool result, and needed to the end.

The rule is not a pin: a policy that loses it makes the model rename to the wrong name. Editing is conditional on the anchor
of the version that was read, so a file cannot be edited unseen.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from hashlib import blake2b
from typing import Any

from fakes.models.program import program
from fakes.models.reader import reader
from fakes.work import Action, Facts, Item, Source, Work
from harness.errors import ToolError
from harness.tokens import count_tokens, text_bytes
from harness.types import Parameters, Result, Scenario, Setup, Tool
from harness.world import World
from scenarios.source_tree import Tree, tree_of

SHOWN_CHARACTERS = 4_000
"""Characters of a file that reading it shows; a real file may be longer."""

CALL_BYTES = 250
"""What the two calls and the edit's result of one file add to a view, beside the text of the file."""

BY_HAND = "\n# seen by a person\n"
"""What somebody else adds to a file while the job is under way."""

AIM = ("the goal", "rename_api")
RULE = "the new name"
"""Names of facts; with a blank in them, so that no line of a real source file can be mistaken for one."""

GOAL = """the goal = rename_api
The function {old} has a new name. Rename it in all {count} files of the tree, as the notes of the project say.
Read a file before you edit it: an edit needs the anchor that reading shows. Say so when every file is done."""


def build(parameters: Parameters) -> Setup:
    """Two turns a file (read, edit), one for the listing with the notes, and the final answer."""
    tree = tree_of(parameters.input, max(1, (parameters.horizon - 2) // 2), parameters.seed)
    new_name = f"{tree.old_name}_v{2 + parameters.seed % 7}"
    work = _work(tree)
    shown = sum(text_bytes(text[:SHOWN_CHARACTERS]) + 2 * len(path) for path, text in tree.files.items())
    return Setup(
        goal=GOAL.format(old=tree.old_name, count=len(tree.files)),
        world=World({"files": dict(tree.files), "notes": _notes(tree, new_name)}),
        tools=_tools(parameters, tree.old_name),
        model=partial(reader, work, parameters.seed),
        check=partial(_check, tree, new_name),
        right=partial(_right, tree, new_name),
        working_set=count_tokens(shown + len(tree.files) * CALL_BYTES + 1_100),
        program=program(work),
        input_digest=tree.digest,
        drift=_drift,
    )


def _notes(tree: Tree, new_name: str) -> str:
    some = "\n".join(list(tree.files)[:12])
    return (
        f"Notes of the project, binding for every file:\n{RULE} = {new_name}\n"
        f"Any other name breaks the callers outside of this tree.\n{len(tree.files)} files use the function:\n{some}\n..."
    )


def _work(tree: Tree) -> Work:
    anchors = {f"anchor {path}": path for path in tree.files}

    def source(fact: str) -> Source | None:
        if fact in anchors:
            return Source(Action("read_file", {"path": anchors[fact]}))
        return Source(Action("list_files"), obvious=False) if fact == RULE else None

    def completes(tool: str, arguments: Mapping[str, Any]) -> str | None:
        return str(arguments.get("path")) if tool == "rename_in_file" else None

    return Work(
        goal=AIM,
        items=tuple(_item(tree, path) for path in tree.files),
        source=source,
        completes=completes,
        opening=Action("list_files"),
        guesses={RULE: f"new_{tree.old_name}"},
        answer=f"All {len(tree.files)} files are renamed.",
    )


def _item(tree: Tree, path: str) -> Item:
    return Item(path, (RULE, f"anchor {path}"), partial(_rename, tree, path), evidence=f"renamed {path}")


def _rename(tree: Tree, path: str, facts: Facts) -> Action:
    names = {"old_name": tree.old_name, "new_name": facts[RULE]}
    return Action("rename_in_file", {"path": path, "anchor": facts[f"anchor {path}"], **names})


def _tools(parameters: Parameters, old_name: str) -> tuple[Tool, ...]:
    text = {"type": "string"}
    path = {"type": "object", "properties": {"path": text}, "required": ["path"], "additionalProperties": False}
    edit = dict.fromkeys(("path", "anchor", "old_name", "new_name"), text)
    return (
        Tool("list_files", "List the files that use a function, with the notes of the project.",
             {"type": "object", "properties": {}, "additionalProperties": False}, run=_list),
        Tool("read_file", "Read a file and its anchor.", path, run=_read),
        Tool("rename_in_file", "Rename an identifier in a file, if the file is still as the anchor says.",
             {"type": "object", "properties": edit, "required": list(edit), "additionalProperties": False},
             effect="write", kind=parameters.kind, intent=("path",), run=_edit),
    )  # fmt: skip


def _list(world: World, given: dict[str, Any], key: str) -> tuple[World, str]:
    return world, world.get("notes")


def _file(world: World, path: str) -> str:
    files: dict[str, str] = world.get("files")
    if path not in files:
        raise ToolError(f"there is no file {path!r}")
    return files[path]


def anchor_of(text: str) -> str:
    """A short name for just this content of a file."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()


def _read(world: World, given: dict[str, Any], key: str) -> tuple[World, Result]:
    text = _file(world, given["path"])
    shown = f"{text[:SHOWN_CHARACTERS]}\nanchor {given['path']} = {anchor_of(text)}"
    return world, Result(shown, truncated=len(text) > SHOWN_CHARACTERS)


def _edit(world: World, given: dict[str, Any], key: str) -> tuple[World, str]:
    path, text = given["path"], _file(world, given["path"])
    if given["anchor"] != anchor_of(text):
        raise ToolError(f"{path} is not as the anchor {given['anchor']} says; read it again")
    changed, count = re.subn(rf"\b{re.escape(given['old_name'])}\b", lambda _: given["new_name"], text)
    files = {**world.get("files"), path: changed}
    return world.put("files", files), f"renamed {path} = {count} uses"


def _drift(world: World, tool: str, given: dict[str, Any]) -> tuple[World, str]:
    """Somebody adds a line to the file that is about to be edited, or to the first one."""
    files: dict[str, str] = world.get("files")
    path = given["path"] if given.get("path") in files else next(iter(files))
    return world.put("files", {**files, path: files[path] + BY_HAND}), path


def _check(tree: Tree, new_name: str, world: World) -> str | None:
    for path, text in tree.files.items():
        found = _by_agent(world, path)
        if found == text:
            return f"{path} still uses {tree.old_name}"
        if found != _renamed(tree, new_name, path):
            return f"{path} does not use {new_name} where it used {tree.old_name}"
    return None


def _right(tree: Tree, new_name: str, world: World) -> float:
    """The share of the files that are as they should be."""
    return sum(_by_agent(world, path) == _renamed(tree, new_name, path) for path in tree.files) / len(tree.files)


def _renamed(tree: Tree, new_name: str, path: str) -> str:
    return re.sub(rf"\b{re.escape(tree.old_name)}\b", lambda _: new_name, tree.files[path])


def _by_agent(world: World, path: str) -> str:
    """A file without what somebody else wrote at its end."""
    found: str = world.get("files")[path]
    while found.endswith(BY_HAND):
        found = found.removesuffix(BY_HAND)
    return found


SCENARIO = Scenario(
    "rename_api",
    build,
    contract={"F18": ("out_of_contract", "no list outside of the model says which files are done")},
)
