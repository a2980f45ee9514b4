"""`run --repeat` and `gate --paired` as a user types them, with a loop that is not deterministic."""

from __future__ import annotations

import json
import subprocess

import pytest

from longhaul._tests.foreign import Foreign
from reports.report import load

SHAKY = """
import sys
from pathlib import Path

from harness.draws import share_of

sys.path.insert(0, str(Path(__file__).parent))
from my_loop import run as steady

SHARE, ARM, RUNS = 0.0, "first", []


async def run(host):
    RUNS.append(host)
    if share_of(f"{ARM} {len(RUNS)}") < SHARE:
        return "enough for today"
    return await steady(host)
"""
GRID = ("--scenario", "water_plants.py:SCENARIO", "--orchestrator", "shaky.py:run", "--kind", "queryable",
        "--horizon", "4")  # fmt: skip


@pytest.fixture
def shaky(repository: Foreign) -> Foreign:
    """A repository with the loop, in the arm that never gives up."""
    for name in ("my_loop.py", "water_plants.py"):
        repository.copy(name)
    repository.write("shaky.py", SHAKY)
    return repository


def give_up(repository: Foreign, share: float, arm: str) -> None:
    repository.write("shaky.py", SHAKY.replace('0.0, "first"', f'{share}, "{arm}"'))


def test_repeats_that_agree_are_told_and_gated_exactly(shaky: Foreign) -> None:
    done = shaky.longhaul("run", *GRID, "--seeds", "2", "--repeat", "3", "--check", "--out", "a")
    assert done.code == 0, done.err
    assert done.out.splitlines()[-1] == "repeats: all 2 specs gave the same history each time"
    assert [row["repeat"] for row in load(shaky.root / "a").runs] == [1, 2, 3] * 2
    gated = shaky.longhaul("gate", "a", "a")
    assert (gated.code, gated.out.strip()) == (0, "same or better: no difference at all; 2 cells compared")


def test_repeats_that_differ_are_told_and_refused_by_the_exact_gate(shaky: Foreign) -> None:
    give_up(shaky, 0.5, "poor")
    done = shaky.longhaul("run", *GRID, "--repeat", "8", "--events", "all", "--out", "poor")
    assert done.code == 0, done.err
    assert "repeats: 1 of 1 specs differ from run to run, 1 of them in sim" in done.out
    assert "the first: 8 repeats gave 2 histories (verdict is " in done.err
    assert shaky.longhaul("run", *GRID, "--repeat", "8", "--check", "--out", "again").code == 1
    refused = shaky.longhaul("gate", "poor", "poor")
    assert refused.code == 2 and "Traceback" not in refused.err
    assert "no exact verdict: 1 of 1 specs in poor are not deterministic" in refused.err
    assert "longhaul gate BASE CANDIDATE --paired 8" in refused.err
    rows = load(shaky.root / "poor").runs
    failed = next(row for row in rows if row["verdict"] == "fail" and row["repeat"] > 1)
    shown = shaky.longhaul("show", "poor", f"{failed['run_id']}-{failed['repeat']}")
    assert f"run {failed['run_id']}: fail" in shown.out and "enough for today" not in shown.err
    parted = shaky.longhaul("diff", "poor", "poor", *(f"{row['run_id']}-{row['repeat']}" for row in rows[:2]))
    assert parted.code == 0, parted.err


def test_a_worse_arm_is_found_by_its_rates(shaky: Foreign) -> None:
    shaky.longhaul("run", *GRID, "--repeat", "20", "--out", "sound")
    give_up(shaky, 0.6, "poor")
    shaky.longhaul("run", *GRID, "--repeat", "20", "--out", "poor")
    worse = shaky.longhaul("gate", "sound", "poor", "--paired", "20")
    assert worse.code == 1, worse.err
    assert worse.out.startswith("worse: ") and "! verdict is pass 20/20 100% [84, 100]" in " ".join(worse.out.split())
    assert "MDD, the minimum detectable difference" in worse.out and worse.widest <= 100
    plain = json.loads(shaky.longhaul("gate", "sound", "poor", "--paired", "20", "--json").out)
    first = plain["comparisons"][0]
    assert first["relation"] == "worse" and -first["difference"] > first["detectable"]
    assert "| worse | verdict is pass |" in shaky.longhaul("gate", "sound", "poor", "--paired", "20", "--markdown").out
    for wrong, says in (
        (("--paired", "21"), "needs repeats 1 to 21 of each spec"),
        (("--paired", "5"), "use --paired 6 or more"),
        (("--paired", "20", "--allow", "steps:2"), "--allow does not go with --paired"),
        (("--paired", "20", "--accept"), "--accept does not go with --paired"),
        (("--paired", "0"), "--paired"),
    ):
        refused = shaky.longhaul("gate", "sound", "poor", *wrong)
        assert refused.code == 2 and says in " ".join(refused.err.split()), refused.err


def test_two_refs_are_compared_by_rates(shaky: Foreign) -> None:
    for arguments in (("init", "-q"), ("add", "."), ("commit", "-q", "-m", "sound")):
        subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments], cwd=shaky.root, check=True, text=True
        )
    give_up(shaky, 0.6, "poor")
    worse = shaky.longhaul("gate", "--base", "HEAD", *GRID, "--paired", "20")
    assert worse.code == 1, worse.err
    assert "1 spec x 20 repeats" in worse.out
