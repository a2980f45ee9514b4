"""A small world for the tests of the orchestrators: invoices to pay, and a model that pays the next one it sees unpaid."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from harness.run import Run, execute_in
from harness.spec import Spec
from harness.types import Kind, Reply, Request, Setup, Tool, ToolCall
from harness.world import World

SCHEMA = {"type": "object", "properties": {"invoice": {"type": "integer"}}, "required": ["invoice"]}


@dataclass(frozen=True)
class Payer:
    """Pays invoices one by one (or `width` in a turn) until it sees all of them paid."""

    count: int
    width: int = 1
    window: int = 1_000_000
    latency_ms: int = 1_000

    def __call__(self, request: Request, nth: int) -> Reply:
        if not request.tools:
            return Reply(self._summary(request))
        text = "\n".join(message.content for message in request.messages)
        unpaid = [n for n in range(1, self.count + 1) if f"paid {n}." not in text]
        if not unpaid:
            return Reply("all paid")
        turn = len(request.messages)
        calls = tuple(
            ToolCall(f"call-{turn}-{nth}-{n}", "pay", json.dumps({"invoice": n})) for n in unpaid[: self.width]
        )
        return Reply("paying", calls, "calls")

    def _summary(self, request: Request) -> str:
        lines = [line for message in request.messages for line in message.content.splitlines()]
        return "\n".join(line for line in lines if line.startswith("paid "))


def pay(world: World, given: dict[str, Any], key: str) -> tuple[World, str]:
    """Pay one invoice."""
    paid = world.get("paid", ())
    return world.put("paid", (*paid, given["invoice"])), f"paid {given['invoice']}."


def invoices(count: int = 4, kind: Kind = "deduplicating", width: int = 1, window: int = 1_000_000) -> Setup:
    """A setup with `count` invoices to pay exactly once."""

    def check(world: World) -> str | None:
        paid = sorted(world.get("paid", ()))
        return None if paid == list(range(1, count + 1)) else f"paid were {paid}, not 1 to {count}"

    tool = Tool("pay", "Pay an invoice.", SCHEMA, "irreversible", kind, ("invoice",), run=pay)
    return Setup(
        goal="Pay every invoice.", world=World(), tools=(tool,), model=lambda _: Payer(count, width, window),
        check=check, expected=tuple(("pay", str(n)) for n in range(1, count + 1)),
    )  # fmt: skip


def run_reference(setup: Setup, **changes: Any) -> Run:
    """Run the reference in a setup; `changes` are fields of the spec."""
    return execute_in(Spec("invoices", **{"horizon": 15, **changes}), setup)
