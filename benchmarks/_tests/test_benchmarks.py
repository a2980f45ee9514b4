"""The benchmarks run at sizes too small to time: what they measure is what they say, whatever it costs here."""

from __future__ import annotations

import io
from functools import partial
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks import (
    crash_points,
    growth,
    imports,
    journal_prefixes,
    program_runs,
    real_files,
    real_lives,
    resume,
    step_cost,
    wire_cost,
)
from benchmarks.__main__ import main
from benchmarks.figure import Figure, bound_figure, ratio_figure, table_of
from benchmarks.floors import run_floor
from benchmarks.timing import best_of
from benchmarks.workload import BOUNDING, run_reference
from harness.spec import Spec

TINY = {
    "step_cost": partial(step_cost.figures, sizes=(3, 6), rounds=1),
    "growth": partial(growth.figures, sizes=(3, 6), rounds=1),
    "real_files": partial(real_files.figures, steps=3, rounds=1),
    "real_lives": partial(real_lives.figures, rounds=1),
    "resume": partial(resume.figures, steps=12, rounds=1),
    "journal_prefixes": partial(journal_prefixes.figures, horizon=4, rounds=1),
    "crash_points": partial(crash_points.figures, horizon=4, rounds=1),
    "imports": partial(imports.figures, rounds=1),
    "program_runs": partial(program_runs.figures, rounds=1, sessions=3),
    "wire_cost": partial(wire_cost.figures, requests=3, rounds=1),
}


@pytest.mark.parametrize("name", TINY)
def test_every_measure_runs_and_gives_figures(name: str, tmp_path: Path):
    figures = list(TINY[name](tmp_path))
    assert figures
    assert all(figure.what and figure.measured for figure in figures)


def test_a_ratio_above_its_bound_is_missed_and_one_at_it_is_reached():
    assert ratio_figure("a", 8e-6, 1e-6, 8).ok
    assert not ratio_figure("a", 8.1e-6, 1e-6, 8).ok
    assert bound_figure("a", 0.2, 0.2, "s").ok
    assert not bound_figure("a", 0.21, 0.2, "s").ok


def test_the_table_fits_into_a_hundred_columns_and_shows_what_was_missed():
    figures = [ratio_figure("a" * 46, 0.123456, 0.0987654, 8), bound_figure("b", 12_345, 2_048, "B"), _known()]
    shown = io.StringIO()
    Console(width=100, file=shown).print(table_of(figures))
    lines = shown.getvalue().splitlines()
    assert max(map(len, lines)) <= 100
    assert "12,345 B" in shown.getvalue()
    assert sum("NO" in line for line in lines) == 1


def _known() -> Figure:
    return Figure("known only", "1 ms", "", "", "", None)


def test_the_best_of_several_rounds_takes_turns_and_may_end_when_it_is_good_enough():
    order: list[str] = []
    seconds = {"a": iter((3.0, 1.0, 2.0)), "b": iter((5.0, 4.0, 0.5))}

    def cell(name: str) -> float:
        order.append(name)
        return next(seconds[name])

    cells = {name: partial(cell, name) for name in seconds}
    assert best_of(cells, 2) == {"a": 1.0, "b": 4.0}
    assert order == ["a", "b", "a", "b"]
    assert best_of({"a": lambda: 1.0}, 1_000_000_000, enough=1.0) == {"a": 1.0}


@pytest.mark.parametrize("syncs", [0, 1, 2])
def test_the_floor_writes_two_lines_a_step_of_about_a_thousand_bytes(syncs: int, tmp_path: Path):
    size = run_floor(tmp_path / "floor", 20, syncs)
    assert (tmp_path / "floor").read_bytes().count(b"\n") == 40
    assert 1_000 <= size / 20 <= 1_100


@pytest.mark.parametrize(("effect", "flushes"), [("read", 1), ("write", 2)])
def test_a_step_on_a_file_costs_the_syncs_of_its_floor_and_the_file_is_the_journal(effect, flushes, tmp_path: Path):
    few, many = (real_files.run_on_file(tmp_path / "journal", steps, effect) for steps in (5, 15))
    assert many.passages["disk:flush"] - few.passages["disk:flush"] == 10 * flushes
    real_files.assert_durable(many)


def test_a_bounding_policy_has_work_to_do():
    assert b'"type":"Compacted"' in run_reference(60, "read", BOUNDING).journal
    assert b'"type":"Compacted"' not in run_reference(60).journal


def test_the_journal_to_resume_was_crashed_as_often_as_asked_and_ends_in_a_request():
    for crashes in (0, 1, 4):
        journal = resume.journal_of(20, crashes)
        assert journal.count(b'"type":"Resumed"') == crashes
        assert b'"type":"Asked"' in journal.splitlines()[-1]


def test_a_crash_point_that_breaks_a_run_is_named_by_its_spec():
    with pytest.raises(AssertionError, match=r"Spec\('pay_invoices'.*Strike\("):
        crash_points.crash_everywhere(Spec("pay_invoices", horizon=6, orchestrator="naive"))


def test_an_import_that_writes_or_loads_something_heavy_is_seen(tmp_path: Path):
    heavy = imports.probe(imports.WATCHED, "pyarrow")
    assert "pyarrow" in heavy
    assert "nothing" not in heavy


def test_an_unknown_figure_is_refused_with_what_there_is(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as refused:
        main(["stepcost"])
    assert refused.value.code == 2
    assert "unknown figure 'stepcost'; there are imports, step_cost" in capsys.readouterr().err
