"""`longhaul inspect TRACE`: what a recorded conversation cost, how it grew, and what each policy would have saved."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from shutil import move
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from harness import resolve
from harness.errors import UsageError
from harness.spec import Choice
from harness.tokens import text_bytes
from longhaul import exits
from longhaul.choices import choice, pick, view_budget
from longhaul.lines import wrapped
from longhaul.say import progress_bar, remark, say
from scenarios.importers import FORMATS, Format, Source, Trajectory, chosen, files_under, opened, read_source

if TYPE_CHECKING:
    from longhaul.traces.measure import Measured
    from longhaul.traces.play import Played

_FORMATS = "\n".join(f"  {one.name:<12} {one.title}" for one in FORMATS)


@dataclass
class _Found:
    """What was seen so far; the conversations themselves are let go one by one. `recordings` are to be played, by name."""

    measured: list[Measured] = field(default_factory=list)
    played: dict[str, list[Played]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    recordings: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class _Asked:
    """The options."""

    policies: tuple[Choice, ...]
    budget: float | int
    format: str = ""
    skip_broken: bool = False
    redact: Path | None = None
    named: bool = False
    lookup: float = 1.0
    by_distance: bool = False


@click.command(
    short_help="What a recorded trace cost, how it grew, what policies would have saved.",
    epilog=f"\b\nFormats:\n{_FORMATS}",
)
@click.argument("path")
@click.option("--format", "format_name", default="", help="Read it as this format.  [default: by its content]")
@click.option(
    "--policy", "policies", multiple=True, help="Policies to try, as in `run`; `none` for none.  [default: all]"
)
@click.option(
    "--budget", default="0.25", show_default=True, help="View budget: tokens, or a share of all that was said."
)
@click.option("--by-distance", is_flag=True, help="Reference recall by the turns since the result, too.")
@click.option(
    "--lookup", type=click.FloatRange(0, 1), default=0.75, show_default=True,
    help="What a reference counts that is by pointer: the chance that a model which follows it finds it.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="The numbers as one JSON object.")
@click.option(
    "--redact", type=click.Path(path_type=Path, dir_okay=False), help="Write a copy for sharing into this file."
)
@click.option("--skip-broken", is_flag=True, help="Leave out broken lines, and say which.")
def command(path: str, as_json: bool, format_name: str, redact: Path | None, **options: Any) -> int:
    """What the recorded trace PATH (a file, FILE#ID, or a folder) cost, how it grew, and what each policy would have saved.

    A policy sees the recorded conversation as it came, the model says what it said: costs and reference recall are real,
    completion is not claimed. Tokens are our own count.
    """
    from longhaul.traces.told import as_json as made

    asked = _Asked(
        _policies(options["policies"]), view_budget(options["budget"]), format_name, options["skip_broken"], redact,
        named=bool(options["policies"]), lookup=options["lookup"], by_distance=options["by_distance"],
    )  # fmt: skip
    if redact and redact.exists() and any(redact.samefile(file) for file in files_under(_split(path)[0])):
        raise UsageError(f"the copy would be written over {str(redact)!r}, the trace itself; name another file")
    with TemporaryDirectory(prefix="longhaul-") as folder:
        found = _read(path, asked, Path(folder))
        if not as_json:
            _tell(found)
        _play(found, asked)
    rows = _rows(found)
    if as_json:
        told = {"files": found.files, "budget": asked.budget, "lookup": asked.lookup}
        say(json.dumps(made(found.measured, rows, told), indent=1))
    else:
        _tell_policies(rows, asked)
    return exits.FINE


def _policies(given: tuple[str, ...]) -> tuple[Choice, ...]:
    """The policies asked for, and keep_all, which the others are compared with."""
    if given == ("none",):
        return ()
    names = pick(given, resolve.policy_classes)
    picked = [choice("Policy", name) for name in dict.fromkeys(("keep_all", *names))]
    for one in picked:
        resolve.policy(one)
    return tuple(picked)


def _read(path: str, asked: _Asked, folder: Path) -> _Found:
    """Measure every conversation, and put what is to be played into the folder."""
    found = _Found()
    with ExitStack() as stack:
        copy = stack.enter_context((folder / "copy").open("wb")) if asked.redact else None
        bar = stack.enter_context(progress_bar())
        task = bar.add_task("reading", total=None)
        for trajectory in _trajectories(path, asked, found):
            number = len(found.measured) + 1
            recording = _taken(trajectory, asked, found, folder)
            if copy is not None:
                copy.write(_redacted(trajectory, number))
            if recording:
                found.recordings.append((trajectory.id, recording))
            bar.update(task, advance=1, description=_progress("reading", trajectory.id))
        if asked.redact and copy is not None:
            copy.close()
            move(folder / "copy", asked.redact)
            _remark_on(asked.redact)
    return found


LONG = 5_000_000
"""Tokens of input over which trying all policies takes so long that it is said before."""


def _play(found: _Found, asked: _Asked) -> None:
    """Try each policy on each conversation that is to be played."""
    from longhaul.traces.play import play

    plays = len(asked.policies) * len(found.recordings)
    if plays and not asked.named and sum(one.input for one in found.measured) > LONG:
        each = "one conversation" if len(found.recordings) == 1 else f"each of {len(found.recordings)} conversations"
        remark(f"trying {len(asked.policies)} policies on {each}; --policy NAME tries one, --policy none does not")
    with progress_bar() as bar:
        task = bar.add_task("playing", total=plays)
        for name, recording in found.recordings:
            for row in play(recording, asked.policies, asked.budget):
                found.played.setdefault(row.policy, []).append(row)
                bar.update(task, advance=1, description=_progress(name, row.policy))
            Path(recording.partition("#")[0]).unlink()


def _taken(trajectory: Trajectory, asked: _Asked, found: _Found, folder: Path) -> str:
    """Measure a conversation, and put it where it can be played."""
    from longhaul.traces.measure import measure
    from longhaul.traces.play import LARGEST, as_recorded, write

    measured = measure(trajectory)
    found.measured.append(measured)
    said = sum(text_bytes(message.get("content") or "") for message in trajectory.messages)
    if not asked.policies or (said > LARGEST and not asked.named):
        if asked.policies:
            name = ascii(trajectory.id)[1:-1]
            remark(
                f"{name} says {said / 1e6:.0f} MB and is not played unasked: --policy plays it, in {said / 7e7:.0f} GB or so"
            )
        return ""
    found.played.setdefault("", []).append(as_recorded(measured, trajectory))
    return write(trajectory, folder, len(found.measured))


def _progress(name: str, policy: str) -> str:
    from longhaul.traces.told import printable

    return printable(f"{name} {policy}")


def _redacted(trajectory: Trajectory, number: int) -> bytes:
    from longhaul.traces.redact import redacted

    return redacted(trajectory, number).line()


def _remark_on(file: Path) -> None:
    from longhaul.traces.redact import sentences

    remark(f"{file} is a copy for sharing; {''.join(sentences())}. Look at it before you share it.")


def _trajectories(path: str, asked: _Asked, found: _Found) -> Iterator[Trajectory]:
    """The conversations of a file, of one named FILE#ID, or of a folder, whose other files are named and left out."""
    name, wanted = _split(path)
    files = files_under(name)
    told: list[str] = []
    for file in files:
        try:
            with opened(file, asked.skip_broken) as source:
                one = chosen(source, asked.format)
                found.files[str(file)] = one.name
                yield from _wanted(source, one, wanted)
                for sentence in source.skipped:
                    remark(f"left out: {sentence}")
        except UsageError as error:
            if len(files) == 1:
                raise
            told.append(str(error))
    for sentence in told:
        remark(f"left out: {sentence}")
    if not found.measured:
        raise UsageError(f"no trace at {path!r} that could be read")


def _split(path: str) -> tuple[str, str]:
    """A path, and the conversation that is named behind a `#`."""
    if Path(path).exists():
        return path, ""
    name, _, wanted = path.partition("#")
    return name, wanted


def _wanted(source: Source, one: Format, wanted: str) -> Iterator[Trajectory]:
    ids: list[str] = []
    for trajectory in read_source(source, one):
        if not wanted or trajectory.id == wanted:
            yield trajectory
            if wanted:
                return
        ids.append(trajectory.id)
    if wanted:
        some = ", ".join(ascii(name)[1:-1] for name in [*ids[:5], *(["..."] if len(ids) > 5 else [])])
        raise UsageError(f"no conversation {wanted!r} in {source.path}; it holds {some}")


def _rows(found: _Found) -> list[Played]:
    from longhaul.traces.play import total

    return [total(rows) for rows in found.played.values()]


def _tell(found: _Found) -> None:
    """What the conversations are, at once: policies take longer."""
    from longhaul.traces import told

    formats = ", ".join(dict.fromkeys(found.files.values()))
    say(wrapped(f"read as {formats}; tokens are our count, ceil(UTF-8 bytes / 3.2)"))
    lines = told.conversation(found.measured[0]) if len(found.measured) == 1 else told.conversations(found.measured)
    for line in (*lines, *told.waste(found.measured)):
        say(line)
    sys.stdout.flush()


def _tell_policies(rows: list[Played], asked: _Asked) -> None:
    from longhaul.traces import told

    if rows:
        say()
        for line in (*told.policies(rows, asked.lookup), told.notes(asked.budget, asked.lookup)):
            say(line)
        if asked.by_distance:
            say()
            for line in told.by_distance(rows, asked.lookup):
                say(line)
