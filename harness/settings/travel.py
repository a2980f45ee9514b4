"""Tools and exceptions as they travel between parent and child: a tool without what it does, an exception by its name."""

from __future__ import annotations

from harness import errors
from harness.errors import DoorError
from harness.guard import Refused
from harness.settings.frames import Card, Failure
from harness.types import Tool

KNOWN: dict[str, type[Exception]] = {
    kind.__name__: kind
    for kind in (
        *(kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, DoorError)),
        errors.ToolError, Refused, AssertionError, AttributeError, IndexError, KeyError, NotImplementedError,
        RuntimeError, TypeError, ValueError, Exception,
    )
}  # fmt: skip
"""Classes that arrive as themselves; any other as its nearest parent, its name in the message."""


def failure_of(error: Exception) -> Failure:
    """An exception as it travels."""
    kind = next(parent.__name__ for parent in type(error).__mro__ if KNOWN.get(parent.__name__) is parent)
    if isinstance(error, DoorError):
        return Failure(kind, error.message, error.status, error.error_type, error.retry_after_ms)
    return Failure(kind, str(error) if type(error).__name__ == kind else f"{type(error).__name__}: {error}")


def error_of(failure: Failure) -> Exception:
    """An exception that travelled."""
    kind = KNOWN[failure.kind]
    if issubclass(kind, DoorError):
        return kind(failure.message, failure.status, failure.error_type, failure.retry_after_ms)
    return kind(failure.message)


_FIELDS = Card.__struct_fields__


def card_of(tool: Tool) -> Card:
    """A tool as it travels: without what it does."""
    return Card(*(getattr(tool, name) for name in _FIELDS))


def tool_of(card: Card) -> Tool:
    """A tool that travelled."""
    return Tool(**{name: getattr(card, name) for name in _FIELDS})
