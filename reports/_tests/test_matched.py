"""The matched-completion ratio from rows: what counts, what is paired, and its interval."""

from __future__ import annotations

import pytest

from harness.metrics import BOOKS, Prices
from reports.matched import matched_completion_ratio, point_of


def runs(budget: float, tokens: int, passed: str, **more: object) -> list[dict]:
    """Runs of seeds 0, 1, 2, ..., each completed (+) or not (-)."""
    return [
        {"verdict": "pass", "strikes": "", "completed": mark == "+", "view_budget": budget, "seed": seed,
         "tokens_input": tokens, "tokens_cached": 0, "tokens_output": 0, **more}
        for seed, mark in enumerate(passed)
    ]  # fmt: skip


def test_a_point_is_the_cost_per_run_and_the_share_that_completed() -> None:
    assert point_of([*runs(1.0, 100, "+-"), *runs(1.0, 400, "+")], BOOKS[0]) == (200, 2 / 3)


def test_a_point_is_priced_by_the_book_it_is_asked_for() -> None:
    rows = runs(1.0, 100, "+", tokens_cached=40, tokens_output=2)
    assert point_of(rows, Prices("made", read=0.1, write=1.25, output=5)) == (4 + 75 + 10, 1)


def test_invalid_and_struck_runs_and_those_that_claim_no_completion_are_in_no_point() -> None:
    silent = [{"verdict": "invalid"}, {"strikes": "crash"}, {"completed": None}]
    others = [row for values in silent for row in runs(1.0, 900, "+", **values)]
    assert point_of(others, BOOKS[0]) is None
    assert point_of([*runs(1.0, 100, "+-"), *others], BOOKS[0]) == (100, 0.5)


def test_a_run_that_never_finished_did_not_complete_as_on_the_leaderboard() -> None:
    endless = runs(1.0, 300, "+", verdict="invalid", ending="watchdog")
    assert point_of([*runs(1.0, 100, "+"), *endless], BOOKS[0]) == (200, 0.5)
    found = matched_completion_ratio(endless, runs(1.0, 100, "+"), BOOKS[0], "seed")
    assert (found.valid, found.planned) == (2, 2)


def test_a_policy_against_itself_costs_the_same() -> None:
    dear = runs(1.0, 200, "+-+-")
    found = matched_completion_ratio(runs(0.5, 100, "----") + dear, dear, BOOKS[0], "seed")
    assert (found.ratio, found.valid, found.planned) == (1.0, 12, 12)
    assert found.interval is not None and found.interval[0] == 1.0


def test_at_one_view_budget_there_is_neither_ratio_nor_interval() -> None:
    rows = runs(1.0, 100, "+-+-")
    found = matched_completion_ratio(rows, rows, BOOKS[0], "seed")
    assert (found.ratio, found.interval, found.valid) == (None, None, 8)


def test_a_sweep_is_interpolated_and_its_interval_holds_the_ratio() -> None:
    sweep = runs(0.25, 100, "++----") + runs(1.0, 200, "++++--")
    found = matched_completion_ratio(sweep, runs(1.0, 300, "+++---"), BOOKS[0], "seed", missing=2)
    assert found.ratio == pytest.approx(0.5)
    assert found.interval is not None and found.interval[0] <= 0.5 <= found.interval[1]
    assert (found.valid, found.planned) == (18, 20)


def by_seed(budget: float, tokens: list[int], mark: str) -> list[dict]:
    """One run for each seed, with its own tokens; all completed or none."""
    return [{**runs(budget, each, mark)[0], "seed": seed} for seed, each in enumerate(tokens)]


def test_where_one_costs_half_of_the_other_on_every_task_the_interval_has_no_width() -> None:
    mine = by_seed(0.5, [10] * 4, "-") + by_seed(1.0, [100, 200, 400, 800], "+")
    found = matched_completion_ratio(mine, by_seed(1.0, [200, 400, 800, 1_600], "+"), BOOKS[0], "seed")
    assert (found.ratio, found.interval) == (0.5, (0.5, 0.5))


def test_where_costs_differ_from_task_to_task_the_interval_is_as_wide_as_they_let_it_be() -> None:
    mine = by_seed(0.5, [10] * 4, "-") + by_seed(1.0, [100, 200, 400, 800], "+")
    found = matched_completion_ratio(mine, by_seed(1.0, [1_000] * 4, "+"), BOOKS[0], "seed")
    assert found.ratio == 0.375 and found.interval is not None
    # one task drawn four times would be 0.1 or 0.8; each happens in 1 draw of 256
    assert 0.1 < found.interval[0] < 0.2 and 0.6 < found.interval[1] < 0.8


def test_invalid_runs_and_seeds_of_one_side_count_in_no_ratio() -> None:
    mine = runs(0.5, 50, "--") + runs(1.0, 100, "++") + runs(1.0, 900, "+", verdict="invalid")
    found = matched_completion_ratio(mine, runs(1.0, 200, "+"), BOOKS[0], "seed")
    assert (found.ratio, found.interval, found.valid, found.planned) == (0.5, None, 5, 6)


def test_a_cluster_may_have_no_name() -> None:
    rows = runs(0.5, 50, "-") + runs(1.0, 100, "+") + runs(0.5, 50, "-", seed=None) + runs(1.0, 100, "+", seed=None)
    named = [{**row, "seed": None if row["seed"] is None else "a"} for row in rows]
    assert matched_completion_ratio(named, named[1::2], BOOKS[0], "seed").interval == (1, 1)


def test_without_runs_there_is_no_ratio() -> None:
    assert matched_completion_ratio([], [], BOOKS[0], "seed").ratio is None
