"""The law of attention meets 60 published points: 30 of literal facts by length, 20 of places, 10 of latent facts by length.

Scores are facts, kept with their sources: RULER (github.com/NVIDIA/RULER, Apache-2.0); "Lost in the Middle", questions over
many documents (github.com/nelson-liu/lost-in-the-middle, MIT); NoLiMa (arXiv:2502.05167; its code and needles, of which
nothing is here, are for research that is not commercial). No more than 60 are kept: of the places those of 20 documents are
left out, of NoLiMa the shortest length.

Places: the law says how a score is spread over a context, not how hard the questions are, so the level is one free number for
each model and length (4 for 20 points). A document is taken for 200 tokens (10 are 2,000, as the paper has it), and the
place of the n-th for its share of the way from the first to the last. Both are assumptions; another size must do as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import sqrt
from statistics import fmean, median
from typing import TypeAlias

import pytest

from fakes.models.profile import Places
from fakes.models.profiles import profile

RULER_LENGTHS = (4_096, 8_192, 16_384, 32_768, 65_536, 131_072)
RULER = {
    "strong-2026": (97.7, 97.2, 96.4, 95.1, 93.3, 90.6),  # Qwen3-235B
    "previous-2026": (96.7, 95.8, 96.0, 95.9, 95.9, 94.4),  # Gemini 1.5 Pro
    "mid": (96.6, 96.3, 95.2, 93.2, 87.0, 81.2),  # GPT-4-1106
    "weak": (95.5, 93.8, 91.6, 87.4, 84.7, 77.0),  # Llama 3.1 8B
    "cliff": (93.6, 91.2, 87.2, 75.4, 49.0, 13.8),  # Mistral 7B
}
"""Scores in per cent of the model that each profile's literal curve stands for."""

NOLIMA_LENGTHS = (2_000, 4_000, 8_000, 16_000, 32_000)
NOLIMA = {"mid": (98.0, 95.7, 89.2, 81.6, 69.7), "weak": (54.4, 44.1, 31.9, 22.6, 14.2)}
"""Scores in per cent of GPT-4o and of Llama 3.1 8B, for which the latent curves of these profiles stand."""

Cells: TypeAlias = Mapping[int, Mapping[int, float]]
DOCUMENTS: dict[str, Cells] = {
    "strong-2026": {  # Claude 1.3
        10: {0: 62.9, 4: 58.3, 9: 59.7},
        30: {0: 59.1, 4: 55.1, 9: 54.8, 14: 55.7, 19: 56.4, 24: 56.2, 29: 59.9},
    },
    "weak": {  # GPT-3.5-Turbo (16K)
        10: {0: 76.9, 4: 61.0, 9: 62.5},
        30: {0: 73.4, 4: 55.1, 9: 50.5, 14: 50.9, 19: 51.8, 24: 54.9, 29: 63.7},
    },
}
"""Answers that were right in per cent, by the number of documents and the number of the one that held the answer."""

DOCUMENT_TOKENS = 200
FITTED = 4_000
"""Tokens of 20 documents: what a share of the way would mean at every length, if places were relative."""

Spread: TypeAlias = Callable[[Places, float, float], float]
"""How much of the level is left, by the share of the way and the tokens of the context."""


def absolute(places: Places, share: float, tokens: float) -> float:
    return places(share * tokens, (1 - share) * tokens, tokens, fill=0.5)


def relative(places: Places, share: float, tokens: float) -> float:
    return absolute(places, share, FITTED)


def by_length(kind: str) -> list[float]:
    """RMSE in points of each profile that has published scores of this kind of fact."""
    scores, lengths = (RULER, RULER_LENGTHS) if kind == "literal" else (NOLIMA, NOLIMA_LENGTHS)
    return [_rmse([100 * getattr(profile(name), kind)(at) for at in lengths], known) for name, known in scores.items()]


def by_place(name: str, places: Places, spread: Spread = absolute, size: int = DOCUMENT_TOKENS) -> float:
    """RMSE in points over the documents of a profile, with the best level for each length."""
    law: list[float] = []
    known: list[float] = []
    for count, cells in DOCUMENTS[name].items():
        shares = [spread(places, nth / (count - 1), count * size) for nth in cells]
        level = sum(share * right for share, right in zip(shares, cells.values())) / sum(share**2 for share in shares)
        law += [level * share for share in shares]
        known += cells.values()
    return _rmse(law, known)


def _rmse(law: Sequence[float], known: Sequence[float]) -> float:
    return sqrt(fmean((ours - theirs) ** 2 for ours, theirs in zip(law, known, strict=True)))


def test_sixty_points_are_kept() -> None:
    places = sum(len(cells) for counts in DOCUMENTS.values() for cells in counts.values())
    assert places + sum(map(len, RULER.values())) + sum(map(len, NOLIMA.values())) == 60


def test_the_law_meets_all_published_points() -> None:
    places = [by_place(name, profile(name).places) for name in DOCUMENTS]
    assert median([*by_length("literal"), *by_length("latent"), *places]) <= 3


def test_the_curves_meet_the_published_points_of_literal_facts() -> None:
    assert median(by_length("literal")) <= 3 and max(by_length("literal")) <= 4


def test_the_curves_meet_the_published_points_of_latent_facts() -> None:
    assert max(by_length("latent")) <= 1.5


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_places_meet_the_published_points(name: str) -> None:
    assert by_place(name, profile(name).places) <= 1


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("size", [150, 250])
def test_the_size_that_a_document_is_taken_for_hardly_matters(name: str, size: int) -> None:
    assert by_place(name, profile(name).places, size=size) <= 1.5


@pytest.mark.parametrize("name", DOCUMENTS)
def test_without_places_the_points_are_missed(name: str) -> None:
    flat = by_place(name, Places())
    assert flat > 3 * by_place(name, profile(name).places)
    assert name != "weak" or flat > 3, "the ends matter most to the model that the weak profiles stand for"


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("end", ["primacy", "recency"])
def test_without_one_of_the_ends_the_points_are_missed(name: str, end: str) -> None:
    places = profile(name).places
    assert by_place(name, replace(places, **{end: 0.0})) > 1.5 * by_place(name, places)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_places_are_absolute_and_not_relative(name: str) -> None:
    places = profile(name).places
    assert by_place(name, places, relative) > 1.25 * by_place(name, places)


def test_profiles_of_one_model_have_its_places() -> None:
    assert profile("previous-2026").places == profile("strong-2026").places
    assert profile("cliff").places == profile("weak").places
