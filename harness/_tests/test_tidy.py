"""Style as a test: the rules of the house hold for every file, and each rule notices a file that breaks it."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.version import Version

from harness._tests.tidy import problems, traces

ROOT = Path(__file__).parents[2]
PACKAGES = ("harness", "fakes", "scenarios", "evals", "reports", "longhaul", "benchmarks", "docs")


def sources() -> list[Path]:
    found = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return [path for path in sorted(found) if "out" not in path.parts]


def test_every_file_keeps_the_rules_of_the_house():
    found = [problem for path in sources() for problem in problems(path.relative_to(ROOT).as_posix(), path.read_text())]
    assert not found, "\n" + "\n".join(found)


def test_no_file_names_a_machine_or_a_registry():
    folders = [ROOT / name for name in (*PACKAGES, "scripts", "constraints", ".ci")]
    files = [*ROOT.iterdir(), *(path for folder in folders for path in folder.rglob("*"))]
    read = [path for path in files if path.is_file() and not {"out", "__pycache__"} & set(path.parts)]
    found = [f"{path.relative_to(ROOT)}:{line}" for path in read for line in traces(path.read_text(errors="ignore"))]
    assert not found, "\n" + "\n".join(found)


def floors(requirements: list[str], sign: str) -> dict[str, Version]:
    pairs = [line.split(sign) for line in requirements if sign in line]
    return {name: Version(version) for name, version in pairs}


def test_the_floors_that_are_tested_are_the_floors_that_are_promised():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    tested = floors((ROOT / "constraints/floors.txt").read_text().splitlines(), "==")
    promised = [*project["dependencies"], *extras["wire"], *extras["sdk"], *extras["program"]]
    assert floors(promised, ">=").items() <= tested.items()
    promised_for_tests = floors(extras["test"], ">=")
    assert {name: promised_for_tests[name] for name in tested.keys() & promised_for_tests}.items() <= tested.items()


DOCUMENTED = '"""A module."""\n'


@pytest.mark.parametrize(
    ("path", "text", "says"),
    [
        ("harness/x.py", DOCUMENTED + "a = 1\n" * 400, "the file has 401 lines"),
        ("harness/x.py", DOCUMENTED + "def _f():\n" + "    a = 1\n" * 50, "_f has 51 lines"),
        ("harness/_tests/x.py", DOCUMENTED + "def test_f():\n" + "    a = 1\n" * 50, "test_f has 51 lines"),
        ("harness/x.py", DOCUMENTED + "def _f(a, b, c, d, e, f): ...\n", "_f has 6 parameters"),
        ("harness/x.py", DOCUMENTED + "import scenarios.recorded\n", "harness may not import scenarios"),
        ("fakes/x.py", DOCUMENTED + "from scenarios import recorded\n", "fakes may not import scenarios"),
        ("reports/x.py", DOCUMENTED + "import fakes\n", "reports may not import fakes"),
        ("reports/x.py", DOCUMENTED + "from harness.host import Host\n", "reports may not import harness.host"),
        ("reports/x.py", DOCUMENTED + "from harness import host\n", "reports may not import harness.host"),
        ("scenarios/x.py", DOCUMENTED + "import longhaul\n", "scenarios may not import longhaul"),
        ("harness/x.py", DOCUMENTED + "import pandas\n", "pandas is imported outside of reports"),
        ("harness/policies/x.py", DOCUMENTED + "import time\n", "time in a pure module"),
        ("harness/orchestrators/reference/x.py", DOCUMENTED + "import asyncio\n", "asyncio in a pure module"),
        ("harness/x.py", DOCUMENTED + "import langgraph.graph\n", "langgraph.graph is imported outside of"),
        ("harness/x.py", DOCUMENTED + "from harness.subjects import doors\n", "harness.subjects.doors is a stranger"),
        (
            "harness/subjects/x.py",
            DOCUMENTED + "from harness.host import Host\n",
            "a subject may not import harness.host",
        ),
        ("harness/x.py", "a = 1\n", "the module has no docstring"),
        ("harness/x.py", DOCUMENTED + "def f(): ...\n", "f is public and has no docstring"),
        ("harness/x.py", DOCUMENTED + "a = '/wo" + "rk/main'\n", "has no place here"),
    ],
)
def test_a_file_that_breaks_a_rule_is_named_with_its_line(path: str, text: str, says: str):
    assert any(says in problem for problem in problems(path, text))


def test_a_tidy_file_has_no_problems():
    assert (
        problems("harness/x.py", DOCUMENTED + 'def f(a: int) -> int:\n    """Twice `a`."""\n    return 2 * a\n') == []
    )


def test_importing_the_engine_imports_nothing_heavy_and_writes_nothing(tmp_path: Path):
    code = (
        "import sys, harness.run, harness.orchestrators.reference, scenarios.rename_api; "
        "heavy = {'pandas', 'pyarrow', 'matplotlib', 'numpy', 'pytest', 'httpx', 'jsonschema_rs'} & set(sys.modules); "
        "sys.exit(', '.join(sorted(heavy)) or None)"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", code], cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert list(tmp_path.iterdir()) == []
