"""A ranking is a finding where it holds at every grid point, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest

from harness.errors import UsageError
from reports._tests.test_boards import many, report
from reports.board_file import write_boards
from reports.cuts import Cut
from reports.findings import is_point, with_findings
from reports.leaderboard import Leaderboard, leaderboard
from reports.render import board_plain, boards_text
from reports.report import Report

POLICIES = {"good": 1.0, "fair": 0.5, "poor": 0.0}


def run(model: str, **done: float) -> list[dict[str, Any]]:
    """Three policies at one grid point, each with a share of completed seeds."""
    return [row for policy, share in {**POLICIES, **done}.items() for row in many(policy, share, model=model)]


def board(rows: list[dict[str, Any]]) -> Leaderboard:
    return leaderboard(report(*rows), cut=Cut(profile="mid", pooled=True))


def said(found: Leaderboard) -> dict[tuple[str, str], str]:
    assert found.findings is not None
    name = [row.subject.policy for row in found.rows]
    return {(name[a], name[b]): word for (a, b), word in found.findings.pairs.items()}


def varied(*rows: dict[str, Any]) -> Report:
    return report(*rows)


def test_a_grid_that_varies_another_profile_is_refused() -> None:
    with pytest.raises(UsageError, match=r"no grid point of the profile 'mid' in made; one is a model named mid-"):
        with_findings(board(run("mid")), [varied(*run("middle"), *run("weak-P0"))])


def test_a_grid_point_of_other_tasks_is_refused() -> None:
    others = [row | {"seed": row["seed"] + 100} for row in run("mid-P0")]
    with pytest.raises(
        UsageError, match=r"mid-P0 in made is of other tasks than the board: 24 of 24 are in one of them only"
    ):
        with_findings(board(run("mid")), [varied(*others)])


def test_the_board_itself_is_no_grid_point() -> None:
    with pytest.raises(UsageError, match="no grid point of the profile 'mid'"):
        with_findings(board(run("mid")), [varied(*run("mid"))])


@pytest.mark.parametrize(
    ("model", "is_one"),
    [
        ("mid", False),
        ("grid.toml:mid-P0", True),
        ("mid-L2", True),
        ("middle", False),
        ("weak-mid", False),
        ("mid.2", False),
    ],
)
def test_what_is_a_grid_point_of_mid(model: str, is_one: bool) -> None:
    assert is_point(model, "mid") is is_one
    assert is_point(model, "mine.toml:mid") is is_one


def test_an_order_that_turns_at_one_grid_point_is_not_stable() -> None:
    found = with_findings(board(run("mid")), [varied(*run("mid-P0"), *run("mid-P2", good=0.0, poor=1.0))])
    assert said(found) == {
        ("good", "fair"): "not stable", ("good", "poor"): "not stable", ("fair", "poor"): "not stable",
    }  # fmt: skip


def test_an_order_that_becomes_a_tie_is_not_stable_and_the_others_hold() -> None:
    found = with_findings(board(run("mid")), [varied(*run("mid-P0"), *run("mid-P2", fair=1.0))])
    assert said(found) == {("good", "fair"): "not stable", ("good", "poor"): "finding", ("fair", "poor"): "finding"}
    assert found.findings is not None
    assert [found.findings.of(place) for place in range(3)] == [(1, 2), (1, 2), (2, 2)]


def test_a_policy_that_no_grid_point_ran_is_not_checked() -> None:
    rows = [row for row in run("mid-P0") if row["policy"] != "poor"]
    found = with_findings(board(run("mid")), [varied(*rows)])
    assert said(found) == {
        ("good", "fair"): "finding", ("good", "poor"): "not checked", ("fair", "poor"): "not checked",
    }  # fmt: skip


def test_grid_points_may_come_in_several_reports_and_are_counted(tmp_path) -> None:
    reports = [varied(*run("mid-P0")), varied(*run("grid.toml:mid-P2"), *run("weak"))]
    found = with_findings(board(run("mid")), reports)
    assert found.findings is not None
    assert found.findings.points == ("mid-P0 (report 1)", "grid.toml:mid-P2 (report 2)")
    text = boards_text([found])
    assert "findings: 3 of 3 orders hold at all 2 grid points, 0 are not stable" in text
    assert text.count(" 2/2\n") == 3
    assert {pair["finding"] for pair in board_plain(found)["pairs"]} == {"finding"}
    assert write_boards([found], tmp_path / "boards.parquet").is_file()


def test_ties_are_no_finding_and_nothing_is_said_where_nobody_varied() -> None:
    found = with_findings(board(run("mid", fair=1.0)), [varied(*run("mid-P0"))])
    assert ("good", "fair") not in said(found) and ("fair", "good") not in said(found)
    assert "findings" not in boards_text([board(run("mid"))])
