"""The simulated models must rank ways to keep a context small as the published experiments with real ones did.

V1: The Complexity Trap (Lindenbauer et al. 2025), SWE-agent on SWE-bench Verified, n = 500. Observation masking costs 0.43 to
0.50 of the raw history in four set-ups, a summary 0.45 to 0.58, at about equal completion; where tasks are short (median 14
turns) masking saves little (0.90).
V2: Context-Folding (Sun et al. 2025), BrowseComp-Plus: raw history 47.8 with a window of 327K tokens, folding 42.0, summaries
38.6, raw history 28.6 with 32K: of what the large window gains, folding wins 0.70 back and summaries 0.52.

Five hundred paired tasks (nightly), fixed seeds, in virtual time. Two sizes were chosen with the published numbers in view, the
first message of `fix_issue` and what must live to the end of `follow_leads`: docs/decisions/0013 says how and why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from evals.validity import TASKS, Arm, arm, research_turns_of, short_turns_of, tasks_of, turns_of
from harness.metrics import BOOKS
from harness.spec import Model, Orchestrator, Policy, Spec
from longhaul.tiers import Tier

WINDOW = 32_768
ROOMY = 4.0
"""A view budget, as a share of the working set, that nobody comes to: what is done is done for its own reasons."""

ARMS = {"raw": "keep_all", "mask": "mask_observations_rolling", "summary": "summarize_every_n"}
CHEAP = [book for book in BOOKS if book.name in ("none", "read40")]


@pytest.fixture(autouse=True)
def _only_nightly(tier: Tier) -> None:
    if tier not in ("nightly", "release"):
        pytest.skip("500 tasks an arm are run in the nightly tier")


def trap(profile: str, lengths: list[int]) -> Mapping[str, Arm]:
    """The three arms of V1."""
    spec = Spec("fix_issue", difficulty=2, model=Model(profile), view_budget=ROOMY)
    return {name: arm(tasks_of(replace(spec, policy=Policy(policy)), lengths), CHEAP) for name, policy in ARMS.items()}


@pytest.mark.parametrize("profile", ["previous-2026", "mid"])
def test_masking_and_summaries_halve_the_cost_at_about_equal_completion(profile: str) -> None:
    arms = trap(profile, [turns_of(task) for task in range(TASKS)])
    raw, mask, summary = (arms[name] for name in ARMS)
    for book in CHEAP:
        assert 0.40 <= mask.cost[book.name] / raw.cost[book.name] <= 0.70
        assert 0.40 <= summary.cost[book.name] / raw.cost[book.name] <= 0.70
    assert abs(mask.completion - raw.completion) <= 0.06
    assert summary.completion <= mask.completion + 0.03


@pytest.mark.parametrize("profile", ["previous-2026", "mid"])
def test_where_tasks_are_short_masking_saves_little(profile: str) -> None:
    arms = trap(profile, [short_turns_of(task) for task in range(TASKS)])
    assert all(arms["mask"].cost[book.name] / arms["raw"].cost[book.name] >= 0.85 for book in CHEAP)


FOLDING = {
    "raw-large": (Policy("keep_all"), "reference", None),
    "folding": (Policy("fold_and_report"), "reference", WINDOW),
    "summary": (Policy("summarize"), "reference", WINDOW),
    "raw-small": (Policy("keep_all"), "naive", WINDOW),
}
"""A raw history in a small window ends where the window ends: `naive` does nothing about it."""


@pytest.fixture(scope="module")
def windows() -> Mapping[str, float]:
    """Completion of the four arms of V2."""
    lengths = [research_turns_of(task) for task in range(TASKS)]
    found = {}
    for name, (policy, orchestrator, window) in FOLDING.items():
        model = Model("strong-2026", window=window) if window else Model("strong-2026")
        spec = Spec(
            "follow_leads", difficulty=1, model=model, policy=policy, view_budget=window or ROOMY,
            orchestrator=Orchestrator(orchestrator),
        )  # fmt: skip
        found[name] = arm(tasks_of(spec, lengths)).completion
    return found


def test_a_large_window_beats_folding_and_folding_is_no_worse_than_summaries(windows: Mapping[str, float]) -> None:
    assert windows["raw-large"] > windows["folding"] >= windows["summary"] > windows["raw-small"], windows


@pytest.mark.parametrize("name", ["folding", "summary"])
def test_in_a_small_window_folding_and_summaries_win_part_of_the_gap_back(
    windows: Mapping[str, float], name: str
) -> None:
    won = (windows[name] - windows["raw-small"]) / (windows["raw-large"] - windows["raw-small"])
    assert 0.3 <= won <= 0.8, windows
