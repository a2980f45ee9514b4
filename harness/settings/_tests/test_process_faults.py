"""Every kind of strike does to a real process on a real file what it does in `sim`: the same story and the same verdicts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from harness._tests.test_strikes import CrashInFlight, Emptied, Gone, Later, Poisoned, Short, Stale
from harness.errors import UsageError
from harness.faults import (
    FAULTS,
    CrashAfter,
    CrashBefore,
    Drift,
    FailBefore,
    Hang,
    OddText,
    RateLimit,
    Slow,
    StaleRead,
    Strike,
    TornAppend,
)  # fmt: skip
from harness.run import execute
from harness.settings._tests.alike import agree, kills, of, pair
from harness.settings._tests.left import children
from harness.settings.agreement import told
from harness.settings.process import InChild
from harness.spec import Spec
from harness.types import Limits


@dataclass(frozen=True)
class Jump:
    """The clock is off from now on."""

    ms: int = -5_000

    async def __call__(self, passage: Any, proceed: Any) -> Any:
        passage.jump_clock(self.ms)
        return await proceed()


@dataclass(frozen=True)
class Seeded:
    """There is something in the journal before anybody wrote there; at a later boot it is damaged."""

    async def __call__(self, passage: Any, proceed: Any) -> Any:
        passage.rewrite(lambda data: data[:-3] + b"\x00" * 5)


@dataclass(frozen=True)
class Twice:
    """A write of a part, and then of everything."""

    async def __call__(self, passage: Any, proceed: Any) -> Any:
        await passage.partial(0.3)
        return await proceed()


@dataclass(frozen=True)
class PoisonedInSilence:
    """A flush that says it is done and is not."""

    async def __call__(self, passage: Any, proceed: Any) -> Any:
        passage.poison()
        return await proceed()


@dataclass(frozen=True)
class DiesInTheMiddle:
    """A write of a part, and the process dies with it."""

    survive: Any = "all"

    async def __call__(self, passage: Any, proceed: Any) -> Any:
        await passage.partial(0.5)
        return await passage.crash(self.survive)


DIES = Strike("model", 3, CrashBefore())

STRUCK: dict[str, tuple[Strike, ...]] = {
    "lands later": (Strike("tool:pay", 1, Later()),),
    "lands after a death": (Strike("tool:pay", 1, CrashInFlight(7_000)),),
    "lands at the end": (Strike("tool:pay", 2, CrashInFlight(10**9)),),
    "stale": (Strike("tool:look", 1, Stale()),),
    "clock back": (Strike("model", 2, Jump()), DIES),
    "clock forward at the disk": (Strike("disk:flush", 2, Jump(10**7)),),
    "slow disk": (Strike("disk:append", 2, Slow(3_000)),),
    "journal before the first life": (Strike("boot", 1, Seeded()),),
    "journal damaged at rest": (DIES, Strike("boot", 2, Seeded())),
    "journal lost at rest": (DIES, Strike("boot", 2, Emptied())),
    "clock off at boot": (DIES, Strike("boot", 2, Jump(60_000))),
    "a tool is gone": (DIES, Strike("boot", 2, Gone("note"))),
    "poisoned": (Strike("disk:flush", 2, Poisoned()),),
    "poisoned in silence, then killed": (Strike("disk:flush", 2, PoisonedInSilence()), Strike("model", 3, CrashBefore("all"))),
    "short write": (Strike("disk:append", 3, Short()),),
    "short write, then whole": (Strike("disk:append", 3, Twice()),),
    "dies in a short write": (Strike("disk:append", 3, DiesInTheMiddle()),),
    "dies in a short write that is lost": (Strike("disk:append", 3, DiesInTheMiddle("half")),),
    "with a chance": (Strike("model", 1, FailBefore(), times=None, chance=0.3),),
    "killed in recovery": (DIES, Strike("disk:flush", 1, CrashBefore("all"), recovery=True)),
    "reordered": (Strike("disk:append", 3, CrashAfter("reordered")),),
    "bit flip": (Strike("disk:append", 3, CrashAfter("bit_flip")),),
    "bit flip before a flush": (Strike("disk:flush", 3, CrashBefore("bit_flip")),),
}  # fmt: skip


@pytest.mark.parametrize("strikes", STRUCK.values(), ids=STRUCK)
def test_a_strike_does_to_a_process_what_it_does_in_sim(strikes: tuple[Strike, ...]) -> None:
    """Healed at the end: a run that is healed is one that is not, and one life more."""
    before = children()
    sim, real = agree(of("reference", horizon=4, kind="queryable", strikes=strikes, heal=True))
    assert any(sim.fired)
    deaths = [death for death in kills(sim, "died") if death["site"] != "machine"]
    assert [death["status"] for death in kills(real)] == [-9] * len(deaths)
    assert children() == before


@pytest.mark.parametrize("loop", ["replay", "own: group", "own: tells_the_time"])
@pytest.mark.parametrize("name", ["clock back", "slow disk", "clock forward at the disk", "lands later", "short write"])
def test_other_orchestrators_meet_the_same_strike(loop: str, name: str) -> None:
    sim, real = pair(of(loop, horizon=4, strikes=STRUCK[name]), "process")
    assert told(real) == told(sim)


PAY = "tool:pay_invoice"
DOUBT = (Strike(PAY, 1, CrashAfter()),)
BEFORE: dict[str, tuple[str, str, int, tuple[Strike, ...]]] = {
    "model": ("deduplicating", "model", 2, ()),
    "tool": ("deduplicating", PAY, 1, ()),
    "query": ("queryable", "query:pay_invoice", 1, DOUBT),
    "human": ("blind", "human", 1, DOUBT),
    "sleep": ("deduplicating", "sleep", 1, (Strike("model", 2, RateLimit()),)),
    "disk:read": ("deduplicating", "disk:read", 2, DOUBT),
    "disk:append": ("deduplicating", "disk:append", 4, ()),
    "disk:flush": ("deduplicating", "disk:flush", 4, ()),
    "disk:truncate": ("deduplicating", "disk:truncate", 1, (Strike("disk:append", 4, TornAppend()),)),
    "boot": ("deduplicating", "boot", 2, DOUBT),
}
"""For each kind of site: the kind of tool, the passage to strike, and what must happen before so that there is one."""

EVERYWHERE = [(fault, site) for fault in FAULTS for site in fault.SITES if site != "wire"]


def strike_at(fault: Any, site: str) -> Spec:
    """A spec in which this fault strikes at such a site; one that is about files or about reading where there is such."""
    if fault is Drift:
        return Spec("rename_api", horizon=8, strikes=(Strike("tool:rename_in_file", 1, Drift()),))
    kind, passage, nth, before = BEFORE[site]
    if fault is StaleRead:
        passage, nth = "tool:list_invoices", 1
    return Spec("pay_invoices", horizon=6, kind=kind, strikes=(*before, Strike(passage, nth, fault())))  # type: ignore[arg-type]


@pytest.mark.parametrize(("fault", "site"), EVERYWHERE, ids=lambda part: getattr(part, "__name__", part))
def test_every_built_in_fault_does_at_every_site_what_it_does_in_sim(fault: Any, site: str) -> None:
    sim, _ = agree(strike_at(fault, site))
    assert all(sim.fired)


@pytest.mark.parametrize("site", ["model", "tool"])
@pytest.mark.parametrize("kind", ["nul", "surrogate", "ansi", "long_line"])
def test_odd_text_travels_as_it_is(kind: Any, site: str) -> None:
    agree(replace(strike_at(OddText, site), strikes=(Strike(BEFORE[site][1], 1, OddText(kind)),)))


def test_what_is_no_unicode_travels_both_ways() -> None:
    sim, _ = agree(of("own: echoes"))
    assert "\ufffd" in next(event.detail["text"] for event in sim.events if event.kind == "question")


def test_a_life_after_healing_finds_the_journal_and_does_nothing() -> None:
    _, real = agree(of("reference", horizon=4, heal=True))
    reads = [event.detail["bytes"] for event in real.events if event.site == "disk:read"]
    assert (real.lives, reads) == (2, [0, len(real.journal)])


@pytest.mark.parametrize("loop", ["raises", "waits_for_nothing"])
def test_a_run_that_ended_badly_is_healed_in_a_process_of_its_own(loop: str) -> None:
    agree(of(f"own: {loop}", heal=True))


def test_too_many_deaths_are_healed_too() -> None:
    spec = of("replay", limits=Limits(lives=3), heal=True, strikes=(Strike("model", 1, CrashBefore(), times=None),))
    sim, _ = agree(spec)
    assert (sim.lives, sim.ending) == (4, "returned")


def test_a_person_who_never_answers_is_healed_away() -> None:
    strikes = (Strike("human", 1, Hang(), times=None), Strike("tool:pay", 1, CrashBefore()))
    sim, _ = agree(of("reference", kind="blind", heal=True, strikes=strikes))
    assert sim.completed


def test_a_machine_that_goes_down_between_two_lives_loses_what_was_never_durable() -> None:
    """Healing starts the machine again where its disk was poisoned; nobody is there to be killed by that."""
    strikes = (Strike("disk:flush", 2, PoisonedInSilence(), times=None),)
    sim, real = agree(of("reference", horizon=4, heal=True, strikes=strikes))
    assert [death["site"] for death in kills(sim, "died")] == ["machine"]
    assert kills(real) == []


def test_a_run_that_cannot_go_on_between_two_lives_leaves_no_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(UsageError, match="no tool 'fly' to drop"):
        execute(of("replay", setting="process", strikes=(DIES, Strike("boot", 2, Gone("fly")))))
    assert list(tmp_path.iterdir()) == []
    assert InChild(of("replay"))
