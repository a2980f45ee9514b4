"""Whether a run in another setting is the run of `sim`: event by event, byte by byte, verdict by verdict.

A real process on a real file is worth having because it can disagree: with the simulated disk, with what the simulation
calls a death, with the order in which it lets tasks go on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.checks import judge
from harness.run import Run


def difference(simulated: Run, real: Run) -> str:
    """The first thing in which two runs of one spec differ, in one sentence; empty where they agree.

    What names the setting itself is left out: the spec in the first event, and the event of each real kill.
    """
    return next(_differences(simulated, real), "")


def told(run: Run) -> list[tuple[Any, ...]]:
    """Every event of a run but what names its setting: life, time, site, passage, kind and detail."""
    return [
        (event.life, event.at_ms, event.site, event.nth, event.kind, event.detail)
        for event in run.events
        if event.site != "run" and (event.site, event.kind) != ("life", "killed")
    ]


def verdicts(run: Run) -> list[tuple[str, str, int]]:
    """What every check says, and how often its premise occurred. Witnesses name events by number, so they are left out."""
    return [(verdict.name, verdict.outcome, verdict.premises) for verdict in judge(run).verdicts]


def _differences(simulated: Run, real: Run) -> Iterator[str]:
    for what, one, other in (
        ("event", told(simulated), told(real)),
        ("verdict", verdicts(simulated), verdicts(real)),
        ("effect", simulated.world.effects, real.world.effects),
        ("passage of the trace", simulated.trace, real.trace),
        ("line of the journal", simulated.journal.splitlines(True), real.journal.splitlines(True)),
        ("line of the tape", simulated.tape.splitlines(True), real.tape.splitlines(True)),
    ):
        yield from _in_sequence(what, list(one), list(other))
    for name in ("ending", "reason", "lives", "ended_ms", "fired", "passages", "wrong"):
        yield from _in_value(name, getattr(simulated, name), getattr(real, name))
    yield from _in_value("world", dict(simulated.world.state), dict(real.world.state))


def _in_sequence(what: str, simulated: list[Any], real: list[Any]) -> Iterator[str]:
    for number, (one, other) in enumerate(zip(simulated, real), 1):
        if one != other:
            yield f"{what} {number} is {one!r} in sim and {other!r} in the real process"
    if len(simulated) != len(real):
        yield f"there are {len(simulated)} of {what} in sim and {len(real)} in the real process"


def _in_value(name: str, simulated: Any, real: Any) -> Iterator[str]:
    if simulated != real:
        yield f"{name} is {simulated!r} in sim and {real!r} in the real process"
