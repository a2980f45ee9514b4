"""A chain of nodes with one effect each, and no model: every payment of `pay_invoices` is a node of its own.

Nothing takes time here but the effects, so a checkpoint that is written in the background races with the next effect.
The answer is the graph's own state: the results of all its steps, in order.
"""

from __future__ import annotations

import operator
import sys
import time
from collections.abc import Callable
from typing import Annotated, Any, TypedDict

from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import START, StateGraph

from harness.subjects.doors import Surroundings, call
from harness.subjects.langgraph.options import Options
from harness.subjects.langgraph.thread import checkpoints, lived


class Paid(TypedDict):
    """The state: what each step was told."""

    results: Annotated[list[str], operator.add]


def run(around: Surroundings, options: Options) -> str:
    """One life; the results of all steps."""
    if "pay_invoices" not in around.goal:
        sys.exit("the chain is a graph of payments; it knows the scenario pay_invoices only, take --api graph")
    builder = StateGraph(Paid)
    before = START
    for payment in _payments(around):
        name = payment["invoice"]
        builder.add_node(name, _node(around, payment, options))
        builder.add_edge(before, name)
        before = name
    with SqliteSaver.from_conn_string(checkpoints(around)) as saver:
        ended = lived(builder.compile(checkpointer=saver), {"results": []}, around, options)
    return ", ".join(ended["results"])


def _payments(around: Surroundings) -> list[dict[str, str]]:
    """Every payment that is to be made: read from the pages, as many as the goal says."""
    count = int(around.goal.partition("There are ")[2].partition(" ")[0])
    found: list[dict[str, str]] = []
    while len(found) < count:
        page = call(around, "list_invoices", {"page": len(found) // 10 + 1})
        for line in page.splitlines():
            name, _, rest = line.removeprefix("invoice ").partition(" = ")
            amount, _, payee = rest.partition(" to ")
            found.append({"invoice": name, "amount": amount, "payee": payee})
    return found


def _node(around: Surroundings, payment: dict[str, str], options: Options) -> Callable[[Paid], dict[str, Any]]:
    key = f"{around.session} {payment['invoice']}" if options.key == "call-id" else ""

    def pay(state: Paid) -> dict[str, Any]:
        time.sleep(options.pause_ms / 1_000)
        return {"results": [call(around, "pay_invoice", payment, key)]}

    return pay
