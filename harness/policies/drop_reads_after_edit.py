"""A read of what was edited since is dropped: it is stale."""

from __future__ import annotations

import re
from dataclasses import dataclass

from harness.arguments import object_in
from harness.policies.changes import about, calls_in, is_error, paged, results_in, smaller
from harness.types import ToolCall, View

EDITS = ("edit", "write", "replace", "rename", "patch", "update", "create", "insert", "delete", "move", "set", "pay")
"""Words in the name of a tool, or of its command, that surely changes what it is about."""

READS = (
    "read", "view", "open", "show", "get", "fetch", "load", "cat", "head", "tail", "list", "ls", "find", "search", "grep",
    "look", "query", "check", "describe", "inspect", "count", "diff", "stat", "test", "build", "calculate", "think",
)  # fmt: skip
"""Words in the name of one that looks, and changes nothing."""

_WORD = re.compile(r"[A-Z]?[a-z]+")


@dataclass(frozen=True)
class DropReadsAfterEdit:
    """Replace the result of a read by a pointer where a later call that went well changed the same thing.

    Imitates Cline, which takes out reads of a file that an edit or a read of later makes stale; for repeated reads see
    `deduplicate`. There the answer to an edit shows the new file; here a pointer stays, and what the read told of other
    things has to be read again. What a call is about is its path, name or id, else its first argument that is a text.

    A view does not say which tools change something. A call does where its name has a word of `edits`; and one of any other
    name (publish, book, file, send) where it is given more than the thing that it is about, and no word of `READS` says that it
    only looks. A tool for several things says in `command` what it does.
    """

    edits: tuple[str, ...] = EDITS

    def __call__(self, view: View, budget: int) -> View:
        calls, edited = calls_in(view), set[str]()
        changed = list(view)
        for index in reversed(results_in(view)):
            call = calls.get(view[index].call_id)
            thing = about(call) if call else ""
            if call is None or not thing:
                continue
            if self._edits(call):
                edited |= set() if is_error(view[index]) else {thing}
            elif thing in edited:
                changed[index] = paged(view[index], call, "edited since")
        return smaller(view, tuple(changed), budget)

    def _edits(self, call: ToolCall) -> bool:
        """Whether a call changes something, by its name and by how much it is given."""
        given = object_in(call.arguments) or {}
        command = given.get("command")
        named = isinstance(command, str) and command.isidentifier()
        words = {word.lower() for word in _WORD.findall(str(command) if named else call.name)}
        if not words.isdisjoint(self.edits):
            return True
        return len(given) - named > 1 and words.isdisjoint(READS)
