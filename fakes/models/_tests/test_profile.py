"""The law of attention behaves as a reader of the papers would expect; test_fit has the published points."""

from __future__ import annotations

import re
from pathlib import Path
from statistics import fmean

import pytest

from fakes.models.profile import PROFILES, Pace, Profile
from fakes.models.profiles import profile
from harness.errors import UsageError

USE = {("strong-2026", 32_768): (0.95, 0.91), ("mid", 32_768): (0.93, 0.70), ("weak", 32_768): (0.88, 0.14),
       ("strong-2026", 131_072): (0.91, 0.82), ("mid", 131_072): (0.81, 0.35), ("weak", 131_072): (0.78, 0.05)}  # fmt: skip
"""Use of literal and of latent facts, averaged over places."""


@pytest.mark.parametrize(("name", "tokens"), USE)
def test_the_curves_have_the_known_values(name: str, tokens: int) -> None:
    known = profile(name)
    assert (known.literal(tokens), known.latent(tokens)) == pytest.approx(USE[name, tokens], abs=0.01)


@pytest.mark.parametrize("known", PROFILES, ids=lambda known: known.name)
@pytest.mark.parametrize("tokens", [2_000, 30_000, 120_000])
def test_the_average_over_places_is_the_curve(known: Profile, tokens: int) -> None:
    fill = min(0.5, tokens / known.window)
    shares = [
        known.places(tokens * (n + 0.5) / 2_000, tokens * (1 - (n + 0.5) / 2_000), tokens, fill) for n in range(2_000)
    ]
    assert fmean(shares) == pytest.approx(1, abs=0.01)


def test_the_ends_are_used_better_than_the_middle_and_primacy_fades_in_a_full_window() -> None:
    weak = profile("weak")
    start, middle, end = (weak.p_use(20_000, at, 20_000 - at) for at in (100, 10_000, 19_900))
    assert start > middle < end
    half, full = (weak.places(0, tokens, tokens, fill) for tokens, fill in ((60_000, 0.5), (60_000, 1.0)))
    assert full < half


def test_perfect_uses_everything_everywhere() -> None:
    assert profile("perfect").exact
    assert profile("perfect").p_use(900_000, 450_000, 450_000, "latent") == 1.0
    assert [known.name for known in PROFILES if known.exact] == ["perfect"]


def test_more_tools_make_up_more_tools() -> None:
    weak = profile("weak")
    assert weak.hallucination(36) == 2 * weak.hallucination(18) > weak.hallucination(2) > 0
    assert profile("perfect").hallucination(50) == 0


def test_times_and_sizes_are_those_of_the_pace() -> None:
    pace, draws = Pace(4_300, 7_300, 56, 156), [(n + 0.5) / 5_000 for n in range(5_000)]
    times = sorted(map(pace.latency_ms, draws))
    assert fmean(times) == pytest.approx(4_300, rel=0.02) and times[4_750] == pytest.approx(7_300, rel=0.02)
    sizes = sorted(map(pace.output_tokens, draws))
    assert sizes[2_500] == pytest.approx(56, abs=1) and sizes[4_500] == pytest.approx(156, abs=3)
    assert Pace().latency_ms(0.99) == 1_000 and Pace().output_tokens(0.99) == 0


FILE = """
[mine]
like = "mid"
window = 64000
latent = {half_tokens = 40000}
skills = {summary = 0.85}
"""


def test_a_profile_of_a_file_is_like_another_but_for_what_it_says(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(FILE)
    mine, mid = profile(f"{path}:mine"), profile("mid")
    assert (mine.window, mine.latent.half_tokens, mine.latent.ceiling) == (64_000, 40_000, mid.latent.ceiling)
    assert (mine.skills.summary, mine.skills.notice, mine.pace) == (0.85, mid.skills.notice, mid.pace)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[m]\nwindow = 0", "window is 0; it must be a whole number of tokens, at least 1"),
        ("[m]\nskills = {summary = 1.2}", "summary is 1.2; it is a share, from 0 to 1"),
        ("[m]\nlatent = {half_tokens = -5}", "half_tokens is -5; it must be above 0"),
        ("[m]\nlatent = {half_tokens = nan}", "half_tokens is nan; it must be a number"),
        ("[m]\nlatent = {half = 5}", "no key 'half'; there are ceiling, half_tokens, steepness"),
        ("[m]\nlatent = 3", "3 is no table of numbers"),
        ("[m]\nlike = 'mild'", "unknown model profile 'mild'"),
        ("[m]\nwidth = 3", "no key 'width'; there are like, window, literal"),
        ("[m]\nlatent = {half_tokens = 1e-300}", "half_tokens is 1e-300; it must be at least 1 token"),
        ("[m]\nlatent = {half_tokens = 1e300}", "half_tokens is 1e+300; it must be at most 1000000000, or inf"),
        ("[m]\nlatent = {half_tokens = 5, steepness = 1e300}", "steepness is 1e+300; it must be at most 20"),
        ("[m]\nplaces = {primacy = inf}", "primacy is inf; it must be at most 1000"),
        ("[m]\nplaces = {recency_tokens = inf}", "recency_tokens is inf; it must be at most 1000000000"),
        (f"[m]\nwindow = 1{'0' * 400}", "window is 1000"),
        ("[m]\npace = {tokens = 5, tokens_most = 2000000}", "tokens_most is 2000000; it must be at most 100000"),
        (
            "[m]\npace = {mean_ms = 9000}",
            "is 1000, below mean_ms, the mean of all, 9000; raise most_ms or lower mean_ms",
        ),
        ("[m]\npace = {tokens = 9}", "is 0, below tokens, which half of them do, 9; raise tokens_most or lower tokens"),
        ("[m]\npace = {mean_ms = 10, most_ms = 100}", "below 3.8 times its mean"),
        ("[m]\npace = {mean_ms = 10.5}", "must be a whole number"),
        ("m = 3", "is no table"),
        ("[m", "is no TOML file of profiles"),
    ],
)
def test_numbers_that_cannot_be_are_refused_by_name(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=re.escape(says)):
        profile(f"{path}:m")


def test_the_steepest_curve_that_may_be_written_falls_to_nothing(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(
        "[m]\nlatent = {half_tokens = 1, steepness = 20}\nliteral = {half_tokens = inf}\nwindow = 1_000_000_000"
    )
    mine = profile(f"{path}:m")
    assert mine.p_use(1_000_000_000, 0, 1_000_000_000, "latent") < 1e-100
    assert mine.p_use(1_000_000_000, 0, 1_000_000_000) == 1


def test_profiles_that_are_like_each_other_are_refused_by_their_names(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(f"[a]\nlike = '{path}:b'\n[b]\nlike = '{path}:a'\n[c]\nlike = '{path}:d'\n[d]\nwindow = 7\n")
    with pytest.raises(UsageError, match=f"in a circle: {path}:a is like {path}:b is like {path}:a"):
        profile(f"{path}:a")
    assert profile(f"{path}:c").window == 7


def test_a_name_that_does_not_exist_is_told_what_does(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text("[mine]\nwindow = 5\n")
    with pytest.raises(UsageError, match="has no profile 'yours'; it has mine"):
        profile(f"{path}:yours")
    with pytest.raises(UsageError, match="there is no file of profiles"):
        profile(f"{tmp_path}/absent.toml:mine")
    with pytest.raises(UsageError, match="':x' lacks the file before the colon; write path/to/"):
        profile(":x")
    with pytest.raises(UsageError, match="lacks the name of a profile behind the colon"):
        profile(f"{path}:")
    with pytest.raises(UsageError, match="unknown model profile 'strnog-2026'"):
        profile("strnog-2026")
