"""What a strike can do beside failing a passage: effects that land later, stale reads, drift, clocks, boots, healing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from harness._tests.small import small
from harness.errors import ConnectionLost, DiskFailed, UsageError
from harness.faults import CrashAfter, CrashBefore, FailBefore, Hang, Strike
from harness.run import Run, execute
from harness.spec import Spec, parse


@dataclass(frozen=True)
class Later:
    """The answer is lost, and the effect lands later."""

    ms: int = 60_000

    async def __call__(self, passage: Any, proceed: Any) -> Any:
        passage.later(self.ms)
        raise ConnectionLost("reset")


@dataclass(frozen=True)
class CrashInFlight:
    """The process dies, and the effect lands later."""

    ms: int = 60_000

    async def __call__(self, passage: Any, proceed: Any) -> Any:
        passage.later(self.ms)
        return await passage.crash("none")


@dataclass(frozen=True)
class Stale:
    """A read of an earlier world."""

    async def __call__(self, passage: Any, proceed: Any) -> Any:
        return await passage.earlier(1)


@dataclass(frozen=True)
class Drift:
    """Somebody else was here."""

    async def __call__(self, passage: Any, proceed: Any) -> Any:
        passage.drift()
        return await proceed()


@dataclass(frozen=True)
class Gone:
    """A tool is gone."""

    tool: str

    async def __call__(self, passage: Any, proceed: Any) -> Any:
        passage.without_tool(self.tool)


@dataclass(frozen=True)
class Emptied:
    """The journal is empty when the next life looks."""

    async def __call__(self, passage: Any, proceed: Any) -> Any:
        passage.rewrite(lambda data: b"")


@dataclass(frozen=True)
class Poisoned:
    """An fsync that fails and loses what it was to save."""

    async def __call__(self, passage: Any, proceed: Any) -> Any:
        passage.poison()
        raise DiskFailed("input/output error", error_type="EIO")


@dataclass(frozen=True)
class Short:
    """A write of which a part is made."""

    async def __call__(self, passage: Any, proceed: Any) -> Any:
        await passage.partial(0.5)
        raise DiskFailed("interrupted", error_type="EINTR")


@dataclass(frozen=True)
class Dies:
    """A stranger's crash."""

    async def __call__(self, passage: Any, proceed: Any) -> Any:
        return await passage.crash("none")


def struck(*strikes: Strike, orchestrator: str = "sound.py:LOOP", **fields: Any) -> Run:
    return execute(small(orchestrator, strikes=strikes, **fields))


def times_of(run: Run) -> list[int]:
    return [event.at_ms for event in run.events if event.kind == "effect"]


def happened(run: Run) -> list[tuple[str, int]]:
    return [(deed.intent, deed.life) for deed in run.world.effects if deed.tool == "pay"]


@pytest.mark.parametrize("kind", ["deduplicating", "queryable", "blind"])
def test_an_effect_that_lands_late_is_not_doubled_by_who_asks_or_repeats_its_key(kind: Any) -> None:
    run = struck(Strike("tool:pay", 1, Later()), kind=kind)
    assert sorted(happened(run)) == [("INV-001", 0), ("INV-002", 0)]
    assert run.completed


def test_who_takes_a_fresh_key_pays_twice_when_the_first_lands_late() -> None:
    run = struck(Strike("tool:pay", 1, CrashInFlight(5_000)), orchestrator="fresh_key.py:LOOP")
    assert sorted(intent for intent, _ in happened(run)) == ["INV-001", "INV-001", "INV-002"]


def test_an_effect_in_flight_survives_the_death_of_its_process() -> None:
    run = struck(Strike("tool:pay", 1, CrashInFlight(7_000)), kind="queryable")
    assert sorted(happened(run)) == [("INV-001", 0), ("INV-002", 1)]
    assert run.completed


def test_what_is_still_in_flight_at_the_end_of_a_run_lands() -> None:
    run = struck(Strike("tool:pay", 2, CrashInFlight(10**9)), orchestrator="gives_up.py:LOOP")
    assert ("INV-002", 0) in happened(run)
    assert run.events[-2].kind == "effect"


def test_times_of_effects_never_run_backwards() -> None:
    run = struck(Strike("tool:pay", 1, CrashInFlight(7_000)), kind="queryable")
    assert times_of(run) == sorted(times_of(run))
    assert [event.number for event in run.events] == list(range(1, len(run.events) + 1))


def test_a_strike_in_recovery_counts_from_the_first_death_on() -> None:
    run = struck(Strike("model", 2, CrashBefore()), Strike("disk:flush", 1, CrashBefore(), recovery=True))
    deaths = [(event.life, event.detail["site"]) for event in run.events if event.kind == "died"]
    assert deaths == [(0, "model"), (1, "disk:flush")]
    assert run.completed


def test_a_strike_in_recovery_never_fires_where_nothing_dies() -> None:
    assert not struck(Strike("disk:flush", 1, CrashBefore(), recovery=True)).valid


def test_a_chance_is_drawn_by_hash_and_depends_on_the_seed() -> None:
    strike = Strike("model", 1, Hang(), times=None, chance=0.3)
    hits = [[strike.hits(nth, seed) for nth in range(1, 1001)] for seed in (0, 1)]
    assert hits[0] != hits[1]
    assert hits[0] == [strike.hits(nth, 0) for nth in range(1, 1001)]
    assert [250 < sum(drawn) < 350 for drawn in hits] == [True, True]


@pytest.mark.parametrize("chance", [0, -1, 1.5, "often", True])
def test_an_impossible_chance_is_refused(chance: Any) -> None:
    with pytest.raises(UsageError, match="chance is"):
        execute(small(strikes=(Strike("model", 1, Hang(), chance=chance),)))


def test_a_healed_run_comes_to_its_goal_after_a_fault_that_never_ended() -> None:
    for_ever = Strike("tool:pay", 1, FailBefore(), times=None)
    assert not struck(for_ever, kind="queryable").completed
    run = struck(Strike("human", 1, Hang(), times=None), Strike("tool:pay", 1, CrashBefore()), kind="blind", heal=True)
    assert [event.kind for event in run.events if event.site == "life" and event.kind in ("waiting", "healed")] == [
        "waiting",
        "healed",
    ]
    assert run.completed


def test_a_finished_session_does_nothing_in_the_life_after_healing() -> None:
    run = struck(heal=True)
    healed = next(event.number for event in run.events if event.kind == "healed")
    assert {event.site for event in run.events[healed:]} == {"life", "disk:read", "run"}
    assert run.completed


def test_a_spec_that_heals_says_so_in_its_repr() -> None:
    spec = Spec("pay_invoices", heal=True)
    assert "heal=True" in repr(spec)
    assert parse(repr(spec)) == spec
    with pytest.raises(UsageError, match="heal is 1"):
        execute(Spec("pay_invoices", heal=1))  # type: ignore[arg-type]


def test_a_tool_that_vanished_while_nobody_ran_is_not_there() -> None:
    run = struck(Strike("model", 2, CrashBefore()), Strike("boot", 2, Gone("pay")))
    assert [event.kind for event in run.events if event.site == "boot"] == ["struck", "gone"]
    assert not run.completed
    assert "no tool 'pay'" in next(event.detail["message"] for event in run.events if event.kind == "error")


def test_a_tool_that_never_was_cannot_vanish() -> None:
    with pytest.raises(UsageError, match="no tool 'fly' to drop; there are"):
        struck(Strike("boot", 1, Gone("fly")))


def test_a_journal_that_was_rewritten_at_rest_is_what_the_next_life_reads() -> None:
    run = struck(Strike("model", 3, CrashBefore()), Strike("boot", 2, Emptied()))
    reads = [event.detail["bytes"] for event in run.events if event.site == "disk:read"]
    assert reads == [0, 0]


@pytest.mark.parametrize(
    ("site", "fault"), [("model", Later()), ("model", Short()), ("model", Poisoned()), ("tool:pay", Gone("pay"))]
)
def test_a_fault_at_a_site_that_cannot_have_it_is_refused(site: str, fault: Any) -> None:
    with pytest.raises(UsageError, match="which only"):
        struck(Strike(site, 1, fault))


def test_only_what_is_read_can_be_stale() -> None:
    with pytest.raises(UsageError, match="not a reading tool"):
        struck(Strike("tool:pay", 1, Stale()))


def test_a_scenario_without_drift_says_so() -> None:
    with pytest.raises(UsageError, match="does not say what drifts"):
        struck(Strike("tool:pay", 1, Drift()))


def test_nobody_can_crash_at_boot() -> None:
    with pytest.raises(UsageError, match="CrashAfter cannot strike at 'boot'"):
        struck(Strike("boot", 1, CrashAfter()))
    with pytest.raises(UsageError, match="strike disk:read"):
        struck(Strike("boot", 1, Dies()))


def test_a_file_edited_by_somebody_else_is_read_again_before_it_is_edited() -> None:
    spec = Spec("rename_api", horizon=8, strikes=(Strike("tool:rename_in_file", 1, Drift()),))
    run = execute(spec)
    assert [event.detail["name"] for event in run.events if event.kind == "drift"] != []
    assert run.completed


def test_a_stale_read_is_noticed_by_the_edit_that_relies_on_it() -> None:
    spec = Spec("rename_api", horizon=8, strikes=(Strike("tool:read_file", 2, Stale()),))
    assert execute(spec).completed


@pytest.mark.parametrize("fault", [Poisoned(), Short()])
def test_a_disk_that_fails_in_the_middle_leaves_a_journal_that_a_later_life_can_read(fault: Any) -> None:
    site = "disk:flush" if isinstance(fault, Poisoned) else "disk:append"
    spec = Spec("pay_invoices", horizon=6, kind="queryable", strikes=(Strike(site, 4, fault),), heal=True)
    assert execute(spec).completed
