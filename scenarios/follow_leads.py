"""Answer a question by following leads through a large collection, each of them found with what earlier ones gave.

The shape of the tasks of BrowseComp-Plus: what a search shows is large and nearly all of it beside the point, a search takes
what earlier searches found, and what was found stands in their results and nowhere else. A search for something that is not
so finds nothing, and says so at once: a finding that was overlooked costs another try, one that is lost cannot be searched
with. Who searches in another period than the question says comes upon a namesake without noticing, and answers about him.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from msgspec.structs import replace

from fakes.difficulty import success_of
from fakes.models.program import program
from fakes.models.reader import reader
from fakes.work import Action, Facts, Item, Source, Work
from harness.errors import ToolError
from harness.spec import Spec, limits_for
from harness.tokens import count_tokens
from harness.types import Limits, Parameters, Scenario, Setup, Tool
from harness.world import World
from scenarios.entries import EMPTY, enter, right, wrong
from scenarios.prose import around, code, prose

SEARCHES = 3
"""Searches for each lead, two that follow it and one that confirms it in the end: of BrowseComp-Plus (MIT) it is published that
6.1 documents are the evidence of a question, and of GPT-5 mini that it searches 18.5 times for one, on average."""

GROUP = 3
"""Leads that are confirmed one after the other, before something else is thought of."""

DOCUMENTS = 5
DOCUMENT_CHARACTERS = 1_638
"""A search shows the first 512 tokens of five documents, as by default there."""

SHARE = 30
"""Searches that are made in one mind: what a model makes of the question it makes of it in all of them."""

SEARCH_BYTES = DOCUMENTS * DOCUMENT_CHARACTERS + 190
"""What a search adds to a view that keeps everything: its call and its result."""

AIM = ("the goal", "follow_leads")
QUESTION = "the question"
PERIOD = "the period"
PERIODS = ("1820s", "1830s", "1840s", "1850s", "1860s", "1870s", "1880s", "1890s")

GOAL = """the goal = follow_leads
Question: who stands at the end of a trail of {count} leads through the collection?
{period_is} = {period}
Follow the leads in the order of their numbers, in two searches each. The first takes the names that the lead before and the one
half way back gave, and gives a detail; the second takes the detail, and gives a name. Then confirm lead after lead, {group} in
one confirmation, with a search for its name and detail together with the last name. Search in the period of the question.
Answer with the last name when all are confirmed; there is one answer."""

SENTENCES = (
    "The register of the parish was copied in the year # and bound again later.",
    "Several letters of this correspondence are known from quotations only.",
    "Of the # copies that were printed, few are in public collections today.",
    "He is not to be confused with a cousin of the same name, who traded in hides.",
    "The society met # times a year in rooms above the assay office.",
    "What became of the estate is told differently by the two biographers.",
    "The index of volume # lists the name under its older spelling.",
    "A newspaper of the county reported the dispute over # columns.",
    "The catalogue of the exhibition describes the instrument without its maker.",
)


@dataclass(frozen=True)
class Search:
    """One search: which step of what it is, the facts that it takes, and the fact that it gives."""

    lead: str
    step: int
    takes: tuple[str, ...]
    gives: str

    @property
    def name(self) -> str:
        """What it is called as a piece of work."""
        return _name(self.lead, self.step)


def _name(lead: str, step: int) -> str:
    return f"{lead} search {step}"


@dataclass(frozen=True)
class Trail:
    """All searches in their order, the period of the question, and the seed that everything found follows from."""

    searches: tuple[Search, ...]
    period: str
    seed: int

    @property
    def last(self) -> str:
        """The name of the fact that is the answer."""
        return self.searches[-1].gives

    def value(self, fact: str, right: bool = True) -> str:
        """What is found: about the one whom the question means, or about his namesake."""
        return code(self.seed, fact, right) + code(fact, right, self.seed)


def build(parameters: Parameters) -> Setup:
    """Three turns a lead, the answer, and the final text."""
    seed = parameters.seed
    count = max(1, (parameters.horizon - 2) // SEARCHES)
    place = int(code(seed, "period"), 16)
    trail = Trail(_searches(count), PERIODS[place % len(PERIODS)], seed)
    work = _work(trail, PERIODS[(place + 1) % len(PERIODS)], success_of(f"follow_leads/{seed}", parameters.difficulty))
    wanted = {QUESTION: (trail.value(trail.last),)}
    return Setup(
        goal=GOAL.format(count=count, period_is=PERIOD, period=trail.period, group=GROUP),
        world=World({**EMPTY}),
        tools=_tools(parameters, trail),
        model=partial(reader, work, seed),
        check=partial(wrong, wanted, "answered"),
        right=partial(right, wanted),
        working_set=count_tokens(count * SEARCHES * SEARCH_BYTES + 1_100),
        expected=(("answer", QUESTION),),
        program=program(work),
        limits=_limits(parameters.horizon),
    )


def _searches(count: int) -> tuple[Search, ...]:
    """First the trail, lead after lead, then the confirmations."""
    found: list[Search] = []
    for number in range(1, count + 1):
        before = tuple(f"name of lead {back}" for back in dict.fromkeys((number - 1, number // 2)) if back)
        found.append(Search(f"lead {number}", 1, before, f"detail of lead {number}"))
        found.append(Search(f"lead {number}", 2, (f"detail of lead {number}",), f"name of lead {number}"))
    last = f"name of lead {count}"
    for number in range(1, count + 1):
        takes = dict.fromkeys((f"name of lead {number}", f"detail of lead {number}", last))
        which, step = divmod(number - 1, GROUP)
        found.append(Search(f"confirmation {which + 1}", step + 1, tuple(takes), last))
    return tuple(found)


def _limits(horizon: int) -> Limits:
    """The usual caps for the horizon, with tokens for results that are four times as large as usual."""
    usual = limits_for(Spec("follow_leads", horizon=horizon))
    return replace(usual, tokens=4 * usual.tokens)


def _work(trail: Trail, similar: str, success: float) -> Work:
    names = {search.name for search in trail.searches}
    first = {search.gives: search for search in reversed(trail.searches)}
    right = {fact: trail.value(fact) for fact in first} | {PERIOD: trail.period}

    def source(fact: str) -> Source | None:
        return Source(_searching(first[fact], right), obvious=False, derived=True) if fact in first else None

    def completes(tool: str, arguments: Mapping[str, Any]) -> str | None:
        if tool == "answer":
            return QUESTION
        step = arguments.get("step")
        name = _name(str(arguments.get("lead")), step) if isinstance(step, int) else ""
        return name if tool == "search" and name in names else None

    items = [_item(search, place) for place, search in enumerate(trail.searches)]
    return Work(
        goal=AIM,
        items=(*items, Item(QUESTION, (trail.last,), partial(_answering, trail))),
        source=source,
        completes=completes,
        guesses={PERIOD: similar},
        answer="The trail is followed to its end, every lead is confirmed, and the question is answered.",
        success=success,
        ordered=True,
    )


def _item(search: Search, place: int) -> Item:
    return Item(search.name, (PERIOD, *search.takes), partial(_searching, search), alike=f"share {place // SHARE}")


def _searching(search: Search, facts: Facts) -> Action:
    known = [facts[fact] for fact in search.takes]
    return Action("search", {"lead": search.lead, "step": search.step, "period": facts[PERIOD], "known": known})


def _answering(trail: Trail, facts: Facts) -> Action:
    return Action("answer", {"question": QUESTION, "name": facts[trail.last]})


def _tools(parameters: Parameters, trail: Trail) -> tuple[Tool, ...]:
    text = {"type": "string"}
    searched = {"lead": text, "step": {"type": "integer", "minimum": 1, "maximum": GROUP}, "period": text,
                "known": {"type": "array", "items": text}}  # fmt: skip
    answered = dict.fromkeys(("question", "name"), text)
    return (
        Tool("search", "Search the collection for a lead, by a period and by what is known; shows the best documents.",
             {"type": "object", "properties": searched, "required": list(searched), "additionalProperties": False},
             duration_ms=800, run=partial(_search, trail)),
        Tool("answer", "Give the answer to the question.",
             {"type": "object", "properties": answered, "required": list(answered), "additionalProperties": False},
             effect="irreversible", kind=parameters.kind, intent=("question",), run=partial(_answer, trail)),
    )  # fmt: skip


def _search(trail: Trail, world: World, given: dict[str, Any], key: str) -> tuple[World, str]:
    search = next((one for one in trail.searches if (one.lead, one.step) == (given["lead"], given["step"])), None)
    if search is None:
        raise ToolError(f"there is no search {given['step']} of {given['lead']!r}")
    if len(given["known"]) != len(search.takes):
        raise ToolError(f"{search.name} takes {len(search.takes)} known things, not {len(given['known'])}")
    right = given["period"] == trail.period
    for fact, value in zip(search.takes, given["known"], strict=True):
        if value not in (trail.value(fact), trail.value(fact, right=False)):
            raise ToolError(f"nothing is found on {value!r}")
        right = right and value == trail.value(fact)
    return world, _documents(f"{trail.seed}/{search.name}", f"{search.gives} = {trail.value(search.gives, right)}")


def _documents(key: str, line: str) -> str:
    """The beginnings of the documents that a search shows, one of them with what is found."""
    hit = int(code(key, "hit"), 16) % DOCUMENTS
    parts = []
    for number in range(DOCUMENTS):
        of = f"{key}/{number}"
        without = DOCUMENT_CHARACTERS - len(line) - 1
        parts.append(
            around(line, of, without, SENTENCES) if number == hit else prose(of, DOCUMENT_CHARACTERS, SENTENCES)
        )
    return "\n".join(parts)


def _answer(trail: Trail, world: World, given: dict[str, Any], key: str) -> tuple[World, str]:
    if given["question"] != QUESTION:
        raise ToolError(f"nobody asked {given['question']!r}; there is {QUESTION}")
    world = enter(world, (QUESTION,), QUESTION, (given["name"],))
    return world, f"{QUESTION} is answered."


SCENARIO = Scenario(
    "follow_leads",
    build,
    contract={"F18": ("out_of_contract", "the goal counts the leads and does not tell which of them are followed")},
    crashes=False,
)
