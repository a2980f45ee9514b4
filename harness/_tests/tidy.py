"""The house rules as pure functions of source text. Each gives problems as `line: what is wrong; do this instead`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

LINES_MAX = 400
FUNCTION_LINES_MAX = 50
PARAMETERS_MAX = 5

MAY_IMPORT = {
    "harness": {"harness"},
    "fakes": {"harness", "fakes"},
    "scenarios": {"harness", "fakes", "scenarios"},
    "evals": {"harness", "fakes", "scenarios", "reports", "longhaul", "evals"},
    "reports": {"harness", "reports"},
    "longhaul": {"harness", "fakes", "scenarios", "reports", "longhaul"},
}
"""Who may import whom among the packages of the project."""

REPORTS_MAY_NOT = ("harness.orchestrators", "harness.host", "harness.policies")
HEAVY = {"pandas", "pyarrow", "matplotlib"}
IMPURE = {"asyncio", "time", "random", "datetime", "os", "pathlib", "uuid"}
SUBJECTS = "harness/subjects/"
"""Programs of others as they ship. They run in child processes, so clocks, threads and sockets are theirs to use."""

FRAMEWORKS = {"langgraph", "langchain_core", "langchain_openai"}
PURE = ("harness/policies/", "harness/checks/", "harness/metrics/", "harness/orchestrators/reference/")


def problems(path: str, text: str) -> list[str]:
    """Everything that is wrong with one file, as `path:line: what; instead`."""
    tree = ast.parse(text)
    found = [*_sizes(text, tree), *_imports(path, tree), *_docstrings(path, tree), *traces(text)]
    return [f"{path}:{problem}" for problem in found]


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _sizes(text: str, tree: ast.AST) -> Iterator[str]:
    lines = text.count("\n")
    if lines > LINES_MAX:
        yield f"{LINES_MAX}: the file has {lines} lines; split it by concern, at most {LINES_MAX}"
    for node in _functions(tree):
        length = (node.end_lineno or node.lineno) - node.lineno + 1
        if length > FUNCTION_LINES_MAX:
            yield f"{node.lineno}: {node.name} has {length} lines; name its parts, at most {FUNCTION_LINES_MAX}"
        names = [a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
        count = len([name for name in names if name not in ("self", "cls")])
        if count > PARAMETERS_MAX and not node.name.startswith(("test_", "__init__")):
            yield f"{node.lineno}: {node.name} has {count} parameters; pass one value, at most {PARAMETERS_MAX}"


def _imports(path: str, tree: ast.AST) -> Iterator[str]:
    package = path.split("/")[0]
    is_test = "/_tests/" in path
    for line, module in _imported(tree):
        top = module.split(".")[0]
        if not is_test and package in MAY_IMPORT and top in MAY_IMPORT and top not in MAY_IMPORT[package]:
            yield f"{line}: {package} may not import {module}; it may import {', '.join(sorted(MAY_IMPORT[package]))}"
        if not is_test and package == "reports" and module.startswith(REPORTS_MAY_NOT):
            yield f"{line}: reports may not import {module}; it works on what a run left behind"
        if not is_test and package not in ("reports", "evals", "benchmarks", "docs") and top in HEAVY:
            yield f"{line}: {top} is imported outside of reports; ask reports for it"
        if not is_test:
            yield from (f"{line}: {problem}" for problem in _strangers(path, module))
        pure = path.startswith(PURE) and not is_test and not path.endswith("/shell.py")
        if pure and top in IMPURE:
            yield f"{line}: {module} in a pure module; pass the value in"


def _strangers(path: str, module: str) -> Iterator[str]:
    """Frameworks are imported by the subjects alone; subjects and harness do not know each other."""
    inside, ours = path.startswith(SUBJECTS), f"{module}.".startswith("harness.subjects.")
    if not inside and module.split(".")[0] in FRAMEWORKS:
        yield f"{module} is imported outside of {SUBJECTS}; it is an optional extra and runs in a child process"
    if inside and module.startswith("harness.") and not ours:
        yield f"a subject may not import {module}; it sees its environment and a loopback server, as any program does"
    if not inside and ours and not path.startswith("benchmarks/"):
        yield f"{module} is a stranger; start it as a program, do not import it"


def _imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            # with the name: `from harness import host` imports harness.host
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def _docstrings(path: str, tree: ast.Module) -> Iterator[str]:
    if "/_tests/" in path or path.startswith(("evals/", "benchmarks/", "docs/")):
        return
    if ast.get_docstring(tree) is None:
        yield "1: the module has no docstring; say what it is for"
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or node.name.startswith("_"):
            continue
        if ast.get_docstring(node) is None:
            yield f"{node.lineno}: {node.name} is public and has no docstring; give units, errors, the source of a formula"


def traces(text: str) -> Iterator[str]:
    """Where a text of any kind names a machine or the host of a registry."""
    for needle in ("/wo" + "rk/", "/ro" + "ot/", "pypi" + ".org", "files.pyth" + "onhosted"):
        if needle in text:
            line = text[: text.index(needle)].count("\n") + 1
            yield f"{line}: mentions {needle!r}; a path of a machine or a host of a registry has no place here"
