"""The rules of the reference orchestrator as a Mermaid graph, drawn from the tuple of rules and their source."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from itertools import pairwise
from typing import get_args

from harness.orchestrators.reference.commands import Command
from harness.orchestrators.reference.entries import Entry
from harness.orchestrators.reference.rules import RULES, Rule

COMMANDS = tuple(kind.__name__ for kind in get_args(Command))
ENTRIES = tuple(kind.__name__ for kind in get_args(Entry))


def rules_graph() -> str:
    """One box a rule, from the first asked to the last; an arrow to each command that it may answer with."""
    lines = ["flowchart LR", "    decide([decide]) --> " + RULES[0].__name__]
    lines += [f"    {rule.__name__} -. no answer .-> {later.__name__}" for rule, later in pairwise(RULES)]
    for rule in RULES:
        lines.append(f'    {rule.__name__}["{rule.__name__}: {_words(rule)}"]')
        made = names_made_by(rule)
        recorded = ", ".join(name for name in ENTRIES if name in made)
        for command in (name for name in COMMANDS if name in made):
            label = f"|{recorded}|" if command == "Note" else ""
            lines.append(f"    {rule.__name__} -->{label} {command}([{command}])")
    return "\n".join(lines) + "\n"


def names_made_by(rule: Rule) -> set[str]:
    """What a rule calls, itself or through the functions of its own file: commands and entries among them."""
    tree = ast.parse(inspect.getsource(sys.modules[rule.__module__]))
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    called: set[str] = set()
    due = [rule.__name__]
    while due:
        fresh = [name for name in _calls(functions[due.pop()]) if name not in called]
        called.update(fresh)
        due += [name for name in fresh if name in functions]
    return called


def _calls(function: ast.FunctionDef) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id


def _words(rule: Rule) -> str:
    """The first line of a rule's docstring, in characters that Mermaid takes inside of quotes."""
    return (inspect.getdoc(rule) or "").partition("\n")[0].replace('"', "'").rstrip(".")
