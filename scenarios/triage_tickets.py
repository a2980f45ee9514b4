"""File many tickets that are all alike, by one rule that stands at the beginning. The family `breadth`.

The rule is where complaints go: a latent fact, needed by every ticket and stated once, in the guide. Any queue is taken
without a word, so a forgotten rule shows in the end only. What belongs to one ticket stands beside it and is checked at once.
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

PAGE = 6
WIDTH = 3
"""Tickets on a page, and tickets that are filed in one turn, as parallel calls."""

BATCH = 20
"""Tickets that are filed in one mind: what a model makes of the rule it makes of it in all of them."""

LETTER_CHARACTERS = 700
NOTE_CHARACTERS = 110
GUIDE_CHARACTERS = 1_500
TICKET_BYTES = 993
"""What one ticket adds to a view that keeps everything: its letter, its call and its result."""

AIM = ("the goal", "triage_tickets")
RULE = "the queue of complaints"
QUEUES = ("harbor", "meadow", "quarry", "lantern", "orchard", "summit", "viaduct")

GOAL = """the goal = triage_tickets
File every open ticket with file_ticket, once each, in the queue that the guide of the desk says, with the receipt that
stands beside the ticket. There are {count} tickets, {page} on a page. Say so when all of them are filed."""

LETTERS = (
    "I have written about this before and was told that somebody would call me back within # hours.",
    "The parcel was left in the rain beside the door, and the box was open when I came home.",
    "On the invoice there is a position over # that I did not order and do not recognise.",
    "Your colleague on the telephone was kind, but could not find my contract under that number.",
    "I would like to know what happens next, and whether I have to send the device back first.",
    "Since the update of last week the application asks me to sign in again every # minutes.",
    "We are customers of yours since many years and were always content until now.",
    "Please do not answer with the standard text, I have read it and it does not apply here.",
    "The replacement that arrived has another plug and does not fit into the case (part #).",
)
NOTES = (
    "The customer is told that the ticket is with the right people.",
    "The clock of the promised answer runs from now on (# hours).",
    "No further action of this desk is needed.",
)


def build(parameters: Parameters) -> Setup:
    """Tickets for as many turns as the horizon: a page, two turns of filing, one for the guide, and the final answer."""
    seed = parameters.seed
    count = max(1, (parameters.horizon - 2) * WIDTH * PAGE // (PAGE + WIDTH))
    names = tuple(f"T-{number:05d}" for number in range(1, count + 1))
    rule, similar = _queue(seed, 0), _queue(seed, 1)
    work = _work(names, similar, success_of(f"triage_tickets/{seed}", parameters.difficulty))
    receipts = {name: code(seed, name) + code(name, seed) for name in names}
    wanted = {name: (receipt, rule) for name, receipt in receipts.items()}
    return Setup(
        goal=GOAL.format(count=count, page=PAGE),
        world=World({"receipts": receipts, **EMPTY}),
        tools=_tools(parameters, names, rule),
        model=partial(reader, work, seed),
        check=partial(wrong, wanted, "filed"),
        right=partial(right, wanted),
        working_set=count_tokens(count * TICKET_BYTES + GUIDE_CHARACTERS + 650),
        expected=tuple(("file_ticket", name) for name in names),
        program=program(work),
    )


def _queue(seed: int, other: int) -> str:
    """The queue of the rule (0), or one that looks like it (1)."""
    place = int(code(seed, "queue"), 16)
    return f"{QUEUES[place % len(QUEUES)]}-{(place // 7 + other) % 9 + 1}"


def _work(names: tuple[str, ...], similar: str, success: float) -> Work:
    pages = {f"receipt of {name}": number // PAGE + 1 for number, name in enumerate(names)}

    def source(fact: str) -> Source | None:
        if fact == RULE:
            return Source(Action("read_guide"), obvious=False)
        return Source(Action("list_tickets", {"page": pages[fact]})) if fact in pages else None

    def completes(tool: str, arguments: Mapping[str, Any]) -> str | None:
        return str(arguments.get("ticket")) if tool == "file_ticket" else None

    return Work(
        goal=AIM,
        items=tuple(_item(name, number) for number, name in enumerate(names)),
        source=source,
        completes=completes,
        opening=Action("read_guide"),
        guesses={RULE: similar},
        width=WIDTH,
        answer=f"All {len(names)} tickets are filed.",
        kinds={RULE: "latent"},
        success=success,
    )


def _item(name: str, number: int) -> Item:
    needs = (RULE, f"receipt of {name}")
    return Item(name, needs, partial(_filing, name), f"filed {name}", alike=f"batch {number // BATCH}")


def _filing(name: str, facts: Facts) -> Action:
    return Action("file_ticket", {"ticket": name, "receipt": facts[f"receipt of {name}"], "queue": facts[RULE]})


def _tools(parameters: Parameters, names: tuple[str, ...], rule: str) -> tuple[Tool, ...]:
    text = {"type": "string"}
    filed = dict.fromkeys(("ticket", "receipt", "queue"), text)
    return (
        Tool("read_guide", "Read the guide of the desk.",
             {"type": "object", "properties": {}, "additionalProperties": False},
             run=partial(_guide, rule, parameters.seed)),
        Tool("list_tickets", "Read one page of the open tickets, each with its letter and its receipt.",
             {"type": "object", "properties": {"page": {"type": "integer", "minimum": 1}}, "required": ["page"],
              "additionalProperties": False}, run=partial(_list, names, parameters.seed)),
        Tool("file_ticket", "File one ticket in a queue. Whoever works on that queue sees it at once.",
             {"type": "object", "properties": filed, "required": list(filed), "additionalProperties": False},
             effect="write", kind=parameters.kind, intent=("ticket",), run=partial(_file, names, parameters.seed)),
    )  # fmt: skip


def _guide(rule: str, seed: int, world: World, given: dict[str, Any], key: str) -> tuple[World, str]:
    text = around(f"{RULE} = {rule}", f"guide {seed}", GUIDE_CHARACTERS, NOTES)
    return world, f"Guide of the desk, binding for every ticket.\n{text}"


def _list(names: tuple[str, ...], seed: int, world: World, given: dict[str, Any], key: str) -> tuple[World, str]:
    shown = names[(given["page"] - 1) * PAGE : given["page"] * PAGE]
    if not shown:
        raise ToolError(f"there is no page {given['page']}")
    receipts = world.get("receipts")
    letters = (
        around(f"receipt of {name} = {receipts[name]}", f"{seed}/{name}", LETTER_CHARACTERS, LETTERS) for name in shown
    )
    return world, "\n\n".join(letters)


def _file(names: tuple[str, ...], seed: int, world: World, given: dict[str, Any], key: str) -> tuple[World, str]:
    name, receipt = given["ticket"], given["receipt"]
    if world.get("receipts").get(name) != receipt:
        raise ToolError(f"there is no ticket {name!r} with the receipt {receipt!r}")
    world = enter(world, names, name, (receipt, given["queue"]))
    note = prose(f"{seed}/{name}/note", NOTE_CHARACTERS, NOTES)
    return world, f"filed {name} = in {given['queue']}\n{note}\n{progress(world, names)}"


SCENARIO = Scenario(
    "triage_tickets",
    build,
    contract={"F18": ("out_of_contract", "the goal counts the tickets and does not tell which of them are missing")},
    crashes=False,
)
