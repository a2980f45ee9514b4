"""A recorded conversation played through policies: what each would have saved, and what it would have lost.

The player is the scenario `recorded`: the model says what it said, whatever the policy does to its context. So these are
costs and reference recall, and never a claim that the work would have been done.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial, reduce
from pathlib import Path
from typing import Any

from harness.checks.record import reading_of
from harness.history import Event
from harness.metrics.cost import BOOKS
from harness.metrics.requests import model_calls
from harness.metrics.tokens import tokens_cached, tokens_input, tokens_output, tokens_peak
from harness.run import Run, execute
from harness.spec import Choice, Spec
from longhaul.traces.measure import Measured
from longhaul.traces.shown import Item, Shown, arguments_of, calls, tokens_in
from longhaul.traces.window import References, Whole, compared, together
from scenarios.importers.trajectory import Trajectory

BASE = "keep_all"
RECORDED = "as recorded"
NAME = "trace"

LARGEST = 16_000_000
"""Bytes of one conversation that are played unasked: playing holds some 15 times of it in memory."""


@dataclass(frozen=True)
class Played:
    """One policy over one or several conversations. `failed` says why it did not come to the end of some of them.

    `bands` are the identifiers that the real run used later, by the least distance of their band in turns.
    """

    policy: str
    input: int = 0
    cached: int = 0
    output: int = 0
    peak: int = 0
    compactions: int = 0
    bands: Mapping[int, References] = field(default_factory=dict)
    failed: str = ""

    def costs(self) -> tuple[float, ...]:
        """The cost under each price book, in uncached input tokens; the policy's own calls are in it."""
        return tuple(book.of(self.input, self.cached, self.output) for book in BOOKS)

    @property
    def references(self) -> References:
        """Identifiers that the real run used later, at any distance."""
        return together(self.bands.values())


def total(rows: Iterable[Played]) -> Played:
    """One policy over several conversations."""
    return reduce(_both, rows)


def _both(one: Played, other: Played) -> Played:
    names = ("input", "cached", "output", "compactions")
    sums = {name: getattr(one, name) + getattr(other, name) for name in names}
    pairs = {
        least: [row.bands[least] for row in (one, other) if least in row.bands] for least in (*one.bands, *other.bands)
    }
    bands = {least: together(pairs[least]) for least in sorted(pairs)}
    return replace(
        one, peak=max(one.peak, other.peak), failed=one.failed or other.failed, bands=bands, **sums
    )  # fmt: skip


def as_recorded(measured: Measured, trajectory: Trajectory) -> Played:
    """What the recorded harness itself did, and what of it was then still in view."""
    cut = measured.compactions + measured.microcompactions
    whole = Whole(list(recorded_events(replace(trajectory, events=())))) if cut else None
    bands = compared(list(recorded_events(trajectory)), whole)
    return Played(RECORDED, measured.input, measured.cached, measured.output, measured.peak, cut, bands)


def recorded_events(trajectory: Trajectory) -> Iterator[Event]:
    """The recording as the events of a run: what each call showed, what it answered, what the tools returned."""
    messages = trajectory.messages
    view = Shown()
    names = {call["id"]: call["name"] for message in messages for call in message.get("tool_calls") or ()}
    before: list[int | str] = []
    cuts = told = 0
    for call in calls(trajectory, view, partial(_item, messages)):
        results = (messages[place] for place in range(told, call.start) if messages[place]["role"] == "tool")
        yield from (_result(message, names.get(message["tool_call_id"], "recorded")) for message in results)
        shown: list[int | str] = [*view.summaries, *view.items]
        shared = len(before) if view.cuts == cuts else _common(before, shown)
        new = [{"content": one} if isinstance(one, str) else _as_shown(messages[one]) for one in shown[shared:]]
        yield _event("model", "request", {"shared": shared, "new": new, "tools": 1})
        before, cuts, told = shown, view.cuts, call.stop
        said = [_as_shown(messages[place]) for place in range(call.start, call.stop)]
        text = "\n".join(str(one["content"]) for one in said)
        yield _event("model", "reply", {"text": text, "calls": [one for message in said for one in message["calls"]]})


def _item(messages: Sequence[Mapping[str, Any]], index: int, number: int) -> Item:
    return Item(index, messages[index]["role"], tokens_in(messages[index]), number)


def _common(before: Sequence[int | str], shown: Sequence[int | str]) -> int:
    pairs = enumerate(zip(before, shown, strict=False))
    return next((at for at, (old, new) in pairs if old != new), min(len(before), len(shown)))


def _as_shown(message: Mapping[str, Any]) -> dict[str, Any]:
    given = message.get("tool_calls") or ()
    made = [{"id": call["id"], "name": call["name"], "arguments": arguments_of(call)} for call in given]
    return {"content": message.get("content") or "", "calls": made, "call_id": message.get("tool_call_id", "")}


def _result(message: Mapping[str, Any], tool: str) -> Event:
    return _event(f"tool:{tool}", "result", {"content": message.get("content"), "id": message["tool_call_id"]})


def _event(site: str, kind: str, detail: dict[str, Any]) -> Event:
    return Event(0, 0, 0, site, 0, kind, detail)


def write(trajectory: Trajectory, folder: Path, number: int) -> str:
    """Put a conversation where the player finds it; the name of the recording."""
    file = folder / f"{number}.jsonl"
    file.write_bytes(replace(trajectory, id=NAME).line())
    return f"{file}#{NAME}"


def play(recording: str, policies: Sequence[Choice], budget: float | int) -> Iterator[Played]:
    """The recording under each policy, one after the other."""
    spec = Spec("recorded", input=recording, view_budget=budget)
    whole: Whole | None = None
    for policy in policies:
        run = execute(replace(spec, policy=policy))
        if whole is None:
            keeps = policy == Choice("Policy", BASE)
            whole = Whole(run.events if keeps else execute(replace(spec, policy=Choice("Policy", BASE))).events)
        yield _played(run, whole)
        for remembered in (model_calls, reading_of):
            remembered.cache_clear()  # the next run is another one, and of a long conversation each is large


def _played(run: Run, whole: Whole) -> Played:
    failed = "" if run.ending == "returned" and _finished(run.journal) else f"{run.ending} {run.reason}".strip()
    # as the orchestrator wrote them down: what is dropped before it was ever shown changes no prefix
    cuts = len(list(reading_of(run).lines_of("Compacted")))
    return Played(
        label(run.spec.policy), tokens_input(run), tokens_cached(run), tokens_output(run), tokens_peak(run), cuts,
        compared(run.events, whole), failed,
    )  # fmt: skip


def _finished(journal: bytes) -> bool:
    """Whether the last line of the journal says so; it may be long, because it holds the answer."""
    return b'"outcome":"completed"' in journal[journal.rfind(b"\n", 0, -1) + 1 :]


def label(policy: Choice) -> str:
    """The policy as a user writes it."""
    name = policy.name.rpartition("/")[2]
    options = ",".join(f"{key}={value}" for key, value in policy.options)
    return f"{name}({options})" if options else name
