"""The code of the documentation does what the documentation says."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from docs.examples import Command, commands_in, files_in
from longhaul._tests.foreign import Done, Foreign, foreign_repository

DOCS = Path(__file__).parents[1]
EXTEND = (DOCS / "extend.md").read_text(encoding="utf-8")


def test_files_and_commands_are_found_in_a_page():
    page = "# A\n\n```python a.py\nx = 1\n```\ntext\n```python\nnot a file\n```\n```console\n$ a --b\nsays\nmore\n$ c\n```\n"
    assert files_in(page) == {"a.py": "x = 1\n"}
    assert commands_in(page) == [Command("a --b", "says\nmore\n"), Command("c", "")]


def run(repository: Foreign, line: str) -> Done:
    """Run one command of a page there."""
    program, *arguments = shlex.split(line)
    return {"pytest": repository.pytest, "longhaul": repository.longhaul}[program](*arguments)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Foreign:
    """A repository of somebody who copied every file of the page."""
    repository = foreign_repository(tmp_path_factory.mktemp("extend"))
    for name, code in files_in(EXTEND).items():
        repository.write(name, code)
    return repository


def test_the_page_has_an_example_for_every_seam():
    assert {"half_and_half.py", "noted.py", "water_plants.py", "late_answer.py", "my_loop.py", "silence.py",
            "test_small_requests.py", "test_small_requests_folded.py", "one_page.py", "refused.py", "test_level.py",
            "test_explored.py", "test_my_client.py", "newest_tools.py"} <= set(files_in(EXTEND))  # fmt: skip
    assert len(commands_in(EXTEND)) == 17


def test_every_command_of_the_page_runs(repository: Foreign):
    """One test, in the order of the page: a command may read what an earlier one wrote, and workers share no folder."""
    for command in commands_in(EXTEND):
        done = run(repository, command.line)
        assert done.code == 0, f"{command.line}\n{done.out}\n{done.err}"


@pytest.mark.parametrize("name", files_in(EXTEND))
def test_no_example_has_more_than_25_lines_of_code(name: str):
    assert len([line for line in files_in(EXTEND)[name].splitlines() if line.strip()]) <= 25
