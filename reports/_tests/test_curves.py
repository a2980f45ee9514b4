"""Plots of facts and tokens: what lacks is named, equal data give equal bytes, too many policies are counted."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from harness.errors import UsageError
from reports._tests.test_boards import many, report
from reports.curves import WASTE, recall_plot, survival_plot, waste_plot
from reports.leaderboard import leaderboard
from reports.measured import counted
from reports.report import Report
from reports.retention import retained, survival_curves

PLOTS = [survival_plot, recall_plot, waste_plot]
COLUMNS = {
    "retention_by_compaction": json.dumps({"goal": [[4, 4], [4, 2]], "identifier": [[9, 3], [3, 3], [1, 0]]}),
    "recall_by_distance": json.dumps({"1": [9, 1, 0], "4": [3, 3, 4], "16": [0, 0, 0]}),
    **{name: 1 / 6 for name, *_ in WASTE},
}


def made(policies: int = 3, budgets: tuple[float, ...] = (1.0,)) -> Report:
    names = ["keep_all", *(f"policy_{number}" for number in range(policies - 1))]
    return report(*(row for name in names for budget in budgets for row in many(name, view_budget=budget, **COLUMNS)))


@pytest.mark.parametrize(
    ("plot", "column"),
    [(survival_plot, "retention_by_compaction"), (recall_plot, "recall_by_distance"), (waste_plot, "waste_live")],
)
def test_a_column_that_lacks_or_is_empty_is_named(plot: Callable[..., Any], column: str, tmp_path) -> None:
    with pytest.raises(UsageError, match=f"made has no column {column}; make the report anew"):
        plot(report(*many("a")), tmp_path / "plot.png")
    with pytest.raises(UsageError, match=f"{column} is empty in every valid run"):
        plot(report(*many("a", **{**COLUMNS, column: None})), tmp_path / "plot.png")
    with pytest.raises(UsageError, match=r"must end in \.png or \.svg"):
        plot(made(), tmp_path / "plot.gif")
    assert not list(tmp_path.iterdir())


def test_no_fact_ever_met_a_compaction(tmp_path) -> None:
    with pytest.raises(UsageError, match="no compaction met a fact"):
        survival_plot(report(*many("a", **{**COLUMNS, "retention_by_compaction": "{}"})), tmp_path / "plot.png")


@pytest.mark.parametrize("plot", PLOTS)
@pytest.mark.parametrize("budgets", [(1.0,), (0.25, 0.5, 1.0)])
def test_equal_data_give_equal_bytes(plot: Callable[..., Any], budgets: tuple[float, ...], tmp_path) -> None:
    first = plot(made(3, budgets), tmp_path / "plot.svg").read_bytes()
    assert first == plot(made(3, budgets), tmp_path / "plot.svg").read_bytes() and len(first) > 5_000


@pytest.mark.parametrize("plot", PLOTS)
def test_more_than_eight_policies_are_left_out_and_counted(plot: Callable[..., Any], tmp_path) -> None:
    assert "2 more policies are not shown" in plot(made(10), tmp_path / "cut.svg").read_text()
    assert "not shown" not in plot(made(8), tmp_path / "whole.svg").read_text()


def test_survival_is_the_product_of_what_survived_each_compaction() -> None:
    runs = made(1).runs
    assert retained(runs)["identifier"] == [[108, 36], [36, 36], [12, 0]]
    assert survival_curves(runs)["identifier"] == pytest.approx([1 / 3, 1 / 3, 0])


def test_a_panel_names_a_line_once_with_all_that_it_covers(tmp_path) -> None:
    drawn = survival_plot(made(3), tmp_path / "plot.svg").read_text()
    assert drawn.count("keep_all, policy_0, policy_1") == 2, (
        "a goal and an identifier panel, in each all curves are one"
    )


SPOILT = {
    "retention_by_compaction": '{"goal": [[4, 0]]}',
    "recall_by_distance": '{"1": [0, 0, 9]}',
    "waste_dead": 1.0,
}


def beside(plain: Report, **values: Any) -> Report:
    """The report with every run once more, with other facts and these values."""
    return replace(plain, runs=(*plain.runs, *({**row, **SPOILT, **values} for row in plain.runs)))


@pytest.mark.parametrize("plot", PLOTS)
def test_struck_runs_are_in_no_curve(plot: Callable[..., Any], tmp_path) -> None:
    plain = made(2)
    first = plot(plain, tmp_path / "plain.svg").read_bytes()
    assert first == plot(beside(plain, strikes="x"), tmp_path / "both.svg").read_bytes()


@pytest.mark.parametrize("plot", PLOTS)
def test_invalid_runs_are_in_no_curve_and_counted(plot: Callable[..., Any], tmp_path) -> None:
    plain = made(2)
    void = {**plain.runs[0], **SPOILT, "verdict": "invalid"}
    drawn = plot(replace(plain, runs=(*plain.runs, void, void)), tmp_path / "both.svg").read_text()
    assert "2 of 26 runs are invalid and in no curve" in drawn
    assert "invalid" not in plot(plain, tmp_path / "plain.svg").read_text()


@pytest.mark.parametrize("plot", PLOTS)
def test_runs_that_never_finished_are_in_the_curves_as_they_are_on_the_board(
    plot: Callable[..., Any], tmp_path
) -> None:
    plain = made(2)
    first = plot(plain, tmp_path / "plain.svg").read_bytes()
    both = beside(plain, verdict="invalid", ending="watchdog", completed=False)
    assert first != plot(both, tmp_path / "both.svg").read_bytes()
    assert sum(row.valid for row in leaderboard(both).rows) == len(counted(both.runs)) == 48
    assert "invalid" not in (tmp_path / "both.svg").read_text()
