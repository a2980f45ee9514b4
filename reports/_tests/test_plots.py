"""Plots: equal data, equal bytes; every label readable."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.metrics import Prices
from harness.spec import Policy
from reports._tests.made import changed, stored, trial, trials
from reports._tests.test_leaderboard import ranked
from reports.labels import Point, place_labels
from reports.leaderboard import leaderboard
from reports.plots import _examples, _figure, _styled, compute_plot, tokens_plot
from reports.report import Report


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> Report:
    return stored(tmp_path_factory.mktemp("plots"), trials())


@pytest.mark.parametrize("name", ["plot.png", "plot.svg"])
def test_equal_data_give_equal_bytes(report, tmp_path, name) -> None:
    for draw in (
        lambda path: compute_plot(leaderboard(report), path),
        lambda path: tokens_plot(report, path),
    ):
        first = Path(draw(tmp_path / name)).read_bytes()
        assert first == Path(draw(tmp_path / name)).read_bytes() and len(first) > 5_000
    assert [tmp_path / name] == list(tmp_path.iterdir())


def test_a_name_that_is_no_picture(report, tmp_path) -> None:
    with pytest.raises(UsageError, match=r"must end in \.png or \.svg"):
        tokens_plot(report, tmp_path / "plot.pdf")


def test_nothing_to_plot(report, tmp_path) -> None:
    with pytest.raises(UsageError, match="no row has both"):
        compute_plot(ranked({"completed": None}), tmp_path / "plot.png")
    with pytest.raises(UsageError, match="no price book 'mine'"):
        compute_plot(leaderboard(report), tmp_path / "plot.png", Prices("mine"))


def test_a_run_that_never_finished_has_a_curve_as_it_has_a_row_on_the_board(tmp_path) -> None:
    runs = [trial(policy=policy) for policy in ("keep_all", Policy("sliding_window", share=0.5))]
    plain = stored(tmp_path, runs)
    hung = changed(plain, 1, verdict="invalid", ending="watchdog")
    assert [row["policy"] for row in _examples(hung)] == [row["policy"] for row in _examples(plain)]
    assert len(_examples(changed(plain, 1, verdict="invalid"))) == 1


def test_too_many_or_unknown_runs_are_refused(report, tmp_path) -> None:
    ids = [row["run_id"] for row in report.runs]
    with pytest.raises(UsageError, match="9 runs are too many to tell apart"):
        tokens_plot(report, tmp_path / "plot.png", ids[:9])
    with pytest.raises(UsageError, match="unknown run"):
        tokens_plot(report, tmp_path / "plot.png", ["zzz"])


def test_runs_with_equal_requests_are_one_line_with_both_names(tmp_path) -> None:
    same = [trial(policy=policy, view_budget=0.9) for policy in ("keep_all", "drop_reads_after_edit")]
    drawn = tokens_plot(stored(tmp_path, same), tmp_path / "plot.svg").read_text()
    assert drawn.count("keep_all, drop_reads_after_edit") == 1


def test_runs_can_be_named(report, tmp_path) -> None:
    ids = [row["run_id"] for row in report.runs[:2]]
    assert tokens_plot(report, tmp_path / "plot.svg", ids).is_file()


def test_a_place_that_cannot_be_written(report, tmp_path) -> None:
    with pytest.raises(UsageError, match="cannot write"):
        tokens_plot(report, tmp_path / "no" / "folder.png")


def test_view_budgets_are_joined_by_policy(tmp_path) -> None:
    rows = [{"policy": policy, "view_budget": share} for policy in ("a", "b") for share in (0.5, 1.0)]
    swept = compute_plot(ranked(*rows, {"orchestrator": "no_model"}), tmp_path / "swept.svg").read_bytes()
    assert swept != compute_plot(ranked(*rows[1::2]), tmp_path / "plain.svg").read_bytes()


def test_a_plain_program_alone_can_be_plotted(tmp_path) -> None:
    board = ranked({"orchestrator": "no_model", "tokens_input": 0, "tokens_output": 0})
    assert compute_plot(board, tmp_path / "plot.png").is_file()


def test_more_policies_than_can_be_told_apart_are_left_out_and_counted(tmp_path) -> None:
    many = [trial(policy=Policy("sliding_window", share=0.5 + n / 100)) for n in range(10)]
    tokens_plot(stored(tmp_path, many), tmp_path / "cut.svg")
    tokens_plot(stored(tmp_path, many[:8]), tmp_path / "whole.svg")
    titles = [(tmp_path / name).read_text().count("not shown") for name in ("cut.svg", "whole.svg")]
    assert titles == [1, 0]


def test_points_that_cover_one_another_share_a_label() -> None:
    with _styled():
        axes = _figure((8, 5)).add_subplot()
        axes.set_xlim(0, 100)
        place_labels(axes, [Point(50, 0.5, "a"), Point(50.4, 0.5, "b"), Point(53, 0.5, "c")], [])
    assert [text.get_text() for text in axes.texts] == ["a\nb", "c"]


def test_no_label_lies_over_another() -> None:
    points = [Point(x + y / 30, 100.0 - y, f"policy number {x}-{y}") for x in range(3) for y in (0, 2, 4, 6)]
    with _styled():
        figure = _figure((8, 5))
        axes = figure.add_subplot()
        axes.set_xlim(-1, 4)
        axes.set_ylim(0, 110)
        place_labels(axes, points, [])
        figure.draw_without_rendering()
        from matplotlib.text import Text

        boxes = [Text.get_window_extent(text) for text in axes.texts]
    assert len(boxes) == 12
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[i + 1 :])


def test_a_plot_of_one_scenario_shows_no_other(report, tmp_path) -> None:
    names = sorted({row["scenario"] for row in report.runs})
    for name in names:
        assert {row["scenario"] for row in report.of(name).runs} == {name}
    assert report.of("") is report
    drawn = Path(tokens_plot(report.of(names[-1]), tmp_path / "plot.svg")).read_text()
    assert drawn == Path(tokens_plot(report.of(names[-1]), tmp_path / "plot.svg")).read_text()
    with pytest.raises(UsageError, match="no valid run"):
        tokens_plot(report.of("nothing_of_the_kind"), tmp_path / "plot.svg")
