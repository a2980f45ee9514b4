"""How sure a rate is: the Wilson score interval of k successes in n runs."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist

CONFIDENCE = 0.95


def wilson(successes: int, runs: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The Wilson score interval of a rate, two shares from 0 to 1 around `successes / runs`; (0, 1) without a run.

    Centre (p + z^2/2n) / (1 + z^2/n), half width z sqrt(p(1-p)/n + z^2/4n^2) / (1 + z^2/n), with p = successes / runs and
    z the normal quantile of the confidence. Runs count as independent. Sources: E. B. Wilson, Probable inference, the law of
    succession, and statistical inference, JASA 22 (1927); recommended for few runs by L. D. Brown, T. T. Cai and
    A. DasGupta, Interval estimation for a binomial proportion, Statistical Science 16 (2001).

    Raises `ValueError` for counts that no series of runs has, and for a confidence that is not between 0 and 1.
    """
    _check(successes, runs, confidence)
    if not runs:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    rate, scale = successes / runs, 1 + z * z / runs
    centre = (rate + z * z / (2 * runs)) / scale
    half = z * sqrt(rate * (1 - rate) / runs + z * z / (4 * runs * runs)) / scale
    # at both ends the formula is exact on paper, and off by a rounding error in floats
    low = 0.0 if successes == 0 else centre - half
    high = 1.0 if successes == runs else centre + half
    return low, high


def _check(successes: int, runs: int, confidence: float) -> None:
    if runs < 0:
        raise ValueError(f"runs is {runs}; a rate is of 0 or more runs")
    if not 0 <= successes <= runs:
        raise ValueError(f"successes is {successes} of {runs} runs; it must be from 0 to {runs}")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence!r}; it must be between 0 and 1, such as 0.95")
