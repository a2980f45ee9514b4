"""Book the legs of a trip for somebody who says what is wanted as it comes to mind. The family `dialogue`.

What was said at the beginning holds to the end; wishes on seat, hotel and meals change, and the newest one holds. All of it is
told in messages. A booking with a wish of yesterday is taken without a word, and is what the traveller sees.
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

EVERY = 2
"""Legs between two messages."""

PART = 20
"""Legs after which a model thinks over anew what it was told."""

OFFERS_CHARACTERS = 2_900
NOTE_CHARACTERS = 300
MESSAGE_CHARACTERS = 800
FIRST_CHARACTERS = 1_100
LEG_BYTES = 3_520
MESSAGE_BYTES = 980
"""What a leg and a message add to a view that keeps everything: calls and results."""

AIM = ("the goal", "book_trip")
TOLD = ("the allergy of the traveller", "the cost centre")
"""Said in the first message, and holding to the end."""

WISHES = ("the wish for seats", "the wish for hotels", "the wish for meals")

GOAL = """the goal = book_trip
Book all {count} legs of the trip, once each and in their order: an offer of the leg, the cost centre and the allergy as the
traveller has told them at first, and the wishes that hold by then. After the first message there are {messages} more; read
each when its turn comes. Say so when all legs are booked."""

OFFERS = (
    "dep #:10 arr #:55, change at the junction, 12 minutes on the same platform, refund until the day before",
    "dep #:25 direct, wagon 7 of the second part of the train, no bicycles, the table is shared",
    "night service, arr #:05, cabin for two, breakfast at the counter, no refund",
    "hotel by the canal, # rooms, ten minutes on foot from the station, desk closes at midnight",
    "hotel at the fair, # rooms, shuttle each half hour, deposit of a night, lift out of order until spring",
    "ferry, dep #:40, deck seats only, may be moved by a day when the sea is high",
)
WORDS = (
    "Thank you, that went well so far, and the last ticket has arrived.",
    "I have talked to my colleague, who did this trip last year and was tired for # days.",
    "By the way, the weather there is said to be fine at that time of the year.",
    "I am in meetings until # and read my messages after that.",
    "Please do not ask me again about each leg, I trust you with the rest.",
    "My phone will be off on the train, so do what you think is right then.",
    "About one thing I have changed my mind, and I would like you to hold to it from now on.",
)


@dataclass(frozen=True)
class Trip:
    """Legs in order with an offer each, what was told at first, the messages, and the wishes that hold at each leg."""

    names: tuple[str, ...]
    offers: tuple[str, ...]
    told: Mapping[str, str]
    messages: tuple[Change, ...]
    held: tuple[Mapping[str, Change], ...]
    seed: int

    def wishes(self, place: int) -> tuple[str, ...]:
        """The wishes that matter at a leg, two where there are so many."""
        known = sorted(self.held[place])
        return tuple(dict.fromkeys(known[(place + turn) % len(known)] for turn in range(2)))


def build(parameters: Parameters) -> Setup:
    """Two turns a leg (search, book), one for each message, and the final answer."""
    count = max(1, (parameters.horizon - 2) * EVERY // (2 * EVERY + 1))
    trip = _trip(count, parameters.seed)
    work = _work(trip, success_of(f"book_trip/{parameters.seed}", parameters.difficulty))
    size = count * LEG_BYTES + len(trip.messages) * MESSAGE_BYTES + FIRST_CHARACTERS + 800
    wanted = {name: _wanted(trip, place) for place, name in enumerate(trip.names)}
    return Setup(
        goal=GOAL.format(count=count, messages=len(trip.messages)),
        world=World({**EMPTY}),
        tools=_tools(parameters, trip),
        model=partial(reader, work, parameters.seed),
        check=partial(wrong, wanted, "booked"),
        right=partial(right, wanted),
        working_set=count_tokens(size),
        expected=tuple(("book", name) for name in trip.names),
        program=program(work),
    )


def _trip(count: int, seed: int) -> Trip:
    names = tuple(f"leg {number:04d}" for number in range(1, count + 1))
    messages = changes(WISHES, count, EVERY, f"trip {seed}")
    offers = tuple(code(seed, name) + code(name, seed) for name in names)
    told = {fact: _told(fact, seed, 0) for fact in TOLD}
    return Trip(names, offers, told, messages, tuple(in_force(messages, count)), seed)


def _told(fact: str, seed: int, other: int) -> str:
    """What was told at first (0), or something like it (1)."""
    number = int(code(seed, fact), 16)
    return f"{fact.split()[1]}-{number % 9_000 + 1_000 + other}"


def _wanted(trip: Trip, place: int) -> tuple[str, ...]:
    wishes = " ".join(trip.held[place][wish].value for wish in trip.wishes(place))
    return trip.offers[place], wishes, *(trip.told[fact] for fact in TOLD)


def _work(trip: Trip, success: float) -> Work:
    items: list[Item] = []
    before = {message.before: message.number for message in trip.messages}
    for place in range(len(trip.names)):
        if place + 1 in before:
            number = before[place + 1]
            items.append(Item(f"message {number}", (), partial(_reading, number)))
        items.append(_item(trip, place))

    def source(fact: str) -> Source | None:
        if fact in TOLD:
            return Source(Action("first_message"), obvious=False)
        leg = fact.removeprefix("offer of ")
        return Source(Action("search_offers", {"leg": leg})) if leg != fact else None

    def completes(tool: str, arguments: Mapping[str, Any]) -> str | None:
        if tool == "read_message":
            number = arguments.get("number")
            return f"message {number}" if isinstance(number, int) else None
        return str(arguments.get("leg")) if tool == "book" else None

    guesses = {fact: _told(fact, trip.seed, 1) for fact in TOLD}
    return Work(
        goal=AIM,
        items=tuple(items),
        source=source,
        completes=completes,
        opening=Action("first_message"),
        guesses={**guesses, **{wish: value_of(wish, 0, f"trip {trip.seed}") for wish in WISHES}},
        answer=f"All {len(trip.names)} legs are booked.",
        kinds={**dict.fromkeys(TOLD, "latent"), **dict.fromkeys(WISHES, "interference")},
        success=success,
        ordered=True,
    )


def _item(trip: Trip, place: int) -> Item:
    """A leg; a wish is read again in the message that it was told in last."""
    name, wishes = trip.names[place], trip.wishes(place)
    sources = {wish: Source(_reading(trip.held[place][wish].number, {}), obvious=False) for wish in wishes}
    needs = (*wishes, *TOLD, f"offer of {name}")
    return Item(name, needs, partial(_booking, name, wishes), f"booked {name}", sources, alike=f"part {place // PART}")


def _reading(number: int, facts: Facts) -> Action:
    return Action("read_message", {"number": number})


def _booking(name: str, wishes: tuple[str, ...], facts: Facts) -> Action:
    allergy, centre = (facts[fact] for fact in TOLD)
    given = {"leg": name, "offer": facts[f"offer of {name}"], "wishes": " ".join(facts[wish] for wish in wishes)}
    return Action("book", {**given, "allergy": allergy, "cost_centre": centre})


def _tools(parameters: Parameters, trip: Trip) -> tuple[Tool, ...]:
    text = {"type": "string"}
    number = {"type": "object", "properties": {"number": {"type": "integer", "minimum": 1}}, "required": ["number"],
              "additionalProperties": False}  # fmt: skip
    given = dict.fromkeys(("leg", "offer", "wishes", "allergy", "cost_centre"), text)
    return (
        Tool("first_message", "Read what the traveller has told at first.",
             {"type": "object", "properties": {}, "additionalProperties": False}, run=partial(_first, trip)),
        Tool("read_message", "Read a later message of the traveller.", number, run=partial(_message, trip)),
        Tool("search_offers", "Search the offers for a leg.",
             {"type": "object", "properties": {"leg": text}, "required": ["leg"], "additionalProperties": False},
             duration_ms=900, run=partial(_search, trip)),
        Tool("book", "Book a leg. It is paid for at once.",
             {"type": "object", "properties": given, "required": list(given), "additionalProperties": False},
             effect="irreversible", kind=parameters.kind, intent=("leg",), duration_ms=400, run=partial(_book, trip)),
    )  # fmt: skip


def _first(trip: Trip, world: World, given: dict[str, Any], key: str) -> tuple[World, str]:
    facts = "\n".join(f"{fact} = {value}" for fact, value in trip.told.items())
    return world, around(f"For the whole of the trip:\n{facts}", f"first {trip.seed}", FIRST_CHARACTERS, WORDS)


def _message(trip: Trip, world: World, given: dict[str, Any], key: str) -> tuple[World, str]:
    number = given["number"]
    if not 1 <= number <= len(trip.messages):
        raise ToolError(f"there is no message {number}")
    told = trip.messages[number - 1]
    wish = f"From {trip.names[told.before - 1]} on:\n{told.topic} = {told.value}"
    return world, around(wish, f"{trip.seed}/message/{number}", MESSAGE_CHARACTERS, WORDS)


def _place(trip: Trip, name: str) -> int:
    if name not in trip.names:
        raise ToolError(f"the trip has no {name!r}")
    return trip.names.index(name)


def _search(trip: Trip, world: World, given: dict[str, Any], key: str) -> tuple[World, str]:
    name = given["leg"]
    offer = trip.offers[_place(trip, name)]
    return world, around(f"fits best:\noffer of {name} = {offer}", f"{trip.seed}/{name}", OFFERS_CHARACTERS, OFFERS)


def _book(trip: Trip, world: World, given: dict[str, Any], key: str) -> tuple[World, str]:
    name = given["leg"]
    place = _place(trip, name)
    if given["offer"] != trip.offers[place]:
        raise ToolError(f"{name} has no offer {given['offer']!r}")
    values = (given["offer"], given["wishes"], given["allergy"], given["cost_centre"])
    world = enter(world, trip.names, name, values)
    note = prose(f"{trip.seed}/{name}/note", NOTE_CHARACTERS, OFFERS)
    return world, f"booked {name} = {given['offer']}\n{note}\n{progress(world, trip.names)}"


SCENARIO = Scenario(
    "book_trip",
    build,
    contract={"F18": ("out_of_contract", "the goal counts the legs and does not tell which of them are missing")},
    crashes=False,
)
