"""The grid of a profile: what it varies, and what cannot be varied."""

from __future__ import annotations

import pytest

from fakes.models.profiles import profile, profiles_in
from fakes.models.sensitivity import grid, points_of
from harness.errors import UsageError


def test_what_has_no_numbers_to_vary_is_refused() -> None:
    with pytest.raises(UsageError, match="profile 'perfect' has no numbers to vary"):
        grid(profile("perfect"))


def test_ten_grid_points_that_a_model_can_be_named_by(tmp_path) -> None:
    path = tmp_path / "grid.toml"
    path.write_text(grid(profile("mid")))
    points = profiles_in(str(path))
    assert list(points) == [
        *(f"mid-PR{places}-L{lengths}" for places in (0, 1, 2) for lengths in (0.5, 1, 2) if (places, lengths) != (1, 1)),
        "mid-S0.5", "mid-S2",
    ] == points_of(profile("mid"))  # fmt: skip
    mid, point = profile("mid"), profile(f"{path}:mid-PR2-L0.5")
    assert point.latent.half_tokens == mid.latent.half_tokens / 2
    assert point.places.primacy == pytest.approx(2 * mid.places.primacy)
    assert (point.window, point.skills, point.latent.ceiling) == (mid.window, mid.skills, mid.latent.ceiling)
    assert profile(f"{path}:mid-PR0-L1").places.recency == 0


def test_skills_are_varied_by_how_often_it_goes_wrong(tmp_path) -> None:
    path = tmp_path / "grid.toml"
    path.write_text(grid(profile("mid")))
    mid = profile("mid").skills
    for factor in (0.5, 2):
        point = profile(f"{path}:mid-S{factor:g}")
        assert (point.places, point.latent) == (profile("mid").places, profile("mid").latent)
        assert 1 - point.skills.summary == pytest.approx(factor * (1 - mid.summary))
        assert 1 - point.skills.lookup == pytest.approx(factor * (1 - mid.lookup))
        assert point.skills.error == pytest.approx(factor * mid.error)
