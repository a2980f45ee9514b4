"""Answer questions out of a manual, whose pages are long, never change, and are needed again and again. The family `lookup`.

Any page can be opened again, and a model knows which one: what is dropped costs a reading, and who drops what is needed next
reads the same pages for ever. Rows of a page look alike, and an answer with the value of another row is taken without a word.
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
from harness.draws import number_of
from harness.errors import ToolError
from harness.tokens import count_tokens
from harness.types import Parameters, Scenario, Setup, Tool
from harness.world import World
from scenarios.entries import EMPTY, enter, progress, right, wrong
from scenarios.prose import around, code, prose

LETTERS_A_PAGE = 5
PAGES = 8
PAGE_CHARACTERS = (2_200, 5_600)
"""The shortest and the longest page of the manual."""

LETTER_CHARACTERS = 620
NOTE_CHARACTERS = 720
CONTENTS_CHARACTERS = 900
QUESTION_BYTES = 1_620
"""What one question adds to a view that keeps everything: its letter, the answer and its result."""

PART = 30
"""Questions after which a model looks at a page with fresh eyes."""

AIM = ("the goal", "answer_from_manual")
RULE = "the edition of answers"

GOAL = """the goal = answer_from_manual
Answer every question with send_answer, once each: with the value that the manual gives, the edition that its contents name
for answers, and the sender that stands beside the question. There are {count} questions, {page} on a page, and {pages} pages
of the manual. Say so when all of them are answered."""

SENTENCES = (
    "Before any work on the unit the supply is shut off, and the pressure is let out through the valve on the left.",
    "The seals are of a single use; a set of # pieces is ordered as a whole.",
    "Values hold for clean water of # degrees; for other media the correction of the annex is applied.",
    "If the indicator blinks for longer than # seconds, the sensor is taken out, dried and put back.",
    "The flange is tightened crosswise, in three rounds, and checked again after a day of operation.",
    "Units with a serial number below # have the older housing, to which this section does not apply.",
    "A noise like gravel hints at cavitation: the suction side is checked first, then the speed.",
    "The cable is led in from below, so that no water runs along it into the box (drawing #).",
)
LETTERS = (
    "We run # of these units in two halls and had no trouble with them until the summer.",
    "Our technician has left, and nobody here dares to open the housing without a value in writing.",
    "The sticker on the unit cannot be read any more, the number on the frame is #.",
    "Please tell us the value that we should set, our own records contradict each other.",
    "It is not urgent for safety, but the line stands still and costs us # an hour.",
)


@dataclass(frozen=True)
class Manual:
    """Its rows by name with the page they stand on, the rows beside them, and the edition that answers are of."""

    rows: Mapping[str, tuple[int, str]]
    beside: Mapping[str, str]
    edition: str
    other_edition: str
    pages: int


@dataclass(frozen=True)
class Question:
    """Its name, who asks, and the row of the manual that it is about."""

    name: str
    sender: str
    row: str


def build(parameters: Parameters) -> Setup:
    """Questions for as many turns as the horizon: a page of letters, pages of the manual, an answer each, and the end."""
    seed = parameters.seed
    pages = max(1, min(PAGES, parameters.horizon // 5))
    count = max(1, (parameters.horizon - 1 - pages) * LETTERS_A_PAGE // (LETTERS_A_PAGE + 1))
    manual = _manual(seed, pages)
    questions = tuple(_question(manual, seed, number) for number in range(1, count + 1))
    work = _work(manual, questions, success_of(f"answer_from_manual/{seed}", parameters.difficulty))
    used = {manual.rows[question.row][0] for question in questions}
    size = sum(_page_size(seed, page) for page in used) + count * QUESTION_BYTES + CONTENTS_CHARACTERS + 1_000
    wanted = _wanted(manual, questions)
    return Setup(
        goal=GOAL.format(count=count, page=LETTERS_A_PAGE, pages=pages),
        world=World({"senders": {question.name: question.sender for question in questions}, **EMPTY}),
        tools=_tools(parameters, manual, questions),
        model=partial(reader, work, seed),
        check=partial(wrong, wanted, "answered"),
        right=partial(right, wanted),
        working_set=count_tokens(size),
        expected=tuple(("send_answer", question.name) for question in questions),
        program=program(work),
    )


def _wanted(manual: Manual, questions: tuple[Question, ...]) -> dict[str, tuple[str, ...]]:
    return {question.name: (question.sender, manual.rows[question.row][1], manual.edition) for question in questions}


def _manual(seed: int, pages: int) -> Manual:
    """One row of each page that is asked for, and one beside it with another value."""
    rows, beside = {}, {}
    for page in range(1, pages + 1):
        kilopascal = 200 + int(code(seed, "row", page), 16) % 700
        rows[f"limit of P-{page:02d}"] = (page, f"{kilopascal} kPa")
        beside[f"limit of P-{page:02d}"] = f"{kilopascal + 11 + page} kPa"
    number = int(code(seed, "edition"), 16)
    return Manual(rows, beside, f"ed-{number}", f"ed-{number - 1}", pages)


def _question(manual: Manual, seed: int, number: int) -> Question:
    """Three neighbouring pages are asked for at a time, others after every four questions; each fifth is about any page."""
    name = f"Q-{number:04d}"
    rows = list(manual.rows)
    drawn = number_of(f"{seed}/{name}")
    first = drawn % len(rows) if number % 5 == 0 else (number // 4 + drawn % 3) % len(rows)
    return Question(name, code(seed, name) + code(name, seed), rows[first])


def _page_size(seed: int, page: int) -> int:
    least, most = PAGE_CHARACTERS
    return least + number_of(f"{seed}/page {page}") % (most - least)


def _work(manual: Manual, questions: tuple[Question, ...], success: float) -> Work:
    pages = {f"sender of {question.name}": place // LETTERS_A_PAGE + 1 for place, question in enumerate(questions)}

    def source(fact: str) -> Source | None:
        if fact == RULE:
            return Source(Action("read_contents"), obvious=False)
        if fact in manual.rows:
            return Source(Action("open_page", {"page": manual.rows[fact][0]}))
        return Source(Action("list_questions", {"page": pages[fact]})) if fact in pages else None

    def completes(tool: str, arguments: Mapping[str, Any]) -> str | None:
        return str(arguments.get("question")) if tool == "send_answer" else None

    return Work(
        goal=AIM,
        items=tuple(_item(question, place) for place, question in enumerate(questions)),
        source=source,
        completes=completes,
        opening=Action("read_contents"),
        guesses={RULE: manual.other_edition, **manual.beside},
        answer=f"All {len(questions)} questions are answered.",
        kinds={RULE: "latent"},
        success=success,
    )


def _item(question: Question, place: int) -> Item:
    needs = (f"sender of {question.name}", question.row, RULE)
    return Item(
        question.name, needs, partial(_answer, question), f"answered {question.name}", alike=f"part {place // PART}"
    )


def _answer(question: Question, facts: Facts) -> Action:
    given = {"question": question.name, "sender": facts[f"sender of {question.name}"], "value": facts[question.row]}
    return Action("send_answer", {**given, "edition": facts[RULE]})


def _tools(parameters: Parameters, manual: Manual, questions: tuple[Question, ...]) -> tuple[Tool, ...]:
    text = {"type": "string"}
    page = {"type": "object", "properties": {"page": {"type": "integer", "minimum": 1}}, "required": ["page"],
            "additionalProperties": False}  # fmt: skip
    sent = dict.fromkeys(("question", "sender", "value", "edition"), text)
    names = tuple(question.name for question in questions)
    return (
        Tool("read_contents", "Read the contents of the manual.",
             {"type": "object", "properties": {}, "additionalProperties": False},
             run=partial(_contents, manual, parameters.seed)),
        Tool("open_page", "Open one page of the manual.", page, run=partial(_open, manual, parameters.seed)),
        Tool("list_questions", "Read one page of the open questions, each with its sender.", page,
             run=partial(_list, questions, parameters.seed)),
        Tool("send_answer", "Send the answer to one question. It cannot be called back.",
             {"type": "object", "properties": sent, "required": list(sent), "additionalProperties": False},
             effect="irreversible", kind=parameters.kind, intent=("question",),
             run=partial(_send, names, parameters.seed)),
    )  # fmt: skip


def _contents(manual: Manual, seed: int, world: World, given: dict[str, Any], key: str) -> tuple[World, str]:
    pages = "\n".join(f"page {page}: the series P-{page:02d}" for page in range(1, manual.pages + 1))
    rule = f"Whoever answers out of it names:\n{RULE} = {manual.edition}"
    return world, f"Contents of the manual\n{pages}\n{around(rule, f'contents {seed}', CONTENTS_CHARACTERS, SENTENCES)}"


def _open(manual: Manual, seed: int, world: World, given: dict[str, Any], key: str) -> tuple[World, str]:
    page = given["page"]
    if not 1 <= page <= manual.pages:
        raise ToolError(f"the manual has no page {page}; it has {manual.pages}")
    row = f"limit of P-{page:02d}"
    rows = f"{row} = {manual.rows[row][1]}\n{row}-S = {manual.beside[row]}"
    return world, f"Page {page}\n{around(rows, f'{seed}/{page}', _page_size(seed, page), SENTENCES)}"


def _list(
    questions: tuple[Question, ...], seed: int, world: World, given: dict[str, Any], key: str
) -> tuple[World, str]:
    shown = questions[(given["page"] - 1) * LETTERS_A_PAGE : given["page"] * LETTERS_A_PAGE]
    if not shown:
        raise ToolError(f"there is no page {given['page']} of questions")
    letters = (
        f"{question.name} asks for the {question.row}.\n"
        + around(
            f"sender of {question.name} = {question.sender}", f"{seed}/{question.name}", LETTER_CHARACTERS, LETTERS
        )
        for question in shown
    )
    return world, "\n\n".join(letters)


def _send(names: tuple[str, ...], seed: int, world: World, given: dict[str, Any], key: str) -> tuple[World, str]:
    name, sender = given["question"], given["sender"]
    if world.get("senders").get(name) != sender:
        raise ToolError(f"there is no question {name!r} of the sender {sender!r}")
    world = enter(world, names, name, (sender, given["value"], given["edition"]))
    note = prose(f"{seed}/{name}/note", NOTE_CHARACTERS, SENTENCES)
    return (
        world,
        f"answered {name} = {given['value']}\nAs sent, with what is sent along:\n{note}\n{progress(world, names)}",
    )


SCENARIO = Scenario(
    "answer_from_manual",
    build,
    contract={"F18": ("out_of_contract", "the goal counts the questions and does not tell which of them are missing")},
    crashes=False,
)
