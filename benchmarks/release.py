"""`python -m benchmarks.release [--write]`: runs of the reference that must all pass; once per release, 200,000 at least.

A check that fails here is wrong, or the reference is: both must be known before anybody else is judged. The result, with
the command and the commit, is kept in `benchmarks/results/release.json`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import get_args

from evals.cases import clean_specs
from harness.checks import judge
from harness.explore import Exploration
from harness.faults import Survive
from harness.run import execute
from harness.spec import Spec
from harness.swarm import demands, ground_of, swarm
from longhaul.names import short_name
from longhaul.say import progress_bar, remark, say

LEAST = 200_000
EVERY: tuple[Survive, ...] = get_args(Survive)
RESULT = Path(__file__).parent / "results" / "release.json"

Told = tuple[str, str, str]
"""The outcome of one run, what was violated, and its spec."""


def told_runs(clean: Spec, scale: float) -> Iterator[tuple[str, Iterator[Told]]]:
    """The families of runs of one spec: every single crash, every pair of a short run, and swarm plans that are healed."""
    size = max(4, int(100 * scale))
    yield "single crashes", _explored(Exploration(replace(clean, horizon=size)).singles(EVERY))
    pairs = replace(clean, horizon=max(2, int(6 * scale)))
    yield "ordered pairs", _explored(Exploration(pairs).doubles(EVERY))
    yield "swarm plans", _swarm(replace(clean, horizon=12), int(8_000 * scale))


def _explored(found: Iterable[object]) -> Iterator[Told]:
    for one in found:
        yield one.outcome, one.violated, repr(one.spec)  # type: ignore[attr-defined]


def _swarm(base: Spec, seeds: int) -> Iterator[Told]:
    ground = ground_of(execute(base))
    for seed in range(seeds):
        spec = replace(base, strikes=swarm(seed, ground), heal=True)
        judgement = judge(execute(spec), demands(spec))
        yield judgement.outcome, judgement.violated, repr(spec)


def release(scale: float = 1.0) -> dict[str, object]:
    """Run all of it; counts by family, and the specs of what did not pass."""
    counts: Counter[str] = Counter()
    alarms: list[str] = []
    began = time.process_time()
    specs = clean_specs()
    with progress_bar() as bar:
        task = bar.add_task("release runs", total=3 * len(specs))
        for clean in specs:
            for family, runs in told_runs(clean, scale):
                bar.update(task, description=f"{family} of {short_name(clean)}")
                for outcome, violated, spec in runs:
                    counts[f"{family}: {'not valid' if outcome == 'invalid' else 'valid'}"] += 1
                    if outcome == "fail" or violated.startswith("harness error"):
                        alarms.append(f"{violated} {spec}")
                bar.advance(task)
    valid = sum(count for name, count in counts.items() if name.endswith(": valid"))
    return {"valid": valid, "counts": dict(sorted(counts.items())), "false_alarms": len(alarms),
            "alarms": alarms[:20], "cpu_seconds": round(time.process_time() - began)}  # fmt: skip


def main() -> int:
    """Print the result; 0 where there were enough runs and no alarm."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.release", description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"keep the result in {RESULT.name}")
    parser.add_argument("--scale", type=float, default=1.0, help="a share of the whole, to try it out")
    given = parser.parse_args()
    result = release(given.scale)
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
    result = {"command": "python -m benchmarks.release --write", "commit": commit, **result}
    say(json.dumps(result, indent=1))
    if given.write:
        RESULT.parent.mkdir(exist_ok=True)
        RESULT.write_text(json.dumps(result, indent=1) + "\n")
        remark(f"kept in {RESULT.name}")
    return 0 if result["valid"] >= LEAST and not result["false_alarms"] else 1  # type: ignore[operator]


if __name__ == "__main__":
    raise SystemExit(main())
