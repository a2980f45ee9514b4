"""From a spec to a run: build, live, crash, live again; then what was seen."""

from __future__ import annotations

import inspect
from asyncio import CancelledError, Task
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial
from typing import Any, TypeAlias

from harness import resolve
from harness.boot import boot
from harness.clock import VirtualLoop, task_names, wall_seconds
from harness.errors import HarnessError, UsageError
from harness.faults import check_sites
from harness.guard import Watchdog, guarded, install, watchdog
from harness.history import Event, History
from harness.host import Host
from harness.plain import plain_repr
from harness.spare_tools import equipped
from harness.spec import Spec, check_spec, limits_of
from harness.trace import trace_of
from harness.track import Track
from harness.types import Limits, Parameters, Scenario, Setup
from harness.world import World

WALL_SECONDS_MAX = 120.0
"""Wall-clock seconds after which a run is given up as invalid; virtual time cannot end a busy loop."""


ANSWER_CHARACTERS = 2_000
"""Characters of what an orchestrator gave back that the history keeps."""


@dataclass(frozen=True, eq=False)
class Run:
    """What one spec came to. Everything but `wall_seconds` is a function of the spec.

    `void` is why the run says nothing of its subject, where the setting knows it; such a run is invalid.
    """

    spec: Spec
    setup: Setup
    history: History
    world: World
    journal: bytes
    tape: bytes
    ending: str
    reason: str
    fired: tuple[int, ...]
    passages: dict[str, int]
    lives: int
    ended_ms: int
    wall_seconds: float
    void: str = ""

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """Every event, decoded once."""
        return tuple(self.history)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over every event: equal for equal specs, everywhere."""
        return self.history.digest()

    @cached_property
    def trace(self) -> tuple[tuple[Any, ...], ...]:
        """Requests, replies and effects in order, ids and keys renumbered: what two orchestrators must agree on."""
        return trace_of(self.events)

    @cached_property
    def wrong(self) -> str:
        """What is wrong with the final world in one sentence; empty where it is right."""
        return self.setup.check(self.world) or ""

    @property
    def limits(self) -> Limits:
        """The caps of this run: of its spec, else of its setup, else the defaults for its horizon."""
        return limits_of(self.spec, self.setup)

    @property
    def completed(self) -> bool:
        """The orchestrator returned and the world is right."""
        return self.ending == "returned" and not self.wrong

    @property
    def valid(self) -> bool:
        """Every planned strike fired, and the harness saw the run to its end and its subject at work."""
        return all(self.fired) and self.ending != "watchdog" and not self.void


def execute(spec: Spec) -> Run:
    """Run one spec to its end. A pure function of the spec; raises `UsageError` for one that cannot be built."""
    check_spec(spec)
    install()
    scenario = resolve.scenario(spec.scenario)
    return execute_in(spec, build(scenario, spec))


def build(scenario: Scenario, spec: Spec) -> Setup:
    """Build the scenario of a spec; refuse an input that is not the one the spec was made for."""
    parameters = Parameters(spec.horizon, spec.kind, spec.difficulty, spec.input, spec.seed, spec.spare_tools)
    make = _built if spec.input == "generated" else _made
    setup = make(scenario, parameters)
    if spec.input_digest and spec.input_digest != setup.input_digest:
        raise UsageError(
            f"input {spec.input!r} has digest {setup.input_digest!r}, the spec was made for {spec.input_digest!r}"
        )
    return setup


@lru_cache(maxsize=16)
def _built(scenario: Scenario, parameters: Parameters) -> Setup:
    """Generated setups are values that follow from their parameters; a grid of crashes builds each only once."""
    return _made(scenario, parameters)


def _made(scenario: Scenario, parameters: Parameters) -> Setup:
    """What a scenario builds, with the tools that are offered beside its own."""
    return equipped(scenario.build(parameters), parameters.spare_tools)


Live: TypeAlias = Callable[[Track], tuple[str, str]]
"""One life: `track -> (ending, reason)`; the ending `died` means that another life follows."""


def execute_in(spec: Spec, setup: Setup) -> Run:
    """Run a spec in a setup that was already built."""
    track, live = prepared(spec, setup)
    started = wall_seconds()
    how = lives(track, live)
    return finished_run(track, how, wall_seconds() - started)


def prepared(spec: Spec, setup: Setup) -> tuple[Track, Live]:
    """A run that has not begun, and how each of its lives is lived."""
    track = prepared_track(spec, setup)
    run = resolve.orchestrator(spec.orchestrator, setup)
    live: Live = partial(live_in_sim, run) if spec.setting == "sim" else resolve.setting(spec.setting).live(spec, run)
    return track, live


def prepared_track(spec: Spec, setup: Setup) -> Track:
    """The track of a run that has not begun."""
    check_sites(spec, setup)
    struck = tuple(replace(strike, fault=resolve.fault(strike.fault)) for strike in spec.strikes)
    track = Track(spec, setup, resolve.policy(spec.policy), struck)
    head = {"run_id": spec.run_id, "spec": repr(spec), "window": track.window, "budget": track.budget,
            "working_set": setup.working_set}  # fmt: skip
    track.record(0, "run", 0, "start", head)
    return track


def finished_run(track: Track, how: tuple[str, str], seconds: float) -> Run:
    """Let what is in flight land, close the history, and gather what there is to see of a run that ended."""
    ending, reason = how
    track.land()
    track.record(track.now_ms, "run", 0, "end", {"ending": ending, "reason": reason})
    journal = track.disk.read()
    tape = journal if len(journal) == track.disk.tape.size else track.disk.tape.read()
    return Run(
        spec=track.spec, setup=track.setup, history=track.history, world=track.world, journal=journal,
        tape=tape, ending=ending, reason=reason, fired=tuple(track.fired),
        passages=track.passages(), lives=track.life + 1, ended_ms=track.now_ms,
        wall_seconds=seconds, void=track.void,
    )  # fmt: skip


def lives(track: Track, live: Live) -> tuple[str, str]:
    """Live until a life does not end in a crash, or there were too many.

    A `live` with an attribute `wall_seconds` keeps time itself, and is given up only after that many.
    """
    seconds: float = getattr(live, "wall_seconds", WALL_SECONDS_MAX)
    try:
        with watchdog(seconds), guarded():
            while True:
                ending, reason = _life(track, live)
                if ending == "died":
                    track.next_life()
                elif track.spec.heal and not track.healed:
                    track.record(track.now_ms, "life", 0, "healed", {"ending": ending, "reason": reason})
                    track.heal()
                    track.next_life()
                else:
                    return ending, reason
    except Watchdog:
        return "watchdog", f"no end after {seconds:.0f} seconds of wall-clock time; does it spin?"


def _life(track: Track, live: Live) -> tuple[str, str]:
    """One life, from its boot on; how it ended and why. A death too many is the end of the run."""
    boot(track)
    track.record(track.now_ms, "life", 0, "born", {"journal": track.disk.durable})
    ending, reason = live(track)
    if track.broken is not None:
        raise track.broken
    if ending == "died" and track.life + 1 >= track.limits.lives:
        return "limit", f"{track.limits.lives} lives, the last ended {reason}"
    return ending, reason


def live_in_sim(run: resolve.Orchestrator, track: Track) -> tuple[str, str]:
    """One life in virtual time, in this process."""
    loop = VirtualLoop(track.now_ms)
    host = Host(track, loop)
    try:
        coroutine = run(host)
        if not inspect.iscoroutine(coroutine):
            raise UsageError(
                f"{track.spec.orchestrator!r} gave {coroutine!r}; it must be a coroutine function: async def"
            )
        task = loop.run(coroutine)
        track.now_ms = loop.now_ms
        if host.dead:
            return host.ending, host.reason
        if task.done():
            return _ended(track, task)
        ending = "waiting" if host.asking else "stuck"
        tasks = list(task_names(loop.waiting()))
        track.record(loop.now_ms, "life", 0, ending, {"tasks": tasks})
        return ending, f"nobody can move any more: {'; '.join(tasks)}"
    except SystemExit as error:
        track.now_ms = loop.now_ms
        return raised(track, error)
    finally:
        host.dead = True
        loop.bury()


def _ended(track: Track, task: Task[Any]) -> tuple[str, str]:
    if task.cancelled():
        return raised(track, CancelledError())
    error = task.exception()
    if error is not None:
        return raised(track, error)
    return returned(track, answer_of(task.result()))


def answer_of(result: Any) -> str:
    """What an orchestrator gave back, as the history keeps it."""
    return (result if isinstance(result, str) else plain_repr(result))[:ANSWER_CHARACTERS]


def returned(track: Track, answer: str) -> tuple[str, str]:
    """Record that the orchestrator came to its end by itself."""
    track.record(track.now_ms, "life", 0, "returned", {"answer": answer})
    return "returned", ""


def raised(track: Track, error: BaseException) -> tuple[str, str]:
    """Record that the orchestrator raised; the harness's own errors go on."""
    if isinstance(error, (Watchdog, HarnessError)):
        raise error
    detail = {"error": type(error).__name__, "message": str(error)}
    track.record(track.now_ms, "life", 0, "raised", detail)
    return "raised", f"{type(error).__name__}: {error}"
