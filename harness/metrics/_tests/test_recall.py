"""Reference recall counts what a later turn uses: in the view, by a pointer, or lost."""

from __future__ import annotations

import pytest

from harness.metrics.recalled import recall_by_distance, recall_in_view, recall_of, reference_recall
from harness.run import Run, execute
from harness.spec import Policy, Spec


def played(policy: str, budget: float = 0.25) -> Run:
    return execute(Spec("recorded", horizon=60, policy=Policy(policy), view_budget=budget))


def test_a_view_that_keeps_everything_loses_nothing():
    recall = recall_of(played("keep_all"))
    assert recall.in_view > 0
    assert (recall.by_pointer, recall.lost) == (0, 0)


def test_a_dropped_result_is_lost_and_a_masked_one_is_reachable():
    dropped, masked = recall_of(played("drop_all")), recall_of(played("mask_observations"))
    assert dropped.lost > 0
    assert dropped.by_pointer == 0
    assert masked.by_pointer > 0
    assert masked.lost == 0


def test_the_uses_are_those_of_the_recording_whatever_the_policy():
    assert len({recall_of(played(name)).total for name in ("keep_all", "drop_all", "sliding_window", "summarize")}) == 1


@pytest.mark.parametrize("policy", ["drop_all", "sliding_window", "summarize"])
def test_the_share_falls_with_the_budget(policy: str):
    shares = [recall_in_view(played(policy, budget)) for budget in (0.1, 0.3, 4.0)]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_bands_of_distance_hold_every_reference_once():
    for name in ("keep_all", "drop_all", "mask_observations"):
        found = recall_of(played(name))
        assert [sum(counts) for counts in zip(*found.bands.values())] == [found.in_view, found.by_pointer, found.lost]
        assert all(least & (least - 1) == 0 for least in found.bands) and list(found.bands) == sorted(found.bands)


def test_what_was_dropped_is_lost_at_a_distance_and_not_at_the_next_turn():
    bands = recall_of(played("drop_all")).bands
    lost = [counts[2] / sum(counts) for counts in bands.values()]
    assert next(iter(bands)) == 1 and lost[0] < lost[-1]


def test_a_run_without_references_has_no_recall():
    assert recall_by_distance(execute(Spec("pay_invoices", horizon=1, orchestrator="no_model"))) is None
    assert reference_recall(execute(Spec("pay_invoices", horizon=1, orchestrator="no_model"))) is None
