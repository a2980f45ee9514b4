"""Compaction under trouble: a policy that is broken, a vendor that makes it wait, a window with little room."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import pytest

from harness.checks import SAFETY, judge
from harness.faults import RateLimit, ServerError, Strike
from harness.orchestrators._tests.test_doubt import finished, paid_once
from harness.orchestrators._tests.worlds import invoices, run_reference
from harness.run import Run
from harness.spec import Choice, choice_of
from harness.types import Message, View

SUMMARIZE = Choice("Policy", "summarize", (("keep", 1),))
PRESSED = {"policy": SUMMARIZE, "view_budget": 60}


def summaries(run: Run) -> list[int]:
    """Passages of the model's site that asked for a summary."""
    requests = (event for event in run.events if event.site == "model" and event.kind == "request")
    return [event.nth for event in requests if not event.detail["tools"]]


FIRST = summaries(run_reference(invoices(12), **PRESSED))[0]


def test_an_absurd_wait_for_a_summary_is_not_waited_for() -> None:
    run = run_reference(invoices(12), strikes=(Strike("model", FIRST, RateLimit(10**12)),), **PRESSED)
    assert paid_once(run)
    assert run.ended_ms < 60_000


@pytest.mark.parametrize("fault", [RateLimit(60_000), ServerError()])
def test_a_wait_holds_for_the_next_turn_where_the_summary_is_given_up(fault: Any) -> None:
    run = run_reference(invoices(12), strikes=(Strike("model", FIRST, fault, 3),), **PRESSED)
    assert paid_once(run)
    assert judge(run).violated == ""


@pytest.mark.parametrize("window", [1_300, 1_500])
def test_a_summary_asks_for_no_more_output_than_the_window_leaves(window: int) -> None:
    run = run_reference(invoices(60, window=window), policy=SUMMARIZE, view_budget=10_000, horizon=100)
    errors = [event.detail for event in run.events if event.site == "model" and event.kind == "error"]
    assert (errors, paid_once(run)) == ([], True)
    assert summaries(run)


@dataclass(frozen=True)
class Raises:
    """Broken."""

    def __call__(self, view: View, budget: int) -> View:
        """Raise."""
        raise ValueError("boom")


@dataclass(frozen=True)
class RaisesLater:
    """Broken after the model answered."""

    def __call__(self, view: View, budget: int) -> Any:
        """Ask, and raise."""
        yield tuple(view)
        raise KeyError("later")


@dataclass(frozen=True)
class Exits:
    """Takes the process for its own."""

    asks: bool = False

    def __call__(self, view: View, budget: int) -> Any:
        """Leave, at once or after the model answered."""
        return self._later(view) if self.asks else sys.exit(5)

    def _later(self, view: View) -> Any:
        yield tuple(view)
        sys.exit(6)


@dataclass(frozen=True)
class Asks:
    """Asks the model something that is no view."""

    what: Any = None

    def __call__(self, view: View, budget: int) -> Any:
        """Ask."""
        yield self.what
        return view


@dataclass(frozen=True)
class Shows:
    """Shows a message without text."""

    def __call__(self, view: View, budget: int) -> View:
        """Show it."""
        return (view[0], Message("user", None))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("policy", "says"),
    [
        (Raises(), "Raises() raised ValueError: boom"),
        (RaisesLater(), "RaisesLater() raised KeyError: 'later'"),
        (Exits(), "Exits(asks=False) raised SystemExit: 5"),
        (Exits(asks=True), "Exits(asks=True) raised SystemExit: 6"),
        (Asks(), "Asks(what=None) returned None; a policy returns a sequence of messages"),
        (Asks(("abc",)), "holds 'abc'; a view holds Message values only, with text"),
        (Shows(), "holds Message(role='user', content=None"),
    ],
)
def test_a_broken_policy_ends_the_session_by_its_name(policy: Any, says: str) -> None:
    run = run_reference(invoices(12), policy=choice_of("Policy", policy), view_budget=60)
    assert run.ending == "returned"
    assert finished(run)[0] == "failed"
    assert says in finished(run)[1]


class Plain:
    """A policy that prints with its address."""

    def __call__(self, view: View, budget: int) -> View:
        """The pins and the newest two."""
        return (*(message for message in view[:-2] if message.pinned), *view[-2:])


def test_no_address_in_memory_reaches_the_journal_or_the_history() -> None:
    run = run_reference(invoices(12), policy=choice_of("Policy", Plain), view_budget=60)
    assert b'"policy":"Plain"' in run.journal
    assert b" at 0x" not in run.journal + run.history.encoded()
    assert judge(run, SAFETY).outcome != "invalid"
