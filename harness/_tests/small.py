"""Small scenarios for the tests of the engine: pay invoices, one or several a turn; and a model that never ends."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from harness.errors import ToolError
from harness.spec import Choice, Orchestrator, Policy, Spec
from harness.types import Message, Parameters, Reply, Request, Result, Scenario, Setup, Tool, ToolCall, View
from harness.world import World

HERE = Path(__file__).parent
WIDTH = 2
"""Invoices paid in one turn."""


@dataclass(frozen=True)
class KeepAll:
    """Show everything."""

    def __call__(self, view: View, budget: int) -> View:
        """The view as it is."""
        return view


def small(orchestrator: Any = "naive", scenario: str = "PAYING", **fields: Any) -> Spec:
    """A spec of a scenario of this file; an orchestrator is a built-in name, or a file of `broken` and its name."""
    if isinstance(orchestrator, str) and ":" in orchestrator:
        folder = HERE if orchestrator.startswith("doors.py:") else HERE / "broken"
        orchestrator = Orchestrator(str(folder / orchestrator))
    fields.setdefault("policy", Policy(f"{HERE / 'small.py'}:KeepAll"))
    fields.setdefault("horizon", 3)
    assert isinstance(orchestrator, str | Choice)
    return Spec(f"{HERE / 'small.py'}:{scenario}", orchestrator=orchestrator, **fields)


def _pay(world: World, arguments: dict[str, Any], key: str) -> tuple[World, str]:
    invoice = arguments["invoice"]
    if invoice not in world.get("open", ()):
        raise ToolError(f"no invoice {invoice!r}")
    paid = (*world.get("paid", ()), invoice)
    return world.put("paid", paid), f"paid {invoice}"


def _look(world: World, arguments: dict[str, Any], key: str) -> tuple[World, str]:
    return world, "open invoices: " + ", ".join(world.get("open", ()))


def _note(world: World, arguments: dict[str, Any], key: str) -> tuple[World, Result]:
    return world.put("note", arguments["text"]), Result(content="noted")


def tools(parameters: Parameters) -> tuple[Tool, ...]:
    """A mutating tool of each severity, and one that reads."""
    one = {"type": "object", "properties": {"invoice": {"type": "string"}}, "required": ["invoice"]}
    text = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
    return (
        Tool("look", "List the invoices.", {"type": "object", "properties": {}}, run=_look),
        Tool("pay", "Pay one invoice.", one, "irreversible", parameters.kind, ("invoice",), run=_pay),
        Tool("note", "Keep a note.", text, "write", parameters.kind, run=_note),
    )


def invoices(parameters: Parameters) -> tuple[str, ...]:
    """Names of the invoices of a scenario of this horizon: two a turn, but the first and the last two turns pay none."""
    return tuple(f"INV-{number:03}" for number in range(1, WIDTH * max(1, parameters.horizon - 2) + 1))


TRIES = 4
"""How often the model asks for the same thing before it lets it be."""


@dataclass(frozen=True)
class Payer:
    """Looks, pays what is not yet paid in the view, notes that it is done, and ends. Gives up on what keeps failing."""

    latency_ms = 1_000
    window = 100_000

    def __call__(self, request: Request, nth: int) -> Reply:
        """The next turn, other ids and the other order of calls when asked again."""
        results = {message.call_id: message.content for message in request.messages if message.role == "tool"}
        attempts = [(call, results.get(call.id, "")) for message in request.messages for call in message.calls]
        tag = f"{len(attempts)}.{nth}"
        listed = next((text for text in results.values() if text.startswith(LISTED)), "")
        if not listed and len(attempts) < TRIES:
            return _calling([("look", {})], tag)
        names = listed.removeprefix(LISTED).split(", ") if listed else []
        due = [name for name in names if not _settled(attempts, f'{{"invoice": "{name}"}}')][:WIDTH]
        if due:
            ordered = due if nth % 2 == 0 else due[::-1]
            return _calling([("pay", {"invoice": name}) for name in ordered], tag)
        if not _settled(attempts, NOTE):
            return _calling([("note", json.loads(NOTE))], tag)
        return Reply("everything is paid")


LISTED = "open invoices: "
NOTE = '{"text": "all paid"}'


def _settled(attempts: list[tuple[ToolCall, str]], arguments: str) -> bool:
    """Whether a call with these arguments succeeded, or failed too often."""
    texts = [text for call, text in attempts if call.arguments == arguments]
    return len(texts) >= TRIES or any(text.startswith("paid ") or text.endswith(("noted", "done")) for text in texts)


def _calling(wanted: list[tuple[str, dict[str, Any]]], tag: str) -> Reply:
    calls = (ToolCall(f"call-{tag}-{index}", name, json.dumps(given)) for index, (name, given) in enumerate(wanted))
    return Reply("", tuple(calls), "calls")


def _build(parameters: Parameters) -> Setup:
    names = invoices(parameters)

    def wrong(world: World) -> str | None:
        paid = sorted(world.get("paid", ()))
        return None if paid == sorted(names) and world.get("note") else f"paid are {paid}, due were {list(names)}"

    return Setup(
        "Pay every open invoice.", World().put("open", names), tools(parameters), lambda profile: Payer(), wrong,
        expected=tuple(("pay", name) for name in names), working_set=1_000,
    )  # fmt: skip


def _endless(parameters: Parameters) -> Setup:
    def look_again(request: Request, nth: int) -> Reply:
        return _calling([("look", {})], f"{len(request.messages)}.{nth}")

    return Setup("Look.", World(), tools(parameters), lambda profile: look_again, lambda world: None)


@dataclass(frozen=True)
class Tight(Payer):
    """A payer that can be shown little."""

    window = 1_140


def _tight(parameters: Parameters) -> Setup:
    return replace(_build(parameters), model=lambda profile: Tight())


def _read_page(world: World, arguments: dict[str, Any], key: str) -> tuple[World, str]:
    return world, f"{arguments['page']} = {world.get(arguments['page'])}"


def _write_page(world: World, arguments: dict[str, Any], key: str) -> tuple[World, str]:
    page, seen = arguments["page"], arguments["seen"]
    if world.get(page) != seen and not arguments.get("force"):
        raise ToolError(f"{page} is no longer {seen!r}; read it again")
    return world.put(page, "new"), f"{page} written"


def _write_over(world: World, tool: str, given: dict[str, Any]) -> tuple[World, str]:
    return world.put("page-1", "somebody else's"), "page-1"


def _editor(request: Request, nth: int) -> Reply:
    """Read the page, write it as it was read; read again where it changed."""
    last = request.messages[-1]
    tag = f"{sum(len(message.content) for message in request.messages)}.{nth}"
    if last.content.startswith("page-1 = "):
        return _calling([("write_page", {"page": "page-1", "seen": last.content.removeprefix("page-1 = ")})], tag)
    if last.content == "page-1 written":
        return Reply("it is written")
    return _calling([("read_page", {"page": "page-1"})], tag)


def _editing(parameters: Parameters) -> Setup:
    names = {"page": {"type": "string"}, "seen": {"type": "string"}, "force": {"type": "boolean"}}
    read = {"type": "object", "properties": {"page": {"type": "string"}}, "required": ["page"]}
    write = {"type": "object", "properties": names, "required": ["page", "seen"]}
    return Setup(
        "Write page-1.", World().put("page-1", "old"),
        (Tool("read_page", "Read a page.", read, run=_read_page),
         Tool("write_page", "Write a page.", write, "write", parameters.kind, ("page",), run=_write_page)),
        lambda profile: _editor, lambda world: None if world.get("page-1") == "new" else "page-1 is not written",
        drift=_write_over,
    )  # fmt: skip


PAYING = Scenario("paying", _build, ("deduplicating", "queryable", "blind"))
ENDLESS = Scenario("endless", _endless)
LENIENT = Scenario("lenient", _build, contract={"T01": ("surface", "the bank answers once a day")})
TIGHT = Scenario("tight", _tight)
EDITING = Scenario("editing", _editing, ("deduplicating", "queryable", "blind"))


def goal_only(text: str = "go") -> tuple[Message, ...]:
    """The smallest view."""
    return (Message("user", text),)
