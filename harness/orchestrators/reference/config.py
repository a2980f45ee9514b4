"""What `decide` may look at beside the state: the tools and their schemas, the policy, and the sizes that bound a view."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import msgspec

from harness.policies.offer import Offering
from harness.tokens import tools_tokens
from harness.types import Message, Policy, Tool
from harness.vector import Vector

TRIGGER = 0.75
"""Share of the view budget from which on a policy is asked, unless it says otherwise."""

WARN_SHARE_PERCENT = 80
BACKOFF_MS = 500
BACKOFF_MAX_MS = 60_000
NUDGES_MAX = 2
"""Unusable answers in a row that are answered with a nudge; the next one parks the session."""

LAPS_NUDGED = 3
"""Repetitions of the same calls with the same outcome after which the model is told so."""

LAPS_MAX = 6
"""Repetitions after which the session is parked: the model does not get out by itself."""

STALLED_LIVES_MAX = 5
"""Lives in a row that may die without any outcome; the next one parks the session before it takes the step again."""

RESULT_SHARE = 4
"""One result may take this part (a fourth) of a view ..."""

RESULT_TOKENS_LEAST = 4_000
"""... or so many tokens, where that is more: a source file is shown whole even in a small view, if the window takes it."""

POLICY_OUTPUT = 4_096
"""Output tokens reserved for a summary, where the window leaves room for so many."""

POLICY_OUTPUT_LEAST = 256
"""A summary shorter than this is not worth asking for."""


@dataclass(frozen=True)
class Config:
    """The fixed surroundings of a session. `validators` say what is wrong with the arguments of a call, '' if nothing.

    `tools_tokens` are those of all definitions, whole; a policy may offer less.
    """

    tools: tuple[Tool, ...]
    validators: dict[str, Callable[[str], str]]
    policy: Policy
    budget: int
    window: int
    tools_tokens: int

    @property
    def offers(self) -> bool:
        """Whether the policy decides which tools are offered with a request."""
        return self._offering is not None

    def offered(self, view: Vector[Message]) -> tuple[Tool, ...]:
        """The tools as they are offered with a view."""
        return self.tools if self._offering is None else self._offering(view).tools

    def offered_tokens(self, view: Vector[Message]) -> int:
        """Tokens of the definitions that are offered with a view."""
        return self.tools_tokens if self._offering is None else self._offering(view).tokens

    def offer_problem(self, view: Vector[Message]) -> str:
        """Why what the policy offers with a view cannot be sent; empty where it can."""
        return "" if self._offering is None else self._offering(view).problem

    @cached_property
    def _offering(self) -> Offering | None:
        return Offering(self.policy, self.tools, self.budget) if hasattr(self.policy, "offer") else None

    @property
    def trigger(self) -> float:
        """Share of the budget from which on the policy is asked."""
        return float(getattr(self.policy, "trigger", TRIGGER))

    def shown_max(self, max_output: int) -> int:
        """Tokens of one text from which on the view shows its head and tail only; half of the window at the most."""
        room = max(1, self.window - self.tools_tokens - max_output)
        return min(room // 2, max(RESULT_TOKENS_LEAST, min(self.budget, room) // RESULT_SHARE))

    def tool(self, name: str) -> Tool | None:
        """The tool of a name."""
        return self._named.get(name)

    @cached_property
    def _named(self) -> dict[str, Tool]:
        return {tool.name: tool for tool in self.tools}


def make_config(tools: tuple[Tool, ...], policy: Policy, budget: int, window: int) -> Config:
    """Compile the schemas of the tools."""
    validators = {tool.name: validator(msgspec.json.encode(tool.schema)) for tool in tools}
    return Config(tools, validators, policy, budget, window, tools_tokens(tools))


_STRINGS = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*:)?', re.DOTALL)
"""Every string, so that none is begun at a quotation mark inside of another; a name is one with a colon behind it."""


def twice_named(arguments: str, names_known: int) -> str:
    """What is wrong with JSON that names one thing twice: every reader takes another of its values. '' where nothing is.

    `names_known` is how many names the decoded object has: every name takes a colon, so as many colons leave no second one.
    """
    if arguments.count(":") == names_known:
        return ""
    names = [name for name, colon in _STRINGS.findall(arguments) if colon]
    if len(set(names)) == len(names):
        return ""
    twice: list[str] = []

    def noted(pairs: list[tuple[str, Any]]) -> None:
        twice.extend(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)

    json.loads(arguments, object_pairs_hook=noted)
    return f"the arguments name {twice[0]!r} twice" if twice else ""


@lru_cache(maxsize=256)
def validator(schema: bytes) -> Callable[[str], str]:
    """What is wrong with JSON arguments, under a tool's JSON Schema; compiled once."""
    import jsonschema_rs  # late: 20 ms that importing `harness` need not pay

    compiled: Any = jsonschema_rs.validator_for({"type": "object", **msgspec.json.decode(schema)})
    decode = msgspec.json.Decoder().decode

    def problem(arguments: str) -> str:
        try:
            given = decode(arguments)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            return f"the arguments are not JSON ({error})"
        if compiled.is_valid(given):
            return twice_named(arguments, len(given))
        first = next(compiled.iter_errors(given))
        path = "/".join(str(part) for part in first.instance_path)
        return f"the arguments break the schema{f' at {path}' if path else ''}: {first.message}"

    return problem
