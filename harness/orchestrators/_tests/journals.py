"""Journals of runs in the small world, as entries, with what today's `decide` must know to be asked about them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace as changed
from typing import Any

from msgspec.structs import replace

from harness import resolve
from harness.faults import CrashAfter, CrashBefore, FailAfter, RateLimit, Strike
from harness.journal import decode
from harness.orchestrators._tests.worlds import invoices, run_reference
from harness.orchestrators.reference.config import Config, make_config
from harness.orchestrators.reference.entries import Entry, Resumed, decode_entries
from harness.orchestrators.reference.replaying import Decide, Evolve
from harness.orchestrators.reference.rules import RULES
from harness.orchestrators.reference.state import State, evolve
from harness.run import Run
from harness.spec import Choice
from harness.track import budget_of
from harness.types import Setup

SUMMARIZE = Choice("Policy", "summarize", (("keep", 1),))
DIED_PAYING = (Strike("tool:pay", 2, CrashAfter()),)
CASES: dict[str, tuple[Setup, dict[str, Any]]] = {
    "clean": (invoices(), {}),
    "parallel": (invoices(6, width=3), {}),
    "rate limit": (invoices(), {"strikes": (Strike("model", 2, RateLimit()), Strike("tool:pay", 2, RateLimit()))}),
    "deduplicating": (invoices(), {"strikes": DIED_PAYING}),
    "queryable": (invoices(kind="queryable"), {"strikes": (*DIED_PAYING, Strike("query:pay", 1, RateLimit()))}),
    "blind": (invoices(kind="blind"), {"strikes": (*DIED_PAYING, Strike("human", 1, CrashBefore()))}),
    "blind batch": (invoices(6, "blind", width=3), {"strikes": (Strike("tool:pay", 2, FailAfter()),)}),
    "summaries": (
        invoices(12),
        {"policy": SUMMARIZE, "view_budget": 60, "strikes": (Strike("model", 6, RateLimit()),)},
    ),
}


def of(setup: Setup, **changes: Any) -> tuple[list[Entry], Config]:
    """The entries that a run left, and its config."""
    run = run_reference(setup, **changes)
    return entries_of(run), config_of(run)


def case(name: str) -> tuple[list[Entry], Config]:
    """The entries and the config of one of the cases."""
    setup, changes = CASES[name]
    return of(setup, **changes)


def entries_of(run: Run) -> list[Entry]:
    """What a run recorded."""
    return decode_entries(decode(run.journal).records, "")


def config_of(run: Run) -> Config:
    """What the rules of a run knew."""
    budget, window = budget_of(run.spec, run.setup), run.setup.model(run.spec.model.name).window  # type: ignore[attr-defined]
    return make_config(run.setup.tools, resolve.policy(run.spec.policy), budget, window)


def deciding(*rules: Callable[..., Any]) -> Decide:
    """A `decide` of other rules; nothing where none of them answers."""

    def decide(state: State, config: Config) -> Any:
        if state.finished is not None:
            return None
        return next((command for rule in rules if (command := rule(state, config)) is not None), None)

    return decide


def without(rule: str) -> Decide:
    """Today's `decide` without one rule."""
    return deciding(*(known for known in RULES if known.__name__ != rule))


def resuming(**changes: Any) -> Evolve:
    """Today's `evolve`, but a new life has these fields changed."""

    def forgetful(state: State, entry: Entry) -> State:
        after = evolve(state, entry)
        return replace(after, **changes) if isinstance(entry, Resumed) else after

    return forgetful


def with_tools(config: Config, **changes: Any) -> Config:
    """The config with every tool changed."""
    return changed(config, tools=tuple(changed(tool, **changes) for tool in config.tools))
