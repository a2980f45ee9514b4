"""What two runs of one spec must have in common whatever the setting, and specs of the loops beside this."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from harness._tests.small import small
from harness.run import Run, execute
from harness.settings.agreement import difference, told
from harness.spec import Orchestrator, Spec

OWN = "own: "
LOOPS = Path(__file__).parent / "loops.py"


def of(loop: str, **fields: Any) -> Spec:
    """A small spec; `loop` is a built-in orchestrator, or `own: name` of `loops.py`."""
    name = loop.removeprefix(OWN)
    return small(Orchestrator(f"{LOOPS}:{name}") if loop.startswith(OWN) else name, **fields)


def pair(spec: Spec, setting: Any) -> tuple[Run, Run]:
    """The run of a spec in `sim` and in another setting."""
    return execute(replace(spec, setting="sim")), execute(replace(spec, setting=setting))


def story_without_pins(run: Run) -> list[tuple[Any, ...]]:
    """The story as the wire can tell it.

    Pins do not travel, so digests differ; what is sent on the wire is left out; and a vendor says in its own words what
    is wrong with a request, which a life may repeat when it ends.
    """
    return [(*head, _without_pins(detail)) for *head, detail in told(run) if "wire" not in head]


def _without_pins(detail: dict[str, Any]) -> dict[str, Any]:
    if detail.get("error") == "InvalidRequest":
        return {**detail, "message": ""}
    if "digest" not in detail:
        return detail
    new = [{name: value for name, value in item.items() if name != "pinned"} for item in detail["new"]]
    return {**detail, "digest": "", "new": new}


def facts(run: Run) -> tuple[Any, ...]:
    """What verdicts rest on: ending, world, ledger of effects, lives, journal, and which strikes fired."""
    return (
        run.ending, run.reason, run.completed, run.wrong, dict(run.world.state), tuple(run.world.effects),
        run.lives, run.journal, run.tape, run.fired, _without_wire(run.passages), run.ended_ms,
    )  # fmt: skip


def _without_wire(passages: dict[str, int]) -> dict[str, int]:
    return {site: count for site, count in passages.items() if site != "wire"}


def kills(run: Run, kind: str = "killed") -> list[dict[str, Any]]:
    """What was found after each real kill, or after each death that `sim` made of one (`died`)."""
    return [event.detail for event in run.events if (event.site, event.kind) == ("life", kind)]


def agree(spec: Spec) -> tuple[Run, Run]:
    """The run of a spec in `sim` and in a real process, which must be the same event by event and verdict by verdict."""
    sim, real = pair(spec, "process")
    assert difference(sim, real) == ""
    return sim, real
