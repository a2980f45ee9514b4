"""The law of places, at numbers worked out by hand; test_fit has the published points, test_profile what follows from it.

    U(x, y) = (1 + P exp(-x / p) + R exp(-y / r)) / Z,   p = max(primacy_tokens, 0.01 L),   r = max(recency_tokens, 0.02 L)

with P 0.5 over 500 tokens and R 0.25 over 1,000. Z is the mean of the numerator; exp(-1) is 0.367879, exp(-2) 0.135335.
"""

from __future__ import annotations

from dataclasses import replace
from math import exp
from statistics import fmean

import pytest

from fakes.models.profile import Places, Profile
from fakes.models.profiles import profile

PLACES = Places(0.5, 500, 0.25, 1_000)


def value(x: float, y: float, fill: float = 0.5) -> float:
    """U at x tokens before the fact and y after it."""
    return PLACES(x, y, x + y, fill)


@pytest.mark.parametrize("places", [PLACES, replace(PLACES, recency=0), replace(PLACES, primacy=0)])
@pytest.mark.parametrize("tokens", [200, 1_000, 20_000, 400_000])
@pytest.mark.parametrize("fill", [0.1, 0.8, 1.0])
def test_the_mean_over_all_places_is_one(places: Places, tokens: int, fill: float) -> None:
    parts = 4_000
    at = [tokens * (part + 0.5) / parts for part in range(parts)]
    assert fmean(places(x, tokens - x, tokens, fill) for x in at) == pytest.approx(1, abs=1e-3)


def test_in_a_short_context_both_ends_reach_far() -> None:
    # L 1,000: Z = 1 + 0.5 x 0.5 x (1 - 0.135335) + 0.25 x 1 x (1 - 0.367879) = 1 + 0.216166 + 0.158030 = 1.374197
    assert value(0, 1_000) == pytest.approx((1 + 0.5 + 0.091970) / 1.374197, abs=1e-5)
    assert value(1_000, 0) == pytest.approx((1 + 0.067668 + 0.25) / 1.374197, abs=1e-5)


def test_the_ends_are_of_so_many_tokens_while_these_are_more_than_a_share() -> None:
    # L 40,000: 1 % are 400 and 2 % are 800, so 500 and 1,000 stay; Z = 1 + 0.5 / 80 + 0.25 / 40 = 1.0125
    assert value(500, 39_500) == pytest.approx(1.183940 / 1.0125, abs=1e-5)
    assert value(39_000, 1_000) == pytest.approx(1.091970 / 1.0125, abs=1e-5)


def test_in_a_long_context_the_start_is_a_hundredth_and_the_end_a_fiftieth_of_it() -> None:
    # L 100,000: 1,000 and 2,000; Z = 1 + 0.5 x 0.01 + 0.25 x 0.02 = 1.01
    assert value(1_000, 99_000) == pytest.approx(1.183940 / 1.01, abs=1e-5)
    assert value(98_000, 2_000) == pytest.approx(1.091970 / 1.01, abs=1e-5)
    assert value(50_000, 50_000) == pytest.approx(1 / 1.01, abs=1e-5)


@pytest.mark.parametrize(("fill", "primacy"), [(0.5, 0.5), (0.55, 0.45), (0.75, 0.25), (1.0, 0.0)])
def test_above_half_of_the_window_the_start_fades_and_the_end_stays(fill: float, primacy: float) -> None:
    # L 40,000: Z = 1 + primacy / 80 + 0.25 / 40
    mean = 1.00625 + primacy / 80
    assert value(0, 40_000, fill) == pytest.approx((1 + primacy) / mean, abs=1e-5)
    assert value(40_000, 0, fill) == pytest.approx(1.25 / mean, abs=1e-5)


def test_the_fill_is_the_share_of_the_window() -> None:
    # 30,000 of 40,000 tokens: half of the primacy is left; 500 and 1,000 tokens stay, Z = 1 + 0.25 / 60 + 0.25 / 30 = 1.0125
    known = Profile("made", 40_000, replace(profile("mid").literal, ceiling=0.5), places=PLACES)
    use = 0.5 / (1 + (30_000 / 720_000) ** 0.916)
    assert known.p_use(30_000, 500, 29_500) == pytest.approx(use * (1 + 0.25 * exp(-1)) / 1.0125, abs=1e-5)
