"""Commands: what `decide` asks the shell to do next, each with the rule and the facts that led to it.

Barriers belong to commands: one with `flush` makes everything recorded so far durable before it acts.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

from harness.orchestrators.reference.entries import Entry, Intent
from harness.types import View


class _Command(msgspec.Struct, frozen=True, kw_only=True):
    rule: str
    facts: dict[str, Any] | None = None


class Note(_Command, frozen=True, kw_only=True):
    """Record entries; nothing outside happens. The last note of a session is made durable."""

    entries: tuple[Entry, ...]
    flush: bool = False


class Ask(_Command, frozen=True, kw_only=True):
    """Ask the model for the next turn, not before `not_before`."""

    tokens: int
    not_before: int = 0


class Condense(_Command, frozen=True, kw_only=True):
    """Ask the model what the policy wants to know; the policy's own tokens count like all others."""

    nth: int
    digest: str
    view: View
    tokens: int
    max_output: int
    not_before: int = 0


class CallAll(_Command, frozen=True, kw_only=True):
    """Make calls, all at once; their intents are recorded first, and durable first where one of them mutates."""

    intents: tuple[Intent, ...]
    flush: bool
    not_before: int = 0


class Query(_Command, frozen=True, kw_only=True):
    """Ask a queryable tool what became of a call in doubt."""

    intent: Intent
    not_before: int = 0


class AskHuman(_Command, frozen=True, kw_only=True):
    """Name a call as indeterminate to a person, and wait."""

    intent: Intent
    why: str
    not_before: int = 0


Command: TypeAlias = Note | Ask | Condense | CallAll | Query | AskHuman
