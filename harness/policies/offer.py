"""Which tools are offered with a request: those that a policy says, checked, or all of them where it says nothing."""

from __future__ import annotations

from typing import Any, NamedTuple

from harness.plain import plain_repr
from harness.tokens import tools_tokens
from harness.types import Message, Policy, Tool, View
from harness.vector import Vector

REMEMBERED = 4
"""Views whose offer is remembered: a turn asks for two of them, again and again."""


class Offered(NamedTuple):
    """Tools as they are offered, and the tokens of their definitions; all tools where the offer has a `problem`."""

    tools: tuple[Tool, ...]
    tokens: int
    problem: str = ""


class Offering:
    """What a policy with a method `offer(view, tools, budget)` offers for a view; asked once for each of the newest views.

    Anything but some of the tools, each once, is a problem; the description and the schema may be the policy's own.
    """

    def __init__(self, policy: Policy, tools: tuple[Tool, ...], budget: int) -> None:
        self._policy = policy
        self._tools = tools
        self._budget = budget
        self._known: dict[tuple[int, int], tuple[object, Offered]] = {}
        self._last = self._every = Offered(tools, tools_tokens(tools))

    def __call__(self, view: Vector[Message]) -> Offered:
        """The offer for a view. Vectors of one storage and one length are the same view."""
        name = id(view.storage), len(view)
        known = self._known.get(name)
        if known is not None:
            return known[1]
        offered = self._asked(view)
        if len(self._known) >= REMEMBERED:
            del self._known[next(iter(self._known))]
        self._known[name] = view.storage, offered  # with the storage, or its id might become another one's
        return offered

    def _asked(self, view: View) -> Offered:
        policy: Any = self._policy
        try:
            given = policy.offer(view, self._tools, self._budget)
            if given is self._last.tools or given == self._last.tools:
                return self._last
            problem = _problem(given, self._tools)
            if not problem:
                self._last = Offered(given, tools_tokens(given))
                return self._last
            said = f"offered {problem}; return the tools, some of them shortened or left out"
        except (Exception, SystemExit) as error:
            said = f"raised {type(error).__name__} in offer: {error}"
        return self._every._replace(problem=f"{plain_repr(policy)} {said}")


def _problem(given: Any, tools: tuple[Tool, ...]) -> str:
    """What is wrong with an offer; '' where nothing is. Without any tool it would be a request for a summary."""
    if not isinstance(given, tuple) or not all(isinstance(tool, Tool) for tool in given):
        return f"{plain_repr(given)[:80]}, which is no tuple of tools"
    names, known = [tool.name for tool in given], {tool.name for tool in tools}
    if not names and tools:
        return "no tool at all"
    strange = next((name for name in names if name not in known), None)
    if strange is not None:
        return f"a tool {strange!r} that is not there"
    return f"{names[0]!r} and others more than once" if len(set(names)) < len(names) else ""
