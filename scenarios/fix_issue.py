"""Mend an issue in many places of a code base: what matters is in the issue itself or was read a moment ago.

The shape of the tasks of SWE-bench as agents of the SWE-agent kind work on them: most of what is shown is source text that
was opened once, what each step needs stands in the newest results or in the issue, and whether it ends well depends more on
the task than on memory. So this is where to ask what hiding old results costs, and what it saves.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from fakes.difficulty import success_of
from fakes.models.program import program
from fakes.models.reader import reader
from fakes.work import Action, Facts, Item, Source, Work
from harness.errors import ToolError
from harness.tokens import count_tokens
from harness.types import Parameters, Scenario, Setup, Tool
from harness.world import World
from scenarios.entries import EMPTY, enter, progress, right, wrong
from scenarios.prose import around, code, prose

SHARE = 10
"""Places that are mended in one mind: what a model makes of the issue it makes of it in all of them."""

MANUAL_CHARACTERS = 12_800
"""How to work here, told with the issue: real agents are sent 2,000 to 40,000 tokens before the first turn."""

SOURCE_CHARACTERS = 2_300
TESTS_CHARACTERS = 300
PLACE_BYTES = SOURCE_CHARACTERS + TESTS_CHARACTERS + 330
"""What one place adds to a view that keeps everything: its source, its patch and the tests, with their calls."""

AIM = ("the goal", "fix_issue")
REMEDY = "the right call"
CALLS = ("encode_strict", "encode_utf8", "to_bytes", "dump_safe", "as_wire", "pack_text")

GOAL = """the goal = fix_issue
Issue: text is written in the encoding of the machine, so reports differ from host to host.
{remedy} = {call}
Use it in all {count} places of the list. Open a file before you patch it: a patch needs the anchor that opening shows.
{places}
Say so when every place is mended.
{manual}"""

LINES = (
    "    if record is None or record.closed:",
    '        raise ValueError(f"record # is closed")',
    "    for line in reader.lines(start=#):",
    "        buffer.append(line.strip())",
    "    return Result(status=#, body=text.encode())",
    "def flush(self, limit: int) -> None:",
    "    self._pending.sort(key=lambda item: item.age)",
    "# kept for callers of before release #, see the notes",
)
MANUAL = (
    "Commands run in a shell of their own; a command that takes longer than # seconds is ended.",
    "Show at most # lines of a file at a time, and search before you open.",
    "An edit must keep the indentation of the lines around it, or it is not applied.",
    "Do not install packages and do not change files outside of the repository.",
    "When something fails twice in the same way, look at it from another side.",
    "Run the tests beside a change before you go on to the next place.",
)
TESTS = ("tests/test_io_#.py ....", "tests/test_report_#.py ..", "# passed, # deselected")


def build(parameters: Parameters) -> Setup:
    """Two turns a place (open, patch) and the final answer."""
    seed = parameters.seed
    names = tuple(f"src/part_{number:03}.py" for number in range(max(1, (parameters.horizon - 1) // 2)))
    place = int(code(seed, "call"), 16)
    remedy, similar = CALLS[place % len(CALLS)], CALLS[(place + 1) % len(CALLS)]
    work = _work(names, similar, success_of(f"fix_issue/{seed}", parameters.difficulty))
    anchors = {name: code(seed, name) + code(name, seed) for name in names}
    wanted = {name: (anchor, remedy) for name, anchor in anchors.items()}
    return Setup(
        goal=GOAL.format(
            remedy=REMEDY,
            call=remedy,
            count=len(names),
            places="\n".join(names),
            manual=prose("manual", MANUAL_CHARACTERS, MANUAL),
        ),
        world=World({"anchors": anchors, **EMPTY}),
        tools=_tools(parameters, names),
        model=partial(reader, work, seed),
        check=partial(wrong, wanted, "patched"),
        right=partial(right, wanted),
        working_set=count_tokens(len(names) * PLACE_BYTES + MANUAL_CHARACTERS + 900),
        expected=tuple(("patch_file", name) for name in names),
        program=program(work),
    )


def _work(names: tuple[str, ...], similar: str, success: float) -> Work:
    anchors = {f"anchor of {name}": name for name in names}

    def source(fact: str) -> Source | None:
        return Source(Action("open_file", {"path": anchors[fact]})) if fact in anchors else None

    def completes(tool: str, arguments: Mapping[str, Any]) -> str | None:
        return str(arguments.get("path")) if tool == "patch_file" else None

    return Work(
        goal=AIM,
        items=tuple(_item(name, number) for number, name in enumerate(names)),
        source=source,
        completes=completes,
        guesses={REMEDY: similar},
        answer=f"All {len(names)} places are mended.",
        success=success,
    )


def _item(name: str, number: int) -> Item:
    needs = (REMEDY, f"anchor of {name}")
    return Item(name, needs, partial(_patch, name), f"patched {name}", alike=f"share {number // SHARE}")


def _patch(name: str, facts: Facts) -> Action:
    return Action("patch_file", {"path": name, "anchor": facts[f"anchor of {name}"], "call": facts[REMEDY]})


def _tools(parameters: Parameters, names: tuple[str, ...]) -> tuple[Tool, ...]:
    text = {"type": "string"}
    patched = dict.fromkeys(("path", "anchor", "call"), text)
    return (
        Tool("open_file", "Open a file at the place of the issue, with its anchor.",
             {"type": "object", "properties": {"path": text}, "required": ["path"], "additionalProperties": False},
             run=partial(_open, parameters.seed)),
        Tool("patch_file", "Patch a file, if it is still as the anchor says, and run the tests beside it.",
             {"type": "object", "properties": patched, "required": list(patched), "additionalProperties": False},
             effect="write", kind=parameters.kind, intent=("path",), run=partial(_apply, names, parameters.seed)),
    )  # fmt: skip


def _open(seed: int, world: World, given: dict[str, Any], key: str) -> tuple[World, str]:
    name = given["path"]
    anchors: dict[str, str] = world.get("anchors")
    if name not in anchors:
        raise ToolError(f"there is no file {name!r}")
    return world, around(f"anchor of {name} = {anchors[name]}", f"{seed}/{name}", SOURCE_CHARACTERS, LINES)


def _apply(names: tuple[str, ...], seed: int, world: World, given: dict[str, Any], key: str) -> tuple[World, str]:
    name, anchor = given["path"], given["anchor"]
    if world.get("anchors").get(name) != anchor:
        raise ToolError(f"{name} is not as the anchor {anchor!r} says; open it again")
    world = enter(world, names, name, (anchor, given["call"]))
    tests = prose(f"{seed}/{name}/tests", TESTS_CHARACTERS, TESTS)
    return world, f"patched {name} = {given['call']}\n{tests}\n{progress(world, names)}"


SCENARIO = Scenario(
    "fix_issue",
    build,
    contract={"F18": ("out_of_contract", "the issue lists the places and does not tell which of them are mended")},
    crashes=False,
)
