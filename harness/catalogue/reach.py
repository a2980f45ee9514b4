"""All places of all crash points that one scenario offers, those in later lives and behind a fault too, or why not.

A place in a later life needs a first crash, a place in a wait needs a fault that makes the orchestrator wait: a prelude.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from harness.catalogue.crash_point import CrashPoint
from harness.catalogue.located import Located, located, strike_at
from harness.catalogue.points import NOT_STRUCK, POINTS, TWICE
from harness.catalogue.written import written
from harness.faults import RateLimit, Strike
from harness.run import Run, execute

if TYPE_CHECKING:
    from harness.spec import Spec

LATER = ("C50", "C51", "C52", "C53", "C60")
"""The ids that no clean run passes."""

WAIT_MS = 20_000
"""What the prelude of C60 makes the orchestrator wait."""


@dataclass(frozen=True)
class Reach:
    """What one spec offers: its places in the order of the ids, those of second crashes, and why an id has none."""

    places: tuple[Located, ...]
    seconds: tuple[Located, ...]
    absent: dict[str, str]

    def of(self, id: str) -> tuple[Located, ...]:
        """The places of one id; none where it is unreachable or pending."""
        return tuple(place for place in self.places if place.id == id)

    def second_of(self, id: str) -> tuple[Located, ...]:
        """The places of one id in a life that follows a crash; none for ids that need not be struck twice."""
        return tuple(place for place in self.seconds if place.id == id)


def reach(spec: Spec) -> Reach:
    """Run a spec without strikes, and with each prelude; return every place, and the reason for each id without one."""
    clean = execute(replace(spec, strikes=()))
    first = located(clean)
    struck = [execute(replace(spec, strikes=strikes)) for strikes in preludes(first)]
    later = [(run, place) for run in struck for place in located(run)]
    places = [*first, *(place for _, place in later if place.id in LATER)]
    order = {point.id: index for index, point in enumerate(POINTS)}
    places.sort(key=lambda place: order[place.id])
    known = {place.id for place in places}
    absent = {point.id: _why_absent(point, clean) for point in POINTS if point.id not in known}
    seconds = tuple(place for run, place in later if run.lives > 1 and place.id in TWICE)
    return Reach(tuple(places), seconds, absent)


def preludes(first: Iterable[Located]) -> tuple[tuple[Strike, ...], ...]:
    """The strikes that lead to later lives and to waits, chosen among the places of a clean run.

    A crash with a call in doubt, one with a torn record, each the first there is; a refusal that asks for patience.
    """
    by_id: dict[str, Located] = {}
    for place in first:
        by_id.setdefault(place.id, place)
    doubt = by_id.get("C17") or by_id.get("C03")
    torn = by_id.get("C06")
    crashes = tuple((strike_at(place),) for place in (doubt, torn) if place is not None)
    patience = ((Strike("model", 1, RateLimit(WAIT_MS)),),) if "C03" in by_id else ()
    return (*crashes, *patience)


def _why_absent(point: CrashPoint, clean: Run) -> str:
    """One sentence: pending, tried elsewhere, or what this scenario, policy or orchestrator lacks."""
    if point.entry.pending:
        return f"pending({point.entry.pending})"
    return NOT_STRUCK.get(point.id) or _lacking(point.id, clean) or "no moment of this run is one"


def _lacking(id: str, clean: Run) -> str:
    """What a run lacks for a crash point, the nearest cause first; empty where nothing is known to be missing."""
    tools = clean.setup.tools
    changing = [tool for tool in tools if tool.effect != "read"]
    writes = any(tool.effect == "write" for tool in tools)
    queryable = any(tool.kind == "queryable" for tool in changing)
    journal = written(clean)
    needs: tuple[tuple[str, bool, str], ...] = (
        ("C02 C03 C60", "model" in clean.passages, "the run never asks the model"),
        ("C04", "wire" in clean.passages, "no answer travels as bytes here: --setting wire"),
        ("C30 C31 C32 C33", _summarises(clean), _no_summary(clean)),
        ("C14 C15 C17 C18 C53", bool(changing), "no tool of this scenario changes anything"),
        ("C23", writes, "no tool of this scenario writes on condition of what was read"),
        ("C52", queryable, "no tool of this scenario can be queried: --kind queryable"),
        (ON_DISK, "disk:append" in clean.passages, "the orchestrator keeps no journal"),
        ("C14", journal.legible, "the journal is not in the harness's format: what it holds cannot be told"),
        ("C08 C15 C22 C33 C70", "disk:flush" in clean.passages, "the orchestrator never flushes"),
        ("C01", False, "nothing is durable before the first request"),
        ("C21", False, "no two calls of this run are under way together"),
        ("C33", False, "no summary is durable before the view is switched"),
        ("C50", False, "a resume reads no journal"),
        ("C51", False, "a resume cuts no torn tail"),
        ("C52", False, "a resume asks no tool"),
        ("C53", False, "a resume records no outcome of an old call"),
        ("C60", False, "the orchestrator does not wait after a refusal"),
    )  # fmt: skip
    return next((why for ids, there, why in needs if id in ids.split() and not there), "")


ON_DISK = "C00 C01 C05 C06 C07 C08 C14 C18 C19 C20 C22 C32 C33 C50 C51 C53 C70"
"""Crash points that need a journal."""


def _no_summary(clean: Run) -> str:
    if clean.spec.policy.name.startswith("summarize"):
        return "the model is never asked for a summary: a smaller --view-budget, or no policy is asked here"
    return "no call of this policy asks the model: --policy summarize --view-budget 0.5"


def _summarises(clean: Run) -> bool:
    requests = (event for event in clean.events if event.site == "model" and event.kind == "request")
    return not clean.setup.tools or any(not event.detail["tools"] for event in requests)
