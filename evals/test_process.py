"""Killed for real: a child process on real files, SIGKILL at named points, agrees with the simulation.

This is what makes the simulated disk believable, so the comparison itself is on trial too: it must notice a disk that lies.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import cycle
from pathlib import Path
from typing import Any, get_args

import pytest

from evals.cases import clean_specs, run_of, with_orchestrator
from harness import resolve
from harness.checks import judge
from harness.disk import Disk, Kept
from harness.faults import CrashAfter, CrashBefore, Strike, Survive, TornAppend
from harness.mutants import MUTANTS, Mutant
from harness.mutants.trying import tried as trial_of
from harness.points import double_crashes, single_crashes
from harness.run import Run, build, execute, finished_run, lives, prepared
from harness.settings.agreement import difference
from harness.spec import Policy, Spec
from harness.swarm import ground_of, swarm
from longhaul.names import short_name
from longhaul.plugin import ASKED
from longhaul.tiers import Tier
from longhaul.trial import tried

HORIZON = 8
SURVIVORS: tuple[Survive, ...] = get_args(Survive)


@dataclass(frozen=True)
class Amount:
    """What a tier kills: single crashes and double ones for each clean spec, how many real kills that must come to, and
    how many seeds of mixed faults are tried on each clean spec besides; every how manieth mutant dies for real too.
    """

    single: int
    double: int
    kills: int
    seeds: int
    mutants: int


AMOUNTS: dict[Tier, Amount] = {
    "smoke": Amount(1, 0, 30, 1, 40),
    "pr": Amount(8, 4, 100, 5, 12),
    "nightly": Amount(100, 40, 1_000, 100, 1),
    "release": Amount(100, 40, 1_000, 100, 1),
}

CLEAN = tuple(replace(spec, horizon=HORIZON) for spec in clean_specs())
ASKING = tuple(
    replace(spec, policy=Policy("summarize"), view_budget=0.5) for spec in CLEAN if spec.kind == "deduplicating"
)
"""A policy that asks the model."""

CONTROLS = tuple(with_orchestrator(spec, "replay") for spec in CLEAN if spec.scenario == "pay_invoices")
"""They break their promises under some kills; in a real process they must break the same ones."""


def unflushed() -> list[Strike]:
    """Kills that leave bytes past the durable mark, once for each way in which a crash may treat them."""
    return [
        *(Strike("disk:flush", 3, CrashBefore(survive)) for survive in SURVIVORS),
        Strike("disk:append", 4, TornAppend()),
    ]


def summaries(clean: Spec) -> list[Strike]:
    """Kills around the first request of a policy for a summary."""
    asked = [event.nth for event in run_of(clean).events if event.kind == "request" and not event.detail["tools"]]
    return [Strike("model", asked[0], CrashBefore()), Strike("model", asked[0], CrashAfter())]


def spread(specs: list[Spec], count: int) -> list[Spec]:
    """So many of them, evenly."""
    count = min(count, len(specs))
    return [specs[index * len(specs) // count] for index in range(count)]


def kills(amount: Amount) -> Iterator[Spec]:
    """Every spec that a tier runs for real."""
    for clean in (*CLEAN, *ASKING, *CONTROLS):
        named = unflushed() if clean in CLEAN else summaries(clean) if clean in ASKING else []
        yield from (replace(clean, strikes=(strike,)) for strike in named)
        singles = spread(list(single_crashes(clean)), amount.single)
        yield from singles
        if clean not in CONTROLS:
            for index, single in enumerate(singles[: amount.double]):
                again = list(double_crashes(run_of(single), SURVIVORS[index % len(SURVIVORS)]))
                yield from spread(again, 1 + index % 2)[-1:]


def mixed(seeds: int) -> Iterator[Spec]:
    """Crashes among other faults, healed at the end for every other seed: the same seeds in every run of a tier."""
    for clean in CLEAN:
        ground = ground_of(run_of(clean))
        yield from (replace(clean, strikes=swarm(seed, ground), heal=seed % 2 == 0, seed=seed) for seed in range(seeds))


def places() -> dict[str, Path]:
    """A folder in memory and one on a disk, as far as this machine has them."""
    kinds = {}
    for path in (Path("/dev/shm"), Path(tempfile.gettempdir()), Path.cwd()):
        if path.is_dir():
            kinds.setdefault("memory" if _mounted_as(path) in ("tmpfs", "ramfs") else "disk", path)
    return kinds


def _mounted_as(path: Path) -> str:
    mounts = Path("/proc/mounts")
    lines = [line.split() for line in mounts.read_text().splitlines()] if mounts.exists() else []
    above = [(len(line[1]), line[2]) for line in lines if path.resolve().is_relative_to(line[1])]
    return max(above, default=(0, "disk"))[1]


@pytest.fixture
def place(request: pytest.FixtureRequest) -> Iterator[str]:
    """Have the real files there."""
    before, tempfile.tempdir = tempfile.tempdir, str(places()[request.param])
    yield request.param
    tempfile.tempdir = before


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each kill, on the places in turn."""
    amount = AMOUNTS[metafunc.config.stash[ASKED].level]
    if "mix" in metafunc.fixturenames:
        metafunc.parametrize("mix", list(mixed(amount.seeds)), ids=lambda mix: short_name(replace(mix, strikes=())))
    if "bug" in metafunc.fixturenames:
        at_doors = [bug for bug in MUTANTS if not bug.on_wire]  # in a process no answer travels as bytes
        metafunc.parametrize("bug", at_doors[:: amount.mutants], ids=lambda bug: bug.name)
    if {"spec", "place"} <= set(metafunc.fixturenames):
        specs = list(dict.fromkeys(kills(amount)))
        turns = list(zip(specs, cycle(places())))
        ids = [f"{name}-{short_name(spec)}" for spec, name in turns]
        metafunc.parametrize(("spec", "place"), turns, ids=ids, indirect=["place"])


@pytest.mark.usefixtures("reference_only")
def test_a_real_kill_agrees_with_the_simulated_one(spec: Spec, place: str) -> None:
    simulated = run_of(spec)
    real, judgement = tried(replace(spec, setting="process"))
    assert difference(simulated, real) == ""
    assert statuses(real) == [-9] * len(spec.strikes)
    assert judgement.outcome == "pass" or spec.orchestrator.name == "replay", judgement.reason


@pytest.mark.usefixtures("reference_only")
def test_faults_of_every_kind_agree_in_any_mix(mix: Spec) -> None:
    simulated, real = execute(mix), execute(replace(mix, setting="process"))
    assert difference(simulated, real) == "", mix
    assert set(statuses(real)) <= {-9}


@pytest.mark.usefixtures("reference_only")
def test_a_planted_bug_is_found_for_real_by_the_check_that_finds_it_in_sim(bug: Mutant) -> None:
    plan = trial_of(bug).plan
    assert plan is not None
    simulated, real = run_of(plan), execute(replace(plan, setting="process"))
    assert difference(simulated, real) == ""
    assert judge(real)[bug.killed_by].outcome == "fail"


def statuses(run: Run) -> list[int]:
    """How the processes of a run that were killed ended."""
    return [event.detail["status"] for event in run.events if (event.site, event.kind) == ("life", "killed")]


@pytest.mark.usefixtures("reference_only")
def test_a_tier_kills_as_often_as_it_says(tier: Tier) -> None:
    specs = set(kills(AMOUNTS[tier]))
    assert sum(len(spec.strikes) for spec in specs) >= AMOUNTS[tier].kills
    assert {spec.kind for spec in specs} == {"deduplicating", "queryable", "blind"}
    assert tier == "smoke" or any(len(spec.strikes) == 2 for spec in specs)


@pytest.mark.usefixtures("reference_only")
@pytest.mark.parametrize("strike", unflushed(), ids=lambda strike: getattr(strike.fault, "survive", "torn"))
@pytest.mark.parametrize("clean", CLEAN, ids=short_name)
def test_a_kill_leaves_bytes_past_the_durable_mark(clean: Spec, strike: Strike) -> None:
    real = execute(replace(clean, setting="process", strikes=(strike,)))
    killed, died = (next(event.detail for event in real.events if event.kind == kind) for kind in ("killed", "died"))
    assert killed["past"] > 0
    assert killed["bytes"] == killed["past"] + died["durable"]
    damaged = strike.fault in (CrashBefore("reordered"), CrashBefore("bit_flip"))
    assert (died["whole"] < died["kept"]) == damaged


@pytest.mark.usefixtures("reference_only")
def test_an_orchestrator_that_breaks_a_promise_breaks_the_same_one_for_real(tier: Tier) -> None:
    """Else nothing but passes would ever have been compared."""
    strike = Strike("tool:pay_invoice", 2, CrashAfter())
    for clean in CONTROLS:
        simulated = run_of(replace(clean, strikes=(strike,)))
        real, judgement = tried(replace(simulated.spec, setting="process"))
        assert difference(simulated, real) == ""
        assert judgement["effect_once"].outcome == "fail"


# the comparison on trial


class KeepsEverything(Disk):
    """Simulates a crash after which everything is still there."""

    def crash(self, survive: Survive | int) -> Kept:
        return super().crash("all")


class LosesFlushed(Disk):
    """Simulates a crash that takes a byte that was flushed."""

    def crash(self, survive: Survive | int) -> Kept:
        kept = super().crash(survive)
        self.truncate(max(0, self.durable - 1))
        return kept


class NeverDamages(Disk):
    """Simulates crashes that lose bytes, but never leave a wrong one."""

    def crash(self, survive: Survive | int) -> Kept:
        return super().crash("all" if survive in ("reordered", "bit_flip") else survive)


class NeverTears(Disk):
    """Simulates a write that is made whole or not at all."""

    def crash(self, survive: Survive | int) -> Kept:
        return super().crash("none" if isinstance(survive, int) else survive)


class KeepsOneByteMore(Disk):
    """Simulates a crash that keeps a byte more than it should."""

    def crash(self, survive: Survive | int) -> Kept:
        return super().crash(min(self.pending, 1) if survive == "none" else survive)


def simulated_on(disk: Disk, spec: Spec) -> Run:
    """The run of a spec in `sim` on a disk of one's own."""
    track, live = prepared(spec, build(resolve.scenario(spec.scenario), spec))
    track.disk = disk
    return finished_run(track, lives(track, live), 0.0)


def noticed(disk: Any, clean: Spec) -> list[str]:
    """What the real kills say against such a disk."""
    specs = [replace(clean, strikes=(strike,)) for strike in unflushed()]
    found = [difference(simulated_on(disk(), spec), run_of(replace(spec, setting="process"))) for spec in specs]
    return [sentence for sentence in found if sentence]


@pytest.mark.usefixtures("reference_only")
@pytest.mark.parametrize("lie", [KeepsEverything, LosesFlushed, NeverDamages, NeverTears, KeepsOneByteMore])
def test_a_simulated_disk_that_lies_is_noticed(lie: Any) -> None:
    assert noticed(lie, CLEAN[0])
    assert not noticed(Disk, CLEAN[0])
