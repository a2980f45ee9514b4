"""Ranks from paired differences: known winners, known ties, known groups."""

from __future__ import annotations

from reports.ranks import Pair, Sample, compare, compare_all, groups, ranks


def sample(
    completed: list[int],
    costs: list[float] | float = 100.0,
    merit: tuple[float, float] = (0, 0),
    right: list[float] | None = None,
) -> Sample:
    """One task in each of so many clusters."""
    spent = costs if isinstance(costs, list) else [costs] * len(completed)
    tasks = {place: {(0,): outcome} for place, outcome in enumerate(zip(completed, spent, right or completed))}
    return Sample(tasks, merit)


HALF = [1, 0] * 6


def test_one_cluster_has_no_interval_and_the_numbers_decide() -> None:
    better, worse = sample([1], merit=(1, 0)), sample([0], merit=(0, 0))
    assert compare(better, worse) == Pair(1, "value", 1)
    assert compare(worse, better).better == -1
    assert compare(better, better).better == 0


def test_no_task_in_common_leaves_it_to_the_numbers() -> None:
    other = Sample({9: {("other",): (1, 1.0, 1)}, 10: {("other",): (1, 1.0, 1)}}, (1, 0))
    assert compare(sample(HALF), other) == Pair(-1, "value", 0)


def test_a_difference_that_may_be_chance_is_a_tie() -> None:
    pair = compare(sample([1, 0, 1, 0, 1, 1, 0, 1]), sample([1, 1, 0, 0, 1, 1, 0, 0]))
    assert (pair.better, pair.by) == (0, "")
    low, high = pair.completion_interval
    assert low < 0 < high


def test_who_completes_more_in_every_cluster_is_better_whatever_it_costs() -> None:
    pair = compare(sample([1] * 8, 9_000.0), sample([0] * 8, 1.0))
    assert (pair.better, pair.by, pair.completion, pair.completion_interval) == (1, "completion", 1, (1, 1))


def test_cost_decides_between_equal_completions() -> None:
    pair = compare(sample(HALF, 100.0), sample(HALF, 101.0))
    assert (pair.better, pair.by, pair.cost) == (1, "cost", -2.0)
    assert compare(sample(HALF, 101.0), sample(HALF, 100.0)).better == -1


def test_equal_rows_are_tied_and_a_pair_turned_is_the_same_pair() -> None:
    assert compare(sample(HALF), sample(HALF)).better == 0
    one, other = sample([1] * 6 + [0] * 2, 50.0), sample(HALF[:8], 70.0)
    pair, back = compare(one, other), compare(other, one)
    assert (pair.turned.better, pair.turned.completion, pair.turned.cost) == (back.better, back.completion, back.cost)


def test_no_success_on_either_side_is_no_difference_of_cost() -> None:
    pair = compare(sample([0] * 6, 1.0), sample([0] * 6, 9.0))
    assert (pair.better, pair.cost_interval) == (0, (0, 0))


def test_the_share_of_the_work_that_is_right_decides_where_nobody_succeeds() -> None:
    nobody = [0] * 8
    pair = compare(sample(nobody, 1.0, right=[0.5] * 8), sample(nobody, 9.0, right=[0.25] * 8))
    assert (pair.better, pair.by, pair.work, pair.work_interval) == (1, "work", 0.25, (0.25, 0.25))
    assert (pair.turned.better, pair.turned.work) == (-1, -0.25)


def test_the_share_of_the_work_decides_nothing_that_completion_or_cost_decide() -> None:
    assert compare(sample([1] * 8, right=[0.5] * 8), sample([0] * 8, right=[0.9] * 8)).by == "completion"
    assert compare(sample(HALF, 100.0, right=[0.5] * 12), sample(HALF, 101.0, right=[0.9] * 12)).by == "cost"


def test_pairing_sees_a_small_difference_below_a_large_spread() -> None:
    sizes = [10.0, 1_000.0, 20.0, 5_000.0, 90.0, 700.0, 30.0, 4_000.0]
    assert compare(sample([1] * 8, sizes), sample([1] * 8, [size + 1 for size in sizes])).by == "cost"


def test_of_few_clusters_the_seeds_are_drawn_too() -> None:
    """Three families that agree by a task or two each decide nothing; if they agree in all their tasks, they do."""
    half = {family: {(seed,): (seed % 2, 1.0, seed % 2) for seed in range(10)} for family in "abc"}
    slightly = {family: {**half[family], (0,): (1, 1.0, 1)} for family in half}
    wholly = {family: {(seed,): (1, 1.0, 1) for seed in range(10)} for family in half}
    assert compare(Sample(slightly, (0, 0)), Sample(half, (0, 0))).better == 0
    assert compare(Sample(wholly, (0, 0)), Sample(half, (0, 0))).better == 1


def test_only_tasks_that_both_ran_count() -> None:
    long, short = sample([1] * 6 + [0] * 6), sample([1] * 6)
    pair = compare(long, short)
    assert (pair.tasks, pair.better) == (6, 0)


def test_the_same_samples_are_compared_alike_every_time() -> None:
    one, other = sample([1, 0, 1, 1, 0, 1, 1], 30.0), sample([1, 1, 0, 1, 0, 0, 1], 40.0)
    assert compare(one, other) == compare(one, other)


def test_ranks_are_spans_where_rows_are_tied() -> None:
    first, tied, last = sample([1] * 12), sample(HALF, 10.0), sample([0] * 12)
    pairs = compare_all([first, tied, tied, last])
    assert ranks(4, pairs) == [(1, 1), (2, 3), (2, 3), (4, 4)]
    assert groups([0, 1, 2, 3], pairs) == 3


def test_groups_of_nobody_of_one_and_of_equals() -> None:
    assert groups([], {}) == 0
    assert groups([0], {}) == 1
    assert groups([0, 1, 2], compare_all([sample(HALF)] * 3)) == 1


def test_a_row_that_is_worse_than_the_next_begins_no_group() -> None:
    pairs = compare_all([sample([0] * 12), sample([1] * 12)])
    assert (groups([0, 1], pairs), groups([1, 0], pairs)) == (1, 2)
