"""`longhaul search` as a user sees it: what it finds, what it keeps, and its exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.spec import parse
from longhaul.command import main
from longhaul.search.regressions import read

JOB = ("--scenario", "pay_invoices", "--kind", "queryable", "--horizon", "6")


def test_nothing_is_found_on_the_reference_and_the_table_says_how_many_plans_said_something(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["search", *JOB[:4], "--seeds", "20"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["searched", "planned", "valid", "failed"]
    assert lines[1].split()[:2] == ["pay_invoices-queryable-h12", "21"]
    assert lines[-1].split()[-1] == "0"


@pytest.mark.parametrize("way", [("--seeds", "30..49"), ("--examples", "50")])
def test_what_breaks_a_control_is_printed_shrunk_and_kept(
    way: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", *JOB, "--orchestrator", "replay", *way, "--save", str(tmp_path / "kept")]) == 1
    shown = capsys.readouterr().out.splitlines()
    repros = [line for line in shown if line.startswith("longhaul repro ")]
    specs = [parse(line.removeprefix('longhaul repro "').removesuffix('"')) for line in repros]
    assert specs and all(len(spec.strikes) <= 3 for spec in specs)
    files = sorted((tmp_path / "kept").iterdir())
    assert len(files) == len(specs)
    assert {read(path).loser for path in files} == {spec.orchestrator for spec in specs}
    assert max(len(line) for line in shown if not line.startswith(("longhaul repro", "kept as"))) <= 100
    for spec in specs:
        assert main(["repro", repr(spec)]) == 1


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--seeds", "5..3"], "at least one is needed"),
        (["--seeds", "x"], "seeds are 'x'"),
        (["--seeds", "5", "--examples", "5"], "give one of them"),
        (["--scenario", "pay_invoice"], "pay_invoice"),
        (["--orchestrator", "naiv"], "naiv"),
        (["--kind", "sometimes"], "sometimes"),
        (["--examples", "0"], "0 is not in the range"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(
    arguments: list[str], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", *arguments]) == 2
    said = capsys.readouterr().err
    assert problem in said
    assert "Traceback" not in said
