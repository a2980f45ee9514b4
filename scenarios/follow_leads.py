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
from harness.tokens import count_tokens
from harness.spec import Spec, limits_for
from harness.types import Limits, Parameters, Scenario, Setup, Tool
from harness.world import World
from scenarios.entries import EMPTY, enter, wrong
from scenarios.prose import code, prose

SEARCHES = 3
"""Searches for each lead: agents make 18.5 of them for a question, and a question has 6.1 documents that are evidence."""

DOCUMENTS = 5
DOCUMENT_CHARACTERS = 1_638
"""A search shows the first 512 tokens of five documents."""

SHARE = 10
"""Leads that are followed in one mind: what a model makes of the question it makes of it in all of them."""

SEARCH_BYTES = DOCUMENTS * DOCUMENT_CHARACTERS + 190
"""What a search adds to a view that keeps everything: its call and its result."""

AIM = ("the goal", "follow_leads")
QUESTION = "the question"
PERIOD = "the period"
PERIODS = ("1820s", "1830s", "1840s", "1850s", "1860s", "1870s", "1880s", "1890s")

GOAL = """the goal = follow_leads
Question: who stands at the end of a trail of {count} leads through the collection, and who on its way?
{period_is} = {period}
Follow the leads in the order of their numbers, {searches} searches each: the first takes what the lead before and the one half
way back were found to be, each other one the clue of the search before it. Search in the period that the question is about.
Then answer with the first finding, the middle one (of lead {middle}) and the last. There is one answer."""

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
class Trail:
    """Leads by their names, the period of the question, and the seed that everything found follows from."""

    leads: tuple[str, ...]
    period: str
    seed: int

    def known(self, place: int, step: int) -> tuple[str, ...]:
        """The facts that a search takes: clues of the lead itself, or findings of the one before and of one half way back."""
        if step > 1:
            return (clue(self.leads[place], step - 1),)
        return tuple(dict.fromkeys(clue(self.leads[back - 1], SEARCHES) for back in (place, (place + 1) // 2) if back))

    def value(self, fact: str, right: bool = True) -> str:
        """What is found: about the one whom the question means, or about his namesake."""
        return code(self.seed, fact, right) + code(fact, right, self.seed)

    @property
    def asked(self) -> tuple[str, str, str]:
        """The findings that the answer is made of; a short trail has some of them twice."""
        first, middle, last = self.leads[0], self.leads[(len(self.leads) - 1) // 2], self.leads[-1]
        return clue(first, SEARCHES), clue(middle, SEARCHES), clue(last, SEARCHES)


def clue(lead: str, step: int) -> str:
    """The name of the fact that a search gives: a clue, and in the end the finding."""
    return f"clue {step} of {lead}" if step < SEARCHES else f"finding of {lead}"


def build(parameters: Parameters) -> Setup:
    """Three turns a lead, the answer, and the final text."""
    seed = parameters.seed
    leads = tuple(f"lead {number}" for number in range(1, max(1, (parameters.horizon - 2) // SEARCHES) + 1))
    place = int(code(seed, "period"), 16)
    trail = Trail(leads, PERIODS[place % len(PERIODS)], seed)
    work = _work(trail, PERIODS[(place + 1) % len(PERIODS)], success_of(f"follow_leads/{seed}", parameters.difficulty))
    return Setup(
        goal=GOAL.format(count=len(leads), period_is=PERIOD, period=trail.period, searches=SEARCHES,
                         middle=(len(leads) + 1) // 2),
        world=World({**EMPTY}),
        tools=_tools(parameters, trail),
        model=partial(reader, work, seed),
        check=partial(wrong, {QUESTION: tuple(map(trail.value, trail.asked))}, "answered"),
        working_set=count_tokens(len(leads) * SEARCHES * SEARCH_BYTES + 900),
        expected=(("answer", QUESTION),),
        program=program(work),
        limits=_limits(parameters.horizon),
    )  # fmt: skip


def _limits(horizon: int) -> Limits:
    """The usual caps for the horizon, with tokens for results that are four times as large as usual."""
    usual = limits_for(Spec("follow_leads", horizon=horizon))
    return replace(usual, tokens=4 * usual.tokens)


def _work(trail: Trail, similar: str, success: float) -> Work:
    steps = {(lead, step): (place, step) for place, lead in enumerate(trail.leads) for step in range(1, SEARCHES + 1)}
    found = {clue(lead, step): (place, step) for (lead, step), (place, _) in steps.items()}
    right = {fact: trail.value(fact) for fact in found} | {PERIOD: trail.period}

    def source(fact: str) -> Source | None:
        return Source(_searching(trail, *found[fact], right), obvious=False, made_up=True) if fact in found else None

    def completes(tool: str, arguments: Mapping[str, Any]) -> str | None:
        if tool == "answer":
            return QUESTION
        searched = arguments.get("lead"), arguments.get("step")
        return _search_name(*steps[searched]) if tool == "search" and searched in steps else None

    items = [_item(trail, place, step) for place, step in steps.values()]
    return Work(
        goal=AIM,
        items=(*items, Item(QUESTION, tuple(dict.fromkeys(trail.asked)), partial(_answering, trail))),
        source=source,
        completes=completes,
        guesses={PERIOD: similar},
        answer=f"The trail of {len(trail.leads)} leads is followed to its end, and the question is answered.",
        success=success,
        ordered=True,
    )


def _search_name(place: int, step: int) -> str:
    return f"lead {place + 1} search {step}"


def _item(trail: Trail, place: int, step: int) -> Item:
    needs = (PERIOD, *trail.known(place, step))
    return Item(_search_name(place, step), needs, partial(_searching, trail, place, step), alike=f"share {place // SHARE}")


def _searching(trail: Trail, place: int, step: int, facts: Facts) -> Action:
    known = [facts[fact] for fact in trail.known(place, step)]
    return Action("search", {"lead": trail.leads[place], "step": step, "period": facts[PERIOD], "known": known})


def _answering(trail: Trail, facts: Facts) -> Action:
    first, middle, last = (facts[fact] for fact in trail.asked)
    return Action("answer", {"question": QUESTION, "first": first, "middle": middle, "last": last})


def _tools(parameters: Parameters, trail: Trail) -> tuple[Tool, ...]:
    text = {"type": "string"}
    searched = {"lead": text, "step": {"type": "integer", "minimum": 1, "maximum": SEARCHES}, "period": text,
                "known": {"type": "array", "items": text}}  # fmt: skip
    answered = dict.fromkeys(("question", "first", "middle", "last"), text)
    return (
        Tool("search", "Search the collection for a lead, by a period and by what is known; shows the best documents.",
             {"type": "object", "properties": searched, "required": list(searched), "additionalProperties": False},
             duration_ms=800, run=partial(_search, trail)),
        Tool("answer", "Give the answer to the question, with the findings that it stands on.",
             {"type": "object", "properties": answered, "required": list(answered), "additionalProperties": False},
             effect="irreversible", kind=parameters.kind, intent=("question",), run=partial(_answer, trail)),
    )  # fmt: skip


def _search(trail: Trail, world: World, given: dict[str, Any], key: str) -> tuple[World, str]:
    lead, step, known = given["lead"], given["step"], given["known"]
    if lead not in trail.leads:
        raise ToolError(f"there is no lead {lead!r}")
    facts = trail.known(trail.leads.index(lead), step)
    if len(known) != len(facts):
        raise ToolError(f"search {step} of {lead} takes {len(facts)} known things, not {len(known)}")
    right = given["period"] == trail.period
    for fact, value in zip(facts, known, strict=True):
        if value not in (trail.value(fact), trail.value(fact, right=False)):
            raise ToolError(f"nothing is found on {value!r}")
        right = right and value == trail.value(fact)
    fact = clue(lead, step)
    return world, _documents(f"{trail.seed}/{fact}", f"{fact} = {trail.value(fact, right)}")


def _documents(key: str, line: str) -> str:
    """The beginnings of the documents that a search shows, one of them with what is found."""
    hit = int(code(key, "hit"), 16) % DOCUMENTS
    parts = []
    for number in range(DOCUMENTS):
        text = prose(f"{key}/{number}", DOCUMENT_CHARACTERS - (len(line) + 1) * (number == hit), SENTENCES)
        parts += [f"{line}\n{text}" if number == hit else text]
    return "\n".join(parts)


def _answer(trail: Trail, world: World, given: dict[str, Any], key: str) -> tuple[World, str]:
    if given["question"] != QUESTION:
        raise ToolError(f"nobody asked {given['question']!r}; there is {QUESTION}")
    world = enter(world, (QUESTION,), QUESTION, (given["first"], given["middle"], given["last"]))
    return world, f"{QUESTION} is answered."


SCENARIO = Scenario(
    "follow_leads",
    build,
    contract={"F18": ("out_of_contract", "the goal counts the leads and does not tell which of them are followed")},
    crashes=False,
)
