"""A run told by its views: each step shows a whole list of messages, and what is shared with the one before is worked out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

from harness.demands import Call, Demands, Role
from harness.metrics._tests.made import Made
from harness.run import Run
from harness.tokens import count_tokens
from harness.types import Reply, Request


def goal(text: str = "g" * 32) -> dict[str, Any]:
    return {"role": "user", "content": text, "pinned": True}


def asked(id: str, tool: str = "look", text: str = "", **arguments: str) -> dict[str, Any]:
    call = {"id": id, "name": tool, "arguments": json.dumps(arguments)}
    return {"role": "assistant", "content": text, "calls": [call]}


def told(id: str, content: str) -> dict[str, Any]:
    return {"role": "tool", "content": content, "call_id": id}


def size(message: dict[str, Any]) -> int:
    """Tokens of a message; all of these tests are in ASCII."""
    calls = message.get("calls", ())
    return count_tokens(len(message["content"]) + sum(len(call["name"] + call["arguments"]) for call in calls))


DONE: dict[str, Any] = {"role": "assistant", "content": "Everything is done."}
"""The last word: no call in it."""


@dataclass
class Talk:
    """Events in the order they are told. `show` is a request with its answer, `does` a tool call with its result."""

    made: Made = field(default_factory=Made)
    view: list[dict[str, Any]] = field(default_factory=list)

    def show(
        self, *messages: dict[str, Any], says: dict[str, Any] | None = DONE, schemas: int = 0, tools: int = 1,
        offered: dict[str, int] | None = None,
    ) -> Talk:  # fmt: skip
        """A request with just this view, and its answer; `says` None: the vendor refused it.

        `schemas` are the tokens of the definitions, `offered` the bytes of each where they are not all of them, whole.
        """
        view, made = list(messages), self.made
        shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(self.view, view, strict=False)))
        self.view = view
        made.enter("model")
        made.add(
            "model", "request", digest=f"d{made.passages['model']}", answered=0, shared=shared, new=view[shared:],
            length=len(view), tools=tools, tokens=sum(map(size, view)) + schemas, max_output=9,
            **({"offered": offered} if offered else {}),
        )  # fmt: skip
        if says is None:
            made.refuse()
        else:
            usage = {"input": 0, "cached": 0, "output": 1}
            made.add("model", "reply", text=says["content"], calls=says.get("calls", []), stop="end", usage=usage)
        return self

    def does(self, message: dict[str, Any], content: str, **more: Any) -> Talk:
        """The call of an assistant's message, and what the tool says to it."""
        call, made = message["calls"][0], self.made
        site = f"tool:{call['name']}"
        made.enter(site)
        made.add(site, "call", id=call["id"], key="k", arguments=call["arguments"])
        made.add(site, "result", id=call["id"], content=content, bytes=len(content), **more)
        return self

    def run(self, demands: Demands | None = None, **setup: Any) -> Run:
        """The run; with `demands` its model knows them."""
        model = Knowing(demands)
        return self.made.run(model=lambda _: model, **setup)


@dataclass(frozen=True)
class Knowing:
    """A model that answers nothing here, and knows its demands."""

    demands: Demands | None

    def __call__(self, request: Request, nth: int) -> Reply:
        return Reply()


def job(*items: str) -> Demands:
    """Items that `pay(invoice=ITEM)` does; each needs the rule, and `fact ITEM`. The call is right with the rule's value."""
    wanted = {item: ("the rule", f"fact {item}") for item in items}
    roles: dict[str, Role] = {"the goal": "goal", "the rule": "constraint"}
    roles.update({f"fact {item}": "identifier" for item in items})
    return Demands(wanted, roles, _completes, _right)


def _completes(tool: str, arguments: Mapping[str, Any]) -> str | None:
    return str(arguments.get("invoice")) if tool == "pay" else None


def _right(item: str, facts: Mapping[str, str]) -> Call:
    return "pay", {"invoice": item, "how": facts["the rule"], "to": facts[f"fact {item}"]}
