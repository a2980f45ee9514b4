"""Is a mean difference real? Sign flips of whole clusters, one critical value for all that is tested together.

If the two arms are alike, each cluster's difference could as well have had the other sign (R. A. Fisher, The Design of
Experiments, 1935). What is flipped is the cluster, with all its numbers at once, because runs of one cluster are alike; and
the critical value is that of the largest |t| of all numbers (P. H. Westfall and S. S. Young, Resampling-Based Multiple
Testing, 1993), so that of two equal arms only one pair in twenty is blamed for anything at all, however many numbers there
are. Signs come from a hash: equal reports give equal verdicts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from math import ceil, comb, inf, sqrt
from statistics import NormalDist

from harness.draws import number_of

ALPHA, POWER = 0.05, 0.8
"""How often equal arms may be blamed or praised, and how often a difference as big as the detectable one is found."""

CLUSTERS_MIN = 6
"""With five clusters even a unanimous difference has two of 32 sign patterns on its side, more than one in twenty."""

NORMAL = NormalDist().inv_cdf(1 - ALPHA / 2)
ALL_UP_TO, DRAWS = 9, 1_000
"""So many clusters are flipped in every way; of more, so many patterns are drawn, the one seen among them."""

Differences = Mapping[int, float]
"""Mean differences by the number of their cluster; a cluster without a value is left out."""


@lru_cache(maxsize=8)
def flips(clusters: int) -> tuple[tuple[int, ...], ...]:
    """Patterns of signs (1 or -1) for so many clusters, the first of them all 1."""
    if clusters <= ALL_UP_TO:
        return tuple(
            tuple(-1 if pattern >> place & 1 else 1 for place in range(clusters)) for pattern in range(2**clusters)
        )
    drawn = (
        tuple(-1 if number_of(f"flip {draw} {place}") & 1 else 1 for place in range(clusters))
        for draw in range(1, DRAWS)
    )
    return ((1,) * clusters, *drawn)


def mean(differences: Differences) -> float:
    """The mean over clusters, each with the same weight."""
    return sum(differences.values()) / len(differences)


def standard_error(differences: Differences) -> float:
    """The standard error of the mean over clusters; infinite for fewer than two."""
    return _error(sum(differences.values()), sum(value * value for value in differences.values()), len(differences))


def _error(total: float, squares: float, count: int) -> float:
    if count < 2:
        return inf
    spread = squares - total * total / count
    # what is left by rounding is no spread
    return sqrt(spread / (count - 1) / count) if spread > 1e-12 * squares else 0.0


def statistic(differences: Differences) -> float:
    """|t|, the mean in standard errors; infinite for one difference in all clusters, 0 for none."""
    return _statistic(sum(differences.values()), sum(value * value for value in differences.values()), len(differences))


def _statistic(total: float, squares: float, count: int) -> float:
    error = _error(total, squares, count)
    if not total:
        return 0.0
    return abs(total / count / error) if error else inf


def enough_differ(differences: Differences) -> bool:
    """Whether enough clusters differ at all for any pattern of them to be rare."""
    return sum(value != 0 for value in differences.values()) >= CLUSTERS_MIN


def critical_value(family: Iterable[Differences], clusters: int) -> float:
    """The |t| that the largest of a family stays below in 95 % of all flips; no less than the normal's 1.96."""
    sums = [(tuple(item.items()), sum(value * value for value in item.values())) for item in family]
    largest = sorted(
        max((_flipped(pairs, squares, signs) for pairs, squares in sums), default=0.0) for signs in flips(clusters)
    )
    return max(NORMAL, largest[ceil((1 - ALPHA) * len(largest)) - 1])


def _flipped(pairs: tuple[tuple[int, float], ...], squares: float, signs: tuple[int, ...]) -> float:
    return _statistic(sum(value * signs[place] for place, value in pairs), squares, len(pairs))


def exceeds(value: float, critical: float) -> bool:
    """Whether |t| is above a critical value by more than rounding."""
    return value > critical * (1 + 1e-9)


def detectable(error: float, critical: float) -> float | None:
    """The minimum detectable difference, in the units of `error`: (critical + z of the power) x standard error.

    None where no spread was seen. Source: H. S. Bloom, Minimum detectable effects, Evaluation Review 19 (1995), with this
    test's own critical value in the place of t.
    """
    return (critical + NormalDist().inv_cdf(POWER)) * error if 0 < error < inf and critical < inf else None


def detectable_share(clusters: int, pairs: float) -> float:
    """The least difference of a rate that makes six clusters of so many pairs each differ, with power 0.8.

    No test of signs finds a smaller one, also where no run failed and the standard error is 0: the share d with
    P(Binomial(clusters, 1 - (1 - d)^pairs) >= 6) = 0.8. Raises `ValueError` for fewer clusters than six.
    """
    if clusters < CLUSTERS_MIN:
        raise ValueError(f"clusters is {clusters}; with fewer than {CLUSTERS_MIN} nothing can be found")
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (low, middle) if _enough(clusters, middle) >= POWER else (middle, high)
    return float(1 - (1 - high) ** (1 / pairs))


def _enough(clusters: int, share: float) -> float:
    """The probability that six or more of the clusters differ."""
    fewer = [float(comb(clusters, k) * share**k * (1 - share) ** (clusters - k)) for k in range(CLUSTERS_MIN)]
    return 1 - sum(fewer)
