"""What a job will ask for, where its scenario knows: so metrics can say exactly when a message has served its purpose.

A fake model says it by an attribute `demands`; a model without it knows nothing of the future, and such metrics are None.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from harness.types import Setup

Role: TypeAlias = Literal["goal", "constraint", "identifier", "decision"]
"""What a fact is for: the aim; a rule that binds all items; a name or value that an item needs; what was settled on the way."""

ROLES: tuple[Role, ...] = ("goal", "constraint", "identifier", "decision")

Call: TypeAlias = tuple[str, dict[str, Any]]
"""A tool and its arguments."""


@dataclass(frozen=True)
class Demands:
    """Every future demand of one job.

    `needs` are the facts that each item needs, `roles` what each fact is for. `completes(tool, arguments)` says which item a
    call does, if any; `right(item, facts)` is the call that does it with these values. `lookup` is how often the model gets
    from a pointer to what it points at, a share.
    """

    needs: Mapping[str, tuple[str, ...]]
    roles: Mapping[str, Role]
    completes: Callable[[str, Mapping[str, Any]], str | None]
    right: Callable[[str, Mapping[str, str]], Call]
    lookup: float = 1.0


def demands_of(setup: Setup, model: str = "perfect") -> Demands | None:
    """What the fake model of a setup, made for a profile, knows of its demands; None where it knows nothing."""
    found: Demands | None = getattr(setup.model(model), "demands", None)
    return found
