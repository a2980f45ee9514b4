"""Kill a run at every one of its crash points without running its beginning thousands of times.

After a crash nothing is left of a process: what goes on is the track (world, disk, counts, clock), and a track can be
forked. So the run is made once, its track is forked at every crash point, and each fork is killed there and lives on. A
resumed life ends where it stands as the run that was never killed stood at the same turn, because from there on both do the
same. `recheck` runs a spec from the start in the ordinary way; it must come to the same verdict.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any

from harness import resolve
from harness.checks import CHECKS, Check, Judgement, judge
from harness.checks.judging import Judging
from harness.checks.record import head_of
from harness.errors import UsageError
from harness.faults import Survive, TornAppend
from harness.guard import install
from harness.history import History, decode_events
from harness.host import Standing
from harness.intake import Taken
from harness.plain import plain_repr
from harness.points import Point, moments, sampled, strike_of
from harness.run import Run, build, execute, finished_run, lives, prepared
from harness.spec import Spec, check_spec
from harness.track import Track
from harness.types import Setup
from harness.world import World


@dataclass(frozen=True)
class Explored:
    """What one killed run came to: `pass`, or `fail` or `invalid` and the violated check in a sentence.

    `same` means that it was ended where it stood as the run that was not killed; `lives` are the lives it had until then.
    """

    spec: Spec
    outcome: str
    violated: str
    same: bool
    lives: int


@dataclass(frozen=True, repr=False)
class Fork:
    """A track as it was before or after one passage, and what the history held before that passage and since.

    `at_ms` is when it was, `before_ms` when the passage began. Of a passage that happened, `pending` bytes were unflushed
    when it began, and it added `bytes` to them.
    """

    point: Point
    track: Track
    prefix: History
    since: bytes
    at_ms: int
    before_ms: int
    pending: int
    bytes: int

    def __repr__(self) -> str:
        return f"Fork({self.point})"

    def survivors(self, ways: tuple[Survive, ...]) -> tuple[Survive, ...]:
        """The ways that make a difference here: one where nothing is unflushed, or where the write is torn."""
        return ways if self.track.disk.pending and self.point.when != "torn" else ways[:1]

    def killed(self, survive: Survive) -> Track:
        """A track of its own that died here."""
        strike = strike_of(self.point, survive)
        track = self.track.fork()
        track.spec = replace(track.spec, strikes=(*track.spec.strikes, strike))
        track.fired.append(1)
        track.history = self.prefix.fork()
        site, nth, life = self.point.site, self.point.nth, track.life
        track.history.add((life, self.before_ms), site, nth, "struck", {"fault": plain_repr(strike.fault)})
        for event in decode_events(self.since):
            track.history.add((event.life, event.at_ms), event.site, event.nth, event.kind, event.detail)
        kept: Survive | int = survive
        if isinstance(strike.fault, TornAppend):
            kept = self.pending + int(self.bytes * strike.fault.share)
        track.die(self.at_ms, site, nth, kept)
        return track


@dataclass(frozen=True)
class Stand:
    """Where a run stood at one request: what its model and its orchestrator will do from there on follows from it."""

    essence: Any
    world: World
    spent: tuple[tuple[int, int], ...]


@dataclass
class Onlooker:
    """Forks the track at every passage (`forks`), and notes or compares where the run stands at every request."""

    collects: bool
    stands: dict[Any, list[Stand]]
    compares: bool = False
    spent: tuple[tuple[int, int], ...] = ()
    shared: int = 0
    forks: list[Fork] = field(default_factory=list)
    _begun: dict[tuple[str, int], Fork] = field(default_factory=dict)

    def before(self, host: Any, site: str, nth: int) -> None:
        """Fork before a passage."""
        if not self.collects:
            return
        still, now = host._track.fork(), host._loop.now_ms
        fork = Fork(Point(site, nth, "before"), still, still.history, b"", now, now, 0, 0)
        self._begun[site, nth] = fork
        self.forks.append(fork)

    def after(self, host: Any, site: str, nth: int) -> None:
        """Fork after a passage; a write can also be torn."""
        if not self.collects:
            return
        begun, still = self._begun.pop((site, nth)), host._track.fork()
        since = host._track.history.since(begun.prefix.size_bytes)
        pending = begun.track.disk.pending
        for when in moments(site)[1:]:
            self.forks.append(replace(
                begun, point=Point(site, nth, when), track=still, since=since, at_ms=host._loop.now_ms,
                pending=pending, bytes=still.disk.pending - pending,
            ))  # fmt: skip

    def asked(self, host: Any, taken: Taken) -> bool:
        """Note where the run stands, or tell whether it stands where the other one stood."""
        track = host._track
        essence = getattr(track.model, "essence", None)
        if host.standing is None or essence is None or not taken.tools or track.flights:
            return False
        if track.intake.answered(taken.digest):
            return False
        standing: Standing = host.standing()
        if standing.state is None:
            return False
        if not self.compares:
            seen = essence(taken.view)
            if seen is not None:
                place = (standing.state, track.world.version)
                self.stands.setdefault(place, []).append(Stand(tuple(map(copy, seen)), track.world, standing.spent))
            self.spent = standing.spent
            return False
        return any(
            self._stands(stand, standing, track.world) and essence(taken.view) == stand.essence
            for stand in self.stands.get((standing.state, track.world.version), ())
        )

    def _stands(self, stand: Stand, standing: Standing, world: World) -> bool:
        """Whether the world is the same, and what is left of every cap is enough for what the other run still spent."""
        if not same_world(stand.world, world, self.shared):
            return False
        return all(
            not cap or spent + most - then <= cap
            for (spent, cap), (then, _), (most, _) in zip(standing.spent, stand.spent, self.spent, strict=True)
        )


def same_world(one: World, other: World, shared: int = 0) -> bool:
    """Whether two worlds hold the same, and the same was done to them; when, in what order and by whom does not matter.

    The first `shared` effects are known to be the same.
    """
    if one is other:
        return True
    if one.version != other.version or len(one.effects) != len(other.effects) or one.state != other.state:
        return False
    return _deeds(one, shared) == _deeds(other, shared)


def _deeds(world: World, shared: int) -> Counter[tuple[str, str]]:
    return Counter((deed.tool, deed.intent) for deed in world.effects[shared:])


@dataclass
class _Line:
    """A run that was made: its events, where it stood, and the checks, as far as they were shown its events."""

    run: Run
    forks: list[Fork]
    judging: Judging
    seen: int

    def judged_until(self, count: int) -> Judging:
        """The checks after so many events; forks must be asked for in order."""
        for event in self.run.events[self.seen : count]:
            self.judging.see(event)
        self.seen = max(self.seen, count)
        return self.judging


class Exploration:
    """All crashes of one spec. `clean` is the run that is not killed, `judgement` what the checks say of it."""

    def __init__(self, spec: Spec, checks: tuple[Check, ...] = CHECKS) -> None:
        check_spec(spec)
        if spec.setting != "sim":
            raise UsageError(f"setting is {spec.setting!r}; only runs in sim can be forked, execute the others")
        install()
        self._checks = checks
        setup: Setup = build(resolve.scenario(spec.scenario), spec)
        track, self._live = prepared(spec, setup)
        track.memory = {}
        track.watch = self._onlooker = Onlooker(collects=True, stands={})
        self.clean: Run = finished_run(track, lives(track, self._live), 0.0)
        self.judgement: Judgement = judge(self.clean, checks)

    def singles(self, survivors: Iterable[Survive] = ("none",)) -> Iterator[Explored]:
        """Every crash of the run, with each way in which unflushed bytes survive where there are any."""
        with unscanned():
            yield from self._all_killed(self._line(), tuple(survivors))

    def doubles(self, survivors: Iterable[Survive] = ("none",)) -> Iterator[Explored]:
        """Every second crash of every run that was killed once, wherever it comes after the first."""
        ways = tuple(survivors)
        with unscanned():
            line = self._line()
            for fork in line.forks:
                for survive in fork.survivors(ways):
                    yield from self._all_killed(self._followed(line, fork, survive, collects=True)[1], ways)

    def some_doubles(self, count: int, survive: Survive = "none") -> Iterator[Explored]:
        """So many first crashes, spread by hash over the run, each with one second crash somewhere after it."""
        with unscanned():
            line = self._line()
            for fork in sampled(line.forks, min(1.0, count / len(line.forks))):
                second = self._followed(line, fork, survive, collects=True)[1]
                for later in sampled(second.forks, 1 / max(1, len(second.forks)))[:1]:
                    yield self._followed(second, later, survive)[0]

    def _all_killed(self, line: _Line, ways: tuple[Survive, ...]) -> Iterator[Explored]:
        """A run that was made, killed at each of its forks in each way that makes a difference."""
        for fork in line.forks:
            for survive in fork.survivors(ways):
                yield self._followed(line, fork, survive)[0]

    def _line(self) -> _Line:
        forks = sorted(self._onlooker.forks, key=lambda fork: fork.prefix.count)
        return _Line(self.clean, forks, Judging.start(head_of(self.clean), self._checks), 0)

    def _followed(self, line: _Line, fork: Fork, survive: Survive, collects: bool = False) -> tuple[Explored, _Line]:
        """Kill at a fork and live on; what came of it, and the run so far. One that is forked again is not cut short."""
        track = fork.killed(survive)
        begun = fork.prefix.count
        judging = line.judged_until(begun).fork(track.disk.tape.read)
        onlooker = Onlooker(
            collects, self._onlooker.stands, self.judgement.outcome == "pass" and not collects, self._onlooker.spent,
            len(track.world.effects),
        )  # fmt: skip
        track.watch = onlooker
        track.next_life()
        size = fork.prefix.size_bytes
        how = lives(track, self._live)
        if how[0] == "same":
            for event in decode_events(track.history.since(size)):
                judging.see(event)
            failed = judging.failed()
            violated = f"{failed.name}: {failed.witness}" if failed else ""
            return Explored(track.spec, "fail" if failed else "pass", violated, True, track.life + 1), line
        run = finished_run(track, how, 0.0)
        new = decode_events(track.history.since(size))
        vars(run)["events"] = (*line.run.events[:begun], *new)
        forks = sorted(onlooker.forks, key=lambda fork: fork.prefix.count)
        followed = _Line(run, forks, judging.fork() if collects else judging, begun)
        judgement = judging if collects else followed.judging
        for event in new:
            judgement.see(event)
        said = judgement.conclude(run)
        return Explored(run.spec, said.outcome, said.violated, False, run.lives), followed


@contextmanager
def unscanned() -> Iterator[None]:
    """What is there now is not looked through for garbage again and again: it stays, and there is much of it."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def recheck(explored: Explored, checks: tuple[Check, ...] = CHECKS) -> str:
    """Run a spec from its beginning in the ordinary way; one sentence where that says something else, '' where it agrees."""
    judgement = judge(execute(explored.spec), checks)
    if (judgement.outcome, judgement.violated) == (explored.outcome, explored.violated):
        return ""
    return (
        f"{explored.spec!r}: explored it was {explored.outcome} {explored.violated!r}, "
        f"executed it is {judgement.outcome} {judgement.violated!r}"
    )
