"""Pay every open invoice exactly once. The listing does not show what was paid; the ledger does, and it is the judge."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from hashlib import blake2b
from typing import Any, TypeAlias

from fakes.models.program import program
from fakes.models.reader import reader
from fakes.work import Action, Facts, Item, Source, Work
from harness.errors import ToolError
from harness.register import Register
from harness.tokens import count_tokens
from harness.types import Parameters, Scenario, Setup, Tool
from harness.world import World

PAGE = 10
WIDTH = 2
"""Invoices that the model pays in one turn, as parallel calls."""

INVOICE_BYTES = 157
"""What one invoice adds to a view that keeps everything: its line, its call and its result."""

Payments: TypeAlias = tuple[tuple[str, str], ...]
"""What was paid for one invoice, and to whom, each time."""

Ledger: TypeAlias = Register[str, Payments]

PAYEES = ("Acme", "Borealis", "Cobalt", "Dune", "Ember", "Fjord")

GOAL = """the goal = pay_invoices
Pay every open invoice with pay_invoice, exactly once each, in the amount that list_invoices shows.
There are {count} invoices, {page} on a page. Say so when all of them are paid."""


def build(parameters: Parameters) -> Setup:
    """Invoices for as many turns as the horizon: a listing a page, two payments a turn, and the final answer."""
    count = max(1, (parameters.horizon - 1) * WIDTH * PAGE // (PAGE + WIDTH))
    invoices = {f"INV-{number:05d}": _invoice(parameters.seed, number) for number in range(1, count + 1)}
    work = _work(list(invoices), count)
    return Setup(
        goal=GOAL.format(count=count, page=PAGE),
        world=World({"open": invoices, "ledger": Register()}),
        tools=_tools(parameters),
        model=partial(reader, work, parameters.seed),
        check=_check,
        right=_right,
        working_set=count_tokens(count * INVOICE_BYTES + 700),
        expected=tuple(("pay_invoice", name) for name in invoices),
        program=program(work),
    )


def _invoice(seed: int, number: int) -> tuple[str, str]:
    digest = blake2b(f"{seed}/{number}".encode(), digest_size=4).digest()
    cents = int.from_bytes(digest[:3]) % 90_000 + 1_000
    return f"{cents // 100}.{cents % 100:02d}", PAYEES[digest[3] % len(PAYEES)]


def _work(names: list[str], count: int) -> Work:
    pages = {f"invoice {name}": number // PAGE + 1 for number, name in enumerate(names)}

    def source(fact: str) -> Source | None:
        return Source(Action("list_invoices", {"page": pages[fact]})) if fact in pages else None

    def completes(tool: str, arguments: Mapping[str, Any]) -> str | None:
        return str(arguments.get("invoice")) if tool == "pay_invoice" else None

    return Work(
        goal=("the goal", "pay_invoices"),
        items=tuple(Item(name, (f"invoice {name}",), partial(_payment, name), f"paid {name}") for name in names),
        source=source,
        completes=completes,
        width=WIDTH,
        answer=f"All {count} invoices are paid.",
    )


def _payment(name: str, facts: Facts) -> Action:
    amount, _, payee = facts[f"invoice {name}"].partition(" to ")
    return Action("pay_invoice", {"invoice": name, "amount": amount, "payee": payee})


def _tools(parameters: Parameters) -> tuple[Tool, ...]:
    return (
        Tool(
            "list_invoices", "List one page of the open invoices, with amount and payee.",
            {"type": "object", "properties": {"page": {"type": "integer", "minimum": 1}}, "required": ["page"],
             "additionalProperties": False},
            run=_list,
        ),
        Tool(
            "pay_invoice", "Pay one invoice. The money is gone at once.",
            {"type": "object", "properties": {name: {"type": "string"} for name in ("invoice", "amount", "payee")},
             "required": ["invoice", "amount", "payee"], "additionalProperties": False},
            effect="irreversible", kind=parameters.kind, intent=("invoice",), duration_ms=400, run=_pay,
        ),
    )  # fmt: skip


def _list(world: World, given: dict[str, Any], key: str) -> tuple[World, str]:
    names = list(world.get("open"))[(given["page"] - 1) * PAGE : given["page"] * PAGE]
    if not names:
        raise ToolError(f"there is no page {given['page']}")
    lines = [f"invoice {name} = {' to '.join(world.get('open')[name])}" for name in names]
    return world, "\n".join(lines)


def _pay(world: World, given: dict[str, Any], key: str) -> tuple[World, str]:
    if given["invoice"] not in world.get("open"):
        raise ToolError(f"there is no invoice {given['invoice']!r}")
    ledger: Ledger = world.get("ledger")
    payments = (*(ledger.get(given["invoice"]) or ()), (given["amount"], given["payee"]))
    said = f"paid {given['invoice']} = {given['amount']} to {given['payee']}"
    return world.put("ledger", ledger.put(given["invoice"], payments)), said


def _check(world: World) -> str | None:
    """Judged by what was paid, not by when: the order of payments is nobody's business."""
    ledger: Ledger = world.get("ledger")
    for name, payments in ledger.items():
        if len(payments) > 1:
            return f"{name} was paid {len(payments)} times"
        if payments[0] != world.get("open")[name]:
            return f"{name} was paid {' to '.join(payments[0])}, it is {' to '.join(world.get('open')[name])}"
    unpaid = [name for name in world.get("open") if name not in ledger]
    return f"{len(unpaid)} invoices are unpaid, the first is {unpaid[0]}" if unpaid else None


def _right(world: World) -> float:
    """The share of the invoices that were paid once, as they say."""
    ledger: Ledger = world.get("ledger")
    invoices = world.get("open")
    return sum(ledger.get(name) == (payment,) for name, payment in invoices.items()) / len(invoices)


SCENARIO = Scenario(
    "pay_invoices",
    build,
    kinds=("deduplicating", "queryable", "blind"),
    contract={
        "F18": ("out_of_contract", "what is paid stands in the ledger only: the goal does not tell who is missing")
    },
)
