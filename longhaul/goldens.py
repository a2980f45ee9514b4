"""Golden journals: recorded sessions that are kept, and asked again under every later state of the code.

Beside `NAME.journal`, as the orchestrator wrote it, stands `NAME.golden`, one JSON value a line: the spec that made it,
digests of the folded state at some marks, and the decisions that were accepted as different since.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import msgspec

from harness import resolve
from harness.clock import VirtualLoop
from harness.errors import UsageError
from harness.host import Host
from harness.orchestrators.reference.config import Config, make_config
from harness.orchestrators.reference.digests import digests_at, unlike
from harness.orchestrators.reference.entries import Entry, Started
from harness.orchestrators.reference.replaying import Decide, Difference, Evolve, replay
from harness.orchestrators.reference.rules import decide as decide_today
from harness.orchestrators.reference.state import evolve as evolve_today
from harness.plain import plain_repr
from harness.run import build, execute
from harness.spec import Spec, parse
from harness.track import Track
from harness.types import Setup
from longhaul.journals import Journal, journal_in

MARK_EVERY = 10
"""Entries between two digests of the state; the last entry has one in any case."""


class MadeBy(msgspec.Struct, frozen=True, tag="made by", tag_field="line", forbid_unknown_fields=True):
    """The repr of the spec whose run wrote the journal."""

    spec: str


class Mark(msgspec.Struct, frozen=True, tag="state", tag_field="line", forbid_unknown_fields=True):
    """The digests of the state, field by field, after so many entries."""

    after: int
    digests: dict[str, str]


class Accepted(msgspec.Struct, frozen=True, tag="accepted", tag_field="line", forbid_unknown_fields=True):
    """A decision that is known to be another one since, and what it is."""

    after: int
    decided: str


_Line: TypeAlias = MadeBy | Mark | Accepted


@dataclass(frozen=True)
class Golden:
    """What stands beside a journal."""

    spec: Spec
    marks: dict[int, dict[str, str]] = field(default_factory=dict)
    accepted: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Surroundings:
    """What a session of a spec would know today: the config of its rules, and the record that it would begin with."""

    config: Config
    started: Started


def setup_of(spec: Spec) -> Setup:
    """What the scenario of a spec sets up today."""
    return build(resolve.scenario(spec.scenario), spec)


@dataclass(frozen=True)
class Code:
    """What a journal is replayed under: the two functions of the pure core, and what a spec sets up."""

    decide: Decide = decide_today
    evolve: Evolve = evolve_today
    setup_of: Callable[[Spec], Setup] = setup_of


TODAY = Code()


def surroundings(spec: Spec, setup: Setup) -> Surroundings:
    """What a spec means in a setup; nothing is run. Raises `UsageError` for a policy that cannot be built."""
    loop = VirtualLoop(0)
    try:
        host = Host(Track(spec, setup, resolve.policy(spec.policy)), loop)
    finally:
        loop.bury()
    config = make_config(host.tools, host.policy, host.budget, host.window)
    started = Started(session=host.session, version=0, goal=host.goal, limits=host.limits,
                      policy=plain_repr(host.policy), budget=host.budget)  # fmt: skip
    return Surroundings(config, started)


PINNED = ("goal", "limits", "policy", "budget")
"""What a session takes from its surroundings when it starts."""


@dataclass(frozen=True)
class Replayed:
    """What a golden journal came to under today's code.

    `differences` are the decisions that differ and are not accepted, `stale` the entries after which a difference is
    accepted that is none any more, `states` the marks at which the state differs, with its fields, `pinned` what the
    session would start with otherwise, `not_kept` the byte of a record that today's entries do not keep (-1: all are).
    """

    path: str
    entries: int
    decisions: int
    differences: tuple[Difference, ...]
    byte: int
    accepted: int
    stale: tuple[int, ...]
    marks: int
    states: tuple[tuple[int, tuple[str, ...]], ...]
    pinned: tuple[str, ...]
    not_kept: int
    torn: int

    @property
    def same(self) -> bool:
        """Nothing differs that was not accepted."""
        return not (self.differences or self.stale or self.states or self.pinned or self.not_kept >= 0)


def replayed(path: Path, golden: Golden, code: Code = TODAY) -> Replayed:
    """Replay a journal file. Raises `UsageError` for one that is unreadable, of another session or of a newer version."""
    around = surroundings(golden.spec, code.setup_of(golden.spec))
    journal = journal_in(path, around.started.session)
    if not journal.entries and not golden.marks:
        raise UsageError(f"{path} holds no record; replay asks what a session decided, so give one that began")
    found = replay(journal.entries, around.config, code.decide, code.evolve)
    fresh = tuple(item for item in found.differences if golden.accepted.get(item.after) != item.decided)
    differing = {item.after for item in found.differences}
    today = digests_at(journal.entries, golden.marks, code.evolve)
    states = ((mark, unlike(known, today.get(mark, {}))) for mark, known in golden.marks.items())
    return Replayed(
        path=str(path), entries=found.entries, decisions=found.decisions, differences=fresh,
        byte=journal.byte_after(fresh[0].after) if fresh else -1, accepted=len(found.differences) - len(fresh),
        stale=tuple(after for after in golden.accepted if after not in differing), marks=len(golden.marks),
        states=tuple((mark, names) for mark, names in states if names), pinned=_pinned(journal, around.started),
        not_kept=journal.not_kept.offset if journal.not_kept else -1, torn=journal.torn,
    )  # fmt: skip


def _pinned(journal: Journal, today: Started) -> tuple[str, ...]:
    """What a session would start with otherwise today, as `name: was, is`."""
    first = journal.entries[0] if journal.entries else None
    if not isinstance(first, Started):
        return ()
    pairs = ((name, getattr(first, name), getattr(today, name)) for name in PINNED)
    return tuple(f"{name}: {was!r:.100} then, {now!r:.100} now" for name, was, now in pairs if was != now)


def beside(path: Path) -> Path:
    """Where the golden of a journal stands."""
    return path.with_suffix(".golden")


def golden_of(path: Path) -> Golden:
    """Read what stands beside a journal. Raises `UsageError` with what is missing or wrong."""
    file = beside(path)
    if not file.is_file():
        raise UsageError(
            f"{path}: there is no {file.name} beside it that says which spec made it; give --spec 'Spec(...)', and with "
            "--accept it is written"
        )
    try:
        lines = msgspec.json.Decoder(_Line).decode_lines(file.read_bytes())
    except (msgspec.DecodeError, UnicodeError) as error:
        raise UsageError(f"{file}: {error}; restore it, or write it anew with --record") from None
    specs = [line.spec for line in lines if isinstance(line, MadeBy)]
    if len(specs) != 1:
        raise UsageError(
            f"{file}: it names {len(specs)} specs, one is needed; restore it, or write it anew with --record"
        )
    marks = {line.after: line.digests for line in lines if isinstance(line, Mark)}
    return Golden(parse(specs[0]), marks, {line.after: line.decided for line in lines if isinstance(line, Accepted)})


def accept(path: Path, spec: Spec) -> None:
    """Declare today's decisions and states the right ones for a journal: write what stands beside it anew."""
    around = surroundings(spec, setup_of(spec))
    journal = journal_in(path, around.started.session)
    if not journal.entries:
        raise UsageError(f"{path} holds no record; replay asks what a session decided, so give one that began")
    found = replay(journal.entries, around.config)
    lines: list[_Line] = [MadeBy(repr(spec)), *_marks(journal.entries)]
    lines += [Accepted(item.after, item.decided) for item in found.differences]
    _write(beside(path), msgspec.json.Encoder().encode_lines(lines))


def record(path: Path, spec: Spec) -> None:
    """Run a spec, and keep its journal and what stands beside it. Raises `UsageError` where it leaves no journal of ours."""
    run = execute(spec)
    fresh = path.with_suffix(".fresh")
    try:
        fresh.write_bytes(run.journal)
        if not journal_in(fresh).entries:
            raise UsageError(
                f"{spec!r} left an empty journal; only the reference orchestrator writes one that is replayed"
            )
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    accept(path, spec)


def _marks(entries: list[Entry]) -> Iterable[Mark]:
    wanted = [*range(MARK_EVERY, len(entries), MARK_EVERY), len(entries)]
    return (Mark(after, digests) for after, digests in digests_at(entries, wanted).items())


def _write(path: Path, data: bytes) -> None:
    fresh = path.with_suffix(".fresh")
    fresh.write_bytes(data)
    fresh.replace(path)
