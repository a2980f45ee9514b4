"""docs/tools_for_programs.md does what it says: the wrappers in both languages, and effects read from outside."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

import pytest

from docs.examples import Command, commands_in, files_in
from longhaul._tests.foreign import Done, Foreign, foreign_repository

PAGE = (Path(__file__).parents[1] / "tools_for_programs.md").read_text(encoding="utf-8")
IN_JAVASCRIPT = """
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { underLedger } from "./under_ledger.mjs";
const noted = `${process.env.LONGHAUL_STATE}/noted`;
const chargeCard = underLedger("charge_card", async (order) => `charged ${order}`);
for (const order of ["A-1", "A-2"]) {
  if (existsSync(noted) && readFileSync(noted, "utf8").includes(order)) continue;
  await chargeCard(order);
  appendFileSync(noted, order);
}
"""


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Foreign:
    """A folder of somebody who copied every file of the page."""
    repository = foreign_repository(tmp_path_factory.mktemp("tools"))
    for name, code in files_in(PAGE, ("python", "javascript", "json")).items():
        repository.write(name, code)
    repository.write("shop.mjs", IN_JAVASCRIPT)
    return repository


def run(repository: Foreign, line: str) -> Done:
    """A command of the page, with this Python."""
    words = shlex.split(line.replace('"python ', f'"{sys.executable} '))
    return repository.longhaul(*words[1:], "--check", "--out", "out")


@pytest.mark.parametrize("command", commands_in(PAGE), ids=["ledger", "outside"])
def test_every_command_of_the_page_finds_what_the_page_says(repository: Foreign, command: Command):
    done = run(repository, command.line)
    said, promised = " ".join(done.out.split()), " ".join(command.prints.split())
    assert done.code == 1, done.out + done.err
    for part in promised.split("..."):
        assert part.strip() in said, done.out


def test_the_wrapper_in_javascript_is_struck_alike(repository: Foreign):
    if not shutil.which("node"):
        pytest.skip("there is no node on this machine")
    line = commands_in(PAGE)[0].line.replace("python shop.py", "node shop.mjs")
    said = " ".join(run(repository, line).out.split())
    assert 'effect_once: effect charge_card ["A-2"] happened twice: life 0' in said


def test_killed_before_the_function_nothing_happens_twice(repository: Foreign):
    done = run(repository, commands_in(PAGE)[0].line.replace("#2/after", "#2/before"))
    assert (done.code, "returned after 2 lives" in done.out) == (0, True), done.out + done.err
