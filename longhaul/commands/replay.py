"""`longhaul replay JOURNAL...`: would today's code have decided as these recorded sessions did?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from harness.errors import UsageError
from longhaul import exits
from longhaul.say import remark, say

PATHS = click.Path(path_type=Path)


@click.command(short_help="Ask today's code again what recorded journals decided.")
@click.argument("journals", nargs=-1, required=True, type=PATHS, metavar="JOURNAL...")
@click.option(
    "--spec", default="", metavar="'Spec(...)'", help="The spec that made JOURNAL, where none stands beside it."
)
@click.option("--accept", is_flag=True, help="Declare what differs right, and keep it beside JOURNAL.")
@click.option("--record", is_flag=True, help="Run the spec and write JOURNAL anew.")
@click.option("--json", "as_json", is_flag=True, help="Everything as JSON.")
def command(**options: Any) -> int:
    """Fold each JOURNAL under today's code, and say how many decisions differ and which is the first.

    A folder stands for its *.journal files. NAME.golden beside NAME.journal holds the spec that made it, and digests of
    the folded state: a state that differs where the decisions do not is named too.

    Exits 0 where nothing differs that was not accepted; 1 where something does; 2 where a journal cannot be read, is
    another session's or of a newer version.
    """
    paths = _files(options["journals"], options["record"])
    if options["spec"] and len(paths) > 1:
        raise UsageError(f"--spec says what made one journal, {len(paths)} are named")
    if options["accept"] and options["record"]:
        raise UsageError(
            "--accept keeps a journal and declares what differs, --record makes another one; give one of them"
        )
    if options["record"]:
        return _record(paths, options["spec"])
    done, unreadable = _replayed(paths, options)
    if options["as_json"]:
        say(json.dumps([{**asdict(item), "same": item.same} for item in done], indent=2))
    if unreadable:
        return exits.USAGE
    return exits.FINE if options["accept"] or all(item.same for item in done) else exits.WORSE


def _files(given: Sequence[Path], made: bool) -> list[Path]:
    """The files that are named, those of a folder in order."""
    paths: list[Path] = []
    for path in given:
        found = sorted(path.glob("*.journal")) if path.is_dir() else [path]
        if not found:
            raise UsageError(f"{path} holds no *.journal")
        if not made and not found[0].is_file():
            raise UsageError(f"there is no journal {path}")
        paths += found
    return paths


def _record(paths: Sequence[Path], spec: str) -> int:
    from harness.spec import parse
    from longhaul.goldens import golden_of, record

    for path in paths:
        record(path, parse(spec) if spec else golden_of(path).spec)
        say(f"{path}: recorded, {path.stat().st_size:,} bytes")
    return exits.FINE


def _replayed(paths: Sequence[Path], options: dict[str, Any]) -> tuple[list[Any], int]:
    """Replay each journal, and accept it where that is asked for; one that cannot be read does not hide the others."""
    from harness.spec import parse
    from longhaul.goldens import Golden, accept, golden_of, replayed
    from longhaul.replays import replay_text

    done, unreadable = [], 0
    for path in paths:
        try:
            golden = Golden(parse(options["spec"])) if options["spec"] else golden_of(path)
            found = replayed(path, golden)
            if options["accept"]:
                accept(path, golden.spec)
        except UsageError as error:
            remark(f"Error: {error}")
            unreadable += 1
            continue
        done.append(found)
        if not options["as_json"]:
            say(replay_text(found, options["accept"]))
    return done, unreadable
