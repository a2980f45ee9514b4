"""Build the components of a release one on the other. The family `depth`.

A component is published with what was made and decided long before: the artifacts of earlier components, which only their
builds told, and the settings of the release, which change on the way and of which the newest holds. A wrong artifact is
refused at once; an older setting is taken without a word, and breaks the release.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
from scenarios.changes import Change, changes, in_force, value_of
from scenarios.entries import EMPTY, enter, progress, right, wrong
from scenarios.prose import around, code, prose

EVERY = 3
"""Components between two decisions."""

BACK = (4, 9)
"""How many components ago that one was built that a component is put on, in turn."""

PART = 20
"""Components after which a model looks at the settings with fresh eyes."""

LOG_CHARACTERS = 2_700
NOTE_CHARACTERS = 380
MINUTES_CHARACTERS = 900
PLAN_CHARACTERS = 1_200
COMPONENT_BYTES = 3_400
DECISION_BYTES = 1_070
"""What a component and a decision add to a view that keeps everything: calls and results."""

AIM = ("the goal", "assemble_release")
TRAIN = "the release train"
SETTINGS = ("the wire format", "the storage region", "the schema version")

GOAL = """the goal = assemble_release
Build every component with build and publish it with publish, once each and in the order of their numbers: with its own
artifact, that of the component it is put on, the train that the plan names, and the setting that holds by then. There are
{count} components and {decided} decisions on settings; read a decision when its turn comes. Say so when all are published."""

LOG = (
    "[#] resolving the inputs of the module, 3 of them from the local store",
    "[#] compiling with optimisation, 0 errors",
    "[#] warning: the parameter is never read in a branch that is kept for the old callers",
    "[#] running the unit tests of the module, all of them passed",
    "[#] linking; the symbol table has grown by # entries since the last build",
    "[#] the cache of the store was cold, the object was built from its sources",
    "[#] writing the manifest with the digests of all inputs",
)
NOTES = (
    "The registry has taken the component and shows it to those that follow.",
    "Mirrors are told within # minutes.",
    "The build that it came from is kept for # days.",
)
MINUTES = (
    "The question was open since the last meeting and is decided now.",
    "It was weighed against what the teams have built so far; nothing of that is touched.",
    "What holds for published components stays as it is, what comes next follows the decision.",
    "The cost was put at about # hours and found to be acceptable.",
    "Nobody objected; the two teams concerned were in the room.",
)


@dataclass(frozen=True)
class Release:
    """Components in order with their artifacts, the decisions, what holds at each component, and the train."""

    names: tuple[str, ...]
    artifacts: tuple[str, ...]
    decided: tuple[Change, ...]
    held: tuple[Mapping[str, Change], ...]
    train: str
    seed: int

    def below(self, place: int) -> str:
        """The component that one is put on; empty for the first ones, which are put on nothing."""
        back = BACK[place % len(BACK)] if place >= BACK[-1] else BACK[0]
        return self.names[place - back] if place >= back else ""

    def setting(self, place: int) -> str:
        """The setting that one is published with: any of those decided on by then."""
        known = sorted(self.held[place])
        return known[place % len(known)]


def build(parameters: Parameters) -> Setup:
    """Two turns a component (build, publish), one for each decision, one for the plan, and the final answer."""
    count = max(1, (parameters.horizon - 2) * EVERY // (2 * EVERY + 1))
    release = _release(count, parameters.seed)
    work = _work(release, success_of(f"assemble_release/{parameters.seed}", parameters.difficulty))
    size = count * COMPONENT_BYTES + len(release.decided) * DECISION_BYTES + PLAN_CHARACTERS + 700
    wanted = {name: _wanted(release, place) for place, name in enumerate(release.names)}
    return Setup(
        goal=GOAL.format(count=count, decided=len(release.decided)),
        world=World({**EMPTY}),
        tools=_tools(parameters, release),
        model=partial(reader, work, parameters.seed),
        check=partial(wrong, wanted, "published"),
        right=partial(right, wanted),
        working_set=count_tokens(size),
        expected=tuple(("publish", name) for name in release.names),
        program=program(work),
    )


def _release(count: int, seed: int) -> Release:
    names = tuple(f"c{number:04d}" for number in range(1, count + 1))
    decided = changes(SETTINGS, count, EVERY, f"release {seed}")
    artifacts = tuple(code(seed, name) + code(name, seed) for name in names)
    return Release(names, artifacts, decided, tuple(in_force(decided, count)), f"train-{code(seed, 'train')}", seed)


def _wanted(release: Release, place: int) -> tuple[str, ...]:
    artifact = dict(zip(release.names, release.artifacts, strict=True))
    setting = release.held[place][release.setting(place)].value
    return artifact[release.names[place]], artifact.get(release.below(place), ""), setting, release.train


def _work(release: Release, success: float) -> Work:
    items: list[Item] = []
    decided = {change.before: change for change in release.decided}
    for place in range(len(release.names)):
        if place + 1 in decided:
            number = decided[place + 1].number
            items.append(Item(f"decision {number}", (), partial(_reading, number)))
        items.append(_item(release, place))

    def source(fact: str) -> Source | None:
        if fact == TRAIN:
            return Source(Action("read_plan"), obvious=False)
        name = fact.removeprefix("artifact of ")
        return Source(Action("build", {"component": name}), obvious=False) if name != fact else None

    def completes(tool: str, arguments: Mapping[str, Any]) -> str | None:
        if tool == "read_decision":
            number = arguments.get("number")
            return f"decision {number}" if isinstance(number, int) else None
        return str(arguments.get("component")) if tool == "publish" else None

    key = f"release {release.seed}"
    return Work(
        goal=AIM,
        items=tuple(items),
        source=source,
        completes=completes,
        opening=Action("read_plan"),
        guesses={
            TRAIN: f"train-{code(release.seed, 'other')}",
            **{topic: value_of(topic, 0, key) for topic in SETTINGS},
        },
        answer=f"All {len(release.names)} components are published.",
        kinds=dict.fromkeys(SETTINGS, "interference"),
        success=success,
        ordered=True,
    )


def _item(release: Release, place: int) -> Item:
    """A component: its own artifact is looked up without being told, whatever is older must be known, or be named."""
    name = release.names[place]
    below, setting = release.below(place), release.setting(place)
    own, put_on = f"artifact of {name}", f"artifact of {below}" if below else ""
    sources = {
        own: Source(Action("build", {"component": name})),
        setting: Source(_reading(release.held[place][setting].number, {}), obvious=False),
    }
    needs = tuple(filter(None, (setting, own, put_on, TRAIN)))
    act = partial(_publishing, name, put_on, setting)
    return Item(name, needs, act, f"published {name}", sources, alike=f"part {place // PART}")


def _reading(number: int, facts: Facts) -> Action:
    return Action("read_decision", {"number": number})


def _publishing(name: str, put_on: str, setting: str, facts: Facts) -> Action:
    given = {"component": name, "artifact": facts[f"artifact of {name}"], "on": facts[put_on] if put_on else ""}
    return Action("publish", {**given, "setting": facts[setting], "train": facts[TRAIN]})


def _tools(parameters: Parameters, release: Release) -> tuple[Tool, ...]:
    text = {"type": "string"}
    one = {
        "type": "object",
        "properties": {"component": text},
        "required": ["component"],
        "additionalProperties": False,
    }
    number = {"type": "object", "properties": {"number": {"type": "integer", "minimum": 1}}, "required": ["number"],
              "additionalProperties": False}  # fmt: skip
    given = dict.fromkeys(("component", "artifact", "on", "setting", "train"), text)
    return (
        Tool("read_plan", "Read the plan of the release.",
             {"type": "object", "properties": {}, "additionalProperties": False}, run=partial(_plan, release)),
        Tool("read_decision", "Read the minutes of one decision.", number, run=partial(_decision, release)),
        Tool("build", "Build a component; the same sources give the same artifact.", one, duration_ms=2_000,
             run=partial(_build, release)),
        Tool("publish", "Publish a component. Others build on it from then on.",
             {"type": "object", "properties": given, "required": list(given), "additionalProperties": False},
             effect="irreversible", kind=parameters.kind, intent=("component",), run=partial(_publish, release)),
    )  # fmt: skip


def _plan(release: Release, world: World, given: dict[str, Any], key: str) -> tuple[World, str]:
    text = around(f"{TRAIN} = {release.train}", f"plan {release.seed}", PLAN_CHARACTERS, MINUTES)
    return world, f"Plan of the release, binding for every component.\n{text}"


def _decision(release: Release, world: World, given: dict[str, Any], key: str) -> tuple[World, str]:
    number = given["number"]
    if not 1 <= number <= len(release.decided):
        raise ToolError(f"there is no decision {number}")
    change = release.decided[number - 1]
    decided = f"From {release.names[change.before - 1]} on:\n{change.topic} = {change.value}"
    return world, around(decided, f"{release.seed}/minutes/{number}", MINUTES_CHARACTERS, MINUTES)


def _build(release: Release, world: World, given: dict[str, Any], key: str) -> tuple[World, str]:
    name = given["component"]
    if name not in release.names:
        raise ToolError(f"there is no component {name!r}")
    artifact = release.artifacts[release.names.index(name)]
    log = around(f"artifact of {name} = {artifact}", f"{release.seed}/{name}", LOG_CHARACTERS, LOG)
    return world, f"{log}\nfinished, 0 errors"


def _publish(release: Release, world: World, given: dict[str, Any], key: str) -> tuple[World, str]:
    name = given["component"]
    if name not in release.names:
        raise ToolError(f"there is no component {name!r}")
    artifact, below, _, _ = _wanted(release, release.names.index(name))
    if given["artifact"] != artifact:
        raise ToolError(f"the registry knows no artifact {given['artifact']!r} of {name}")
    if given["on"] != below:
        raise ToolError(f"{name} does not start on {given['on']!r}: that is no artifact of the component it is put on")
    world = enter(world, release.names, name, (artifact, below, given["setting"], given["train"]))
    note = prose(f"{release.seed}/{name}/note", NOTE_CHARACTERS, NOTES)
    return world, f"published {name} = with {given['setting']}\n{note}\n{progress(world, release.names)}"


SCENARIO = Scenario(
    "assemble_release",
    build,
    contract={"F18": ("out_of_contract", "the goal counts the components and does not tell which of them are missing")},
    crashes=False,
)
