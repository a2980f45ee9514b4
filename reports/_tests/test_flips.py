"""The sign flips: equal arms are seldom blamed, however much is compared, and real differences are found."""

from __future__ import annotations

from math import inf

import pytest

from harness.draws import share_of
from reports.flips import (
    CLUSTERS_MIN,
    critical_value,
    detectable,
    detectable_share,
    enough_differ,
    exceeds,
    flips,
    mean,
    standard_error,
    statistic,
)

TRIALS = 200


def drawn(name: str, clusters: int, before: float, after: float, metrics: int = 1) -> list[dict[int, float]]:
    """Differences of pairs of yes-or-no runs that succeed in these shares, for several metrics."""
    return [
        {
            place: float(share_of(f"{name} {metric} b {place}") < after)
            - (share_of(f"{name} {metric} a {place}") < before)
            for place in range(clusters)
        }
        for metric in range(metrics)
    ]


def found(family: list[dict[int, float]], clusters: int) -> bool:
    tested = [item for item in family if enough_differ(item)]
    critical = critical_value(tested, clusters)
    return any(exceeds(statistic(item), critical) for item in tested)


@pytest.mark.parametrize(("clusters", "metrics"), [(20, 1), (20, 10), (6, 10), (40, 3)])
def test_of_equal_arms_about_one_in_twenty_is_blamed_or_praised_for_anything(clusters, metrics) -> None:
    blamed = sum(found(drawn(f"{trial}", clusters, 0.7, 0.7, metrics), clusters) for trial in range(TRIALS))
    assert blamed / TRIALS <= 0.08, "0.05, and two standard errors of 200 trials"


def test_a_difference_as_big_as_the_detectable_one_is_found_four_times_in_five() -> None:
    share = detectable_share(20, 1)
    hits = sum(found(drawn(f"power {trial}", 20, 1.0, 1 - share), 20) for trial in range(TRIALS))
    assert hits / TRIALS == pytest.approx(0.8, abs=0.07)


def test_half_of_that_difference_is_seldom_found() -> None:
    share = detectable_share(20, 1) / 2
    hits = sum(found(drawn(f"half {trial}", 20, 1.0, 1 - share), 20) for trial in range(TRIALS))
    assert hits / TRIALS < 0.3


def test_five_clusters_that_agree_prove_nothing_and_six_do() -> None:
    for clusters, enough in ((CLUSTERS_MIN - 1, False), (CLUSTERS_MIN, True)):
        unanimous = {place: 1.0 + place / 100 for place in range(clusters)}
        assert enough_differ(unanimous) == enough
        assert exceeds(statistic(unanimous), critical_value([unanimous], clusters)) == enough


def test_the_same_difference_everywhere_is_certain_and_none_is_none() -> None:
    assert statistic(dict.fromkeys(range(8), 0.1)) == inf
    assert statistic(dict.fromkeys(range(8), 0.0)) == 0
    assert standard_error(dict.fromkeys(range(8), 0.1)) == 0
    assert standard_error({0: 1.0}) == inf
    assert mean({0: 1.0, 3: 2.0}) == 1.5


def test_few_clusters_are_flipped_in_every_way_and_the_pattern_seen_is_one_of_them() -> None:
    assert len(set(flips(6))) == len(flips(6)) == 64
    assert flips(6)[0] == (1,) * 6 and flips(30)[0] == (1,) * 30
    assert len(flips(30)) == 1_000
    ups = sum(sum(sign > 0 for sign in signs) for signs in flips(30))
    assert ups / (30 * 1_000) == pytest.approx(0.5, abs=0.01)


def test_what_can_be_detected_shrinks_with_clusters_and_pairs() -> None:
    assert detectable_share(20, 1) == pytest.approx(0.3665, abs=0.0005)
    shares = [detectable_share(clusters, pairs) for clusters, pairs in ((6, 1), (10, 1), (20, 1), (20, 5), (100, 5))]
    assert sorted(shares, reverse=True) == shares
    assert detectable(0.1, 1.96) == pytest.approx(0.2802, abs=1e-4)
    assert detectable(0.0, 1.96) is None and detectable(0.1, inf) is None
    with pytest.raises(ValueError, match="clusters is 5; with fewer than 6"):
        detectable_share(5, 1)
