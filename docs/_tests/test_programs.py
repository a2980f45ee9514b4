"""The programs of docs/programs are what the page says: the ones that write down survive, the others pay twice."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from docs.examples import commands_in
from harness.checks import Judgement, judge
from harness.run import execute
from harness.settings.program.subject import subject_of
from harness.spec import Orchestrator, Spec
from longhaul._tests.foreign import Done, Foreign, foreign_repository
from longhaul.striking import strike

PROGRAMS = Path(__file__).parents[1] / "programs"
PAGE = PROGRAMS.with_suffix(".md")
KILLS = ("model#2/before", "model#2/after", "wire#2/half", "tool:pay_invoice#2/after")
RUNS = {".py": sys.executable, ".mjs": shutil.which("node") or ""}


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Foreign:
    """Somebody's folder with the four programs."""
    repository = foreign_repository(tmp_path_factory.mktemp("programs"))
    for path in PROGRAMS.iterdir():
        repository.write(path.name, path.read_text())
    return repository


def run(repository: Foreign, name: str, *kills: str) -> Done:
    """One run of a program under `longhaul run --command`."""
    by = RUNS[Path(name).suffix]
    if not by:
        pytest.skip("there is no node on this machine")
    strikes = [part for kill in kills for part in ("--strike", kill)]
    given = ("--scenario", "pay_invoices", "--kind", "deduplicating", "--horizon", "6", "--check", "--out", "out")
    return repository.longhaul("run", *given, "--command", f"{by} {name}", *strikes)


def tried(name: str, *kills: str) -> Judgement:
    """The same without the command line around it."""
    by = RUNS[Path(name).suffix] or pytest.skip("there is no node on this machine")
    program = Orchestrator("program", command=f"{by} {PROGRAMS / name}")
    strikes = tuple(map(strike, kills))
    return judge(execute(Spec("pay_invoices", 6, orchestrator=program, setting="process", strikes=strikes)))


@pytest.mark.parametrize("kill", KILLS)
@pytest.mark.parametrize("name", ["agent.py", "agent.mjs"])
def test_an_agent_that_writes_down_survives_a_kill_anywhere(name: str, kill: str):
    judgement = tried(name, kill)
    assert judgement.outcome == "pass", judgement.violated
    assert judgement["effect_once"].outcome == judgement["world_correct"].outcome == "pass"


@pytest.mark.parametrize("name", ["agent.py", "agent.mjs"])
def test_it_survives_several_of_them_on_the_command_line(repository: Foreign, name: str):
    done = run(repository, name, "model#2/after", "tool:pay_invoice#2/after", "model#5/before")
    assert done.code == 0, done.out + done.err
    assert "pass: pay_invoices, deduplicating, seed 0: returned after 4 lives" in done.out


@pytest.mark.parametrize("name", ["forgetful.py", "forgetful.mjs"])
def test_one_that_keeps_nothing_does_the_job_and_pays_twice_when_it_is_killed(repository: Foreign, name: str):
    assert tried(name).outcome == "pass"
    done = run(repository, name, "tool:pay_invoice#2/after")
    assert done.code == 1
    said = " ".join(done.out.split())
    assert "effect_once: effect pay_invoice INV-00001 happened twice: life 0" in said
    assert 'longhaul repro "Spec(' in said


def test_the_commands_of_the_page_do_what_it_says(repository: Foreign):
    sound, forgetful = (shlex.split(command.line)[1:] for command in commands_in(PAGE.read_text()))
    if not RUNS[".mjs"]:
        pytest.skip("there is no node on this machine")
    by = str(Path(sys.executable).parent)
    found = replace(repository, environment={"PATH": f"{by}{os.pathsep}{os.environ['PATH']}"})
    assert found.longhaul(*sound, "--out", "out").code == 0
    assert "happened twice" in " ".join(found.longhaul(*forgetful, "--out", "out").out.split())


def test_the_subject_file_of_the_page_can_be_read(tmp_path: Path):
    text = PAGE.read_text().partition("```toml\n")[2].partition("```")[0].replace("python", "env python3")
    (tmp_path / "subject.toml").write_text(text)
    subject = subject_of(Orchestrator("program", subject=str(tmp_path / "subject.toml")))
    assert (subject.kill, subject.ready.kind, subject.done.kind) == ("group", "url", "file")


@pytest.mark.parametrize("path", sorted(PROGRAMS.glob("*.*")), ids=lambda path: path.name)
def test_a_program_has_about_thirty_lines(path: Path):
    code = [
        line for line in path.read_text().splitlines() if line.strip() and not line.lstrip().startswith(("//", "/**"))
    ]
    assert len(code) <= 34
