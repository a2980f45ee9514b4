"""What the pytest options ask for: each also as an environment variable, the option first.

pytest --orchestrator my_loop.py:MyLoop --scenario pay_invoices --tier nightly --report reports/out/mine
LONGHAUL_TIER=smoke pytest
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, get_args

from longhaul.tiers import Tier

HELP = {
    "orchestrator": "the orchestrator on trial: a built-in name or path/to/file.py:Name",
    "policy": "policies, comma-separated: built-in names, path/to/file.py:Name, or all",
    "scenario": "scenarios, comma-separated: built-in names, path/to/file.py:NAME, or all",
    "model": "the profile of the fake model",
    "seeds": "how many seeds (5 = 0 to 4), or which (3,7)",
    "report": "write every judged run into this folder as Parquet, and end with the leaderboard",
    "baseline": "the report that the gate compares with",
    "trajectories": "recorded trajectories to play back: a file or a folder",
    "tier": "how much: smoke (seconds), pr (minutes), nightly (exhaustive), release",
}
"""The whole set of options, and what each is for."""


@dataclass(frozen=True)
class Asked:
    """The options as texts; empty where nothing was asked for."""

    orchestrator: str = ""
    policy: str = ""
    scenario: str = ""
    model: str = ""
    seeds: str = ""
    report: str = ""
    baseline: str = ""
    trajectories: str = ""
    tier: str = ""

    def __bool__(self) -> bool:
        return any(getattr(self, item.name) for item in fields(self))

    @property
    def names_something(self) -> bool:
        """Whether anything is named that can be unknown."""
        return bool(self.orchestrator or self.policy or self.scenario or self.model or self.seeds)

    @property
    def level(self) -> Tier:
        """The tier asked for, `pr` where none was."""
        return self.tier or "pr"  # type: ignore[return-value]


def asked(options: Any, environment: Mapping[str, str] = os.environ) -> Asked:
    """Read the options of a pytest configuration, and the environment where an option was not given."""
    given = {
        name: getattr(options, f"longhaul_{name}", None) or environment.get(f"LONGHAUL_{name.upper()}", "")
        for name in HELP
    }
    return Asked(**given)


def problem(wanted: Asked) -> str:
    """What is wrong with a tier or a path that does not exist; empty where all is well."""
    tiers = get_args(Tier)
    if wanted.level not in tiers:
        return f"tier is {wanted.tier!r}; it must be one of {', '.join(tiers)}"
    if wanted.trajectories and not Path(wanted.trajectories).exists():
        return f"--trajectories {wanted.trajectories}: there is no such file or folder"
    if wanted.baseline and not Path(wanted.baseline, "runs.parquet").is_file():
        return f"--baseline {wanted.baseline}: there is no report, which is a folder with runs.parquet"
    return ""
