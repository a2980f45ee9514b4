"""How well a model uses what it sees: published curves of long contexts, as the parameters of one small law.

    H(L)   = ceiling / (1 + (L / half_tokens) ** steepness)              one curve for each kind of fact
    U(x,y) = (1 + P exp(-x / p) + R exp(-y / r)) / Z                     p = max(primacy_tokens, 0.01 L), r alike with 0.02
    p_use  = min(1, H(L) U(x, y))                                        x tokens before a fact, y after it, L in all

Z is the mean of the numerator over all places, so that the average over places is the published curve. Above half of the
window primacy fades to nothing (its direction is published, its slope is assumed).

Whether a visible fact is used is decided by a threshold on a hash, never by a draw: see `fakes/models/luck.py`.

The curves are fitted to RULER (Apache-2.0), NoLiMa, GraphWalks and MRCR, the places to "Lost in the Middle" (MIT), which is of
2023 and of texts below 6,000 tokens; which model each profile stands for is said at `PROFILES`. Skills are assumptions, as
`Skills` says; the times and sizes of answers are published. `perfect` is a control and no model.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import exp, inf, log, sqrt
from statistics import NormalDist
from typing import Literal, TypeAlias

FactKind: TypeAlias = Literal["literal", "latent", "interference"]
"""`literal`: asked for in the words in which it stands; `latent`: to be applied where no word of it is repeated;
`interference`: one of several that look alike, of which the newest holds."""

_NORMAL = NormalDist()
_P95 = 1.6448536269514722
_P90 = 1.2815515655446004


@dataclass(frozen=True)
class Curve:
    """Share of visible facts that is used, by the tokens of the context; `half_tokens`: where half of `ceiling` is left."""

    ceiling: float = 1.0
    half_tokens: float = inf
    steepness: float = 1.0

    def __call__(self, tokens: float) -> float:
        """H(L), averaged over places."""
        return float(self.ceiling / (1 + (tokens / self.half_tokens) ** self.steepness))


@dataclass(frozen=True)
class Places:
    """How much better facts near the start (`primacy`) and the end (`recency`) are used, and over how many tokens."""

    primacy: float = 0.0
    primacy_tokens: float = 1.0
    recency: float = 0.0
    recency_tokens: float = 1.0

    def __call__(self, before: float, after: float, tokens: float, fill: float) -> float:
        """U(x, y): 1 on average; `fill` is the share of the window that is used."""
        start = max(self.primacy_tokens, 0.01 * tokens)
        end = max(self.recency_tokens, 0.02 * tokens)
        primacy = self.primacy * (1 if fill <= 0.5 else max(0.0, 1 - (fill - 0.5) / 0.5))
        mean = (
            1
            + primacy * start / tokens * (1 - exp(-tokens / start))
            + self.recency * end / tokens * (1 - exp(-tokens / end))
        )
        return (1 + primacy * exp(-before / start) + self.recency * exp(-after / end)) / mean


@dataclass(frozen=True)
class Skills:
    """What a model makes of what is not there, and of its own mistakes; shares from 0 to 1. All of them are assumed.

    `summary` is the share of facts that a summary keeps, `summary_again` the same for facts that came from a summary.
    `notice`: of facts that nothing names any more, how many are missed; else a wrong value is used. `lookup`: of pointers,
    how many are followed to their end. `error` is the share of steps that go wrong by themselves, to which comes
    `error_of_errors` times the share of visible results that are errors (measured for models that think and that do not).
    `hallucination` is the share of steps that call a tool that does not exist, where 18 tools are offered.
    """

    summary: float = 1.0
    summary_again: float = 1.0
    notice: float = 0.0
    lookup: float = 1.0
    error: float = 0.0
    error_of_errors: float = 0.0
    hallucination: float = 0.0


@dataclass(frozen=True)
class Pace:
    """Milliseconds and tokens of an answer, log-normal: `mean_ms` and 95 % `most_ms`; half up to `tokens`, 90 % `tokens_most`.

    Tokens of 0: answers are as short as they can be.
    """

    mean_ms: int = 1_000
    most_ms: int = 1_000
    tokens: int = 0
    tokens_most: int = 0

    @property
    def steady(self) -> bool:
        """Whether every answer takes the same time."""
        return self.most_ms <= self.mean_ms

    def latency_ms(self, draw: float) -> int:
        """The time of the answer at this share of all answers."""
        if self.steady:
            return self.mean_ms
        spread = _P95 - sqrt(_P95**2 - 2 * log(self.most_ms / self.mean_ms))
        return round(self.mean_ms * exp(spread * _NORMAL.inv_cdf(_inside(draw)) - spread**2 / 2))

    def output_tokens(self, draw: float) -> int:
        """The size of the answer at this share of all answers."""
        if not self.tokens:
            return 0
        spread = log(self.tokens_most / self.tokens) / _P90
        return round(self.tokens * exp(spread * _NORMAL.inv_cdf(_inside(draw))))


def _inside(draw: float) -> float:
    return min(max(draw, 0.001), 0.999)


@dataclass(frozen=True)
class Profile:
    """A model: its `window` in tokens, a curve for each kind of fact, where it looks, its skills, and its pace."""

    name: str
    window: int = 1_000_000
    literal: Curve = field(default_factory=Curve)
    latent: Curve = field(default_factory=Curve)
    interference: Curve = field(default_factory=Curve)
    places: Places = field(default_factory=Places)
    skills: Skills = field(default_factory=Skills)
    pace: Pace = field(default_factory=Pace)

    @property
    def exact(self) -> bool:
        """Whether it uses whatever it sees, wherever it stands, and makes no mistake of its own."""
        curves = (self.literal, self.latent, self.interference)
        sure = Skills(notice=self.skills.notice)
        return all(curve.ceiling >= 1 and curve.half_tokens == inf for curve in curves) and self.skills == sure

    def p_use(self, length: int, from_start: int, to_end: int, kind: FactKind = "literal") -> float:
        """Probability that a fact `from_start` tokens after the start and `to_end` before the end of `length` is used."""
        tokens = max(length, 1)
        curve: Curve = getattr(self, kind)
        return min(1.0, curve(tokens) * self.places(from_start, to_end, tokens, tokens / self.window))

    def hallucination(self, tools: int) -> float:
        """Share of steps that call a tool that does not exist, among so many that do: it grows with their number."""
        return min(1.0, self.skills.hallucination * tools / TOOLS_USUAL)


TOOLS_USUAL = 18
"""Tools that one power user's coding sessions offer with a request (Pichay)."""

_CLAUDE_1_3 = Places(0.09, 280, 0.095, 2_000)
_GPT_3_5_16K = Places(0.497, 552, 0.268, 1_256)
_QUICK = Pace(4_300, 7_300, 56, 156)
_SMALL = Pace(2_000, 4_000, 56, 156)
_MID = Curve(0.993, 73_000, 1.046)
_WEAK = Curve(0.767, 5_910, 0.902)
_CLIFF = Curve(0.879, 11_590, 1.4645)

PROFILES = (
    Profile("perfect"),
    # RULER Qwen3-235B; GraphWalks and MRCR v2 of GPT-5.5; places of Claude 1.3
    Profile(
        "strong-2026", 1_000_000, Curve(0.987, 6_230_000, 0.624), Curve(0.94, 934_000, 0.996),
        Curve(1.0, 8_730_000, 0.442), _CLAUDE_1_3, Skills(0.98, 0.99, 0.9, 0.95, 0.005, 0.02, 0.002), _QUICK,
    ),
    # RULER Gemini 1.5 Pro; GraphWalks and MRCR v2 of GPT-5.4; places of Claude 1.3
    Profile(
        "previous-2026", 400_000, Curve(0.961, 668_000, 2.457), Curve(0.93, 358_500, 2.13),
        Curve(0.954, 521_000, 1.386), _CLAUDE_1_3, Skills(0.95, 0.985, 0.8, 0.9, 0.01, 0.02, 0.005), _QUICK,
    ),
    # RULER GPT-4-1106; NoLiMa GPT-4o; places half way between Claude 1.3 and GPT-3.5 (assumed)
    Profile(
        "mid", 128_000, Curve(0.979, 720_000, 0.916), _MID, _MID, Places(0.29, 400, 0.18, 1_500),
        Skills(0.9, 0.97, 0.6, 0.75, 0.02, 0.25, 0.01), _QUICK,
    ),
    # RULER and NoLiMa Llama-3.1-8B; places of GPT-3.5-16K
    Profile(
        "weak", 128_000, Curve(0.983, 1_050_000, 0.629), _WEAK, _WEAK, _GPT_3_5_16K,
        Skills(0.75, 0.93, 0.4, 0.45, 0.05, 0.5, 0.02), _SMALL,
    ),
    # RULER Mistral-7B; NoLiMa Mistral Large 2; places of GPT-3.5-16K
    Profile(
        "cliff", 32_000, Curve(0.919, 66_500, 2.311), _CLIFF, _CLIFF, _GPT_3_5_16K,
        Skills(0.8, 0.93, 0.4, 0.5, 0.04, 0.5, 0.02), _SMALL,
    ),
)  # fmt: skip
"""The built-in profiles. `perfect` uses whatever is visible: a control, not a model. A comment names what each is fitted to."""
