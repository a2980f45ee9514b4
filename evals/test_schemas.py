"""Tools that the work does not need cost what published sessions say they cost, and paging their schemas wins it back.

Pichay's 857 sessions: 18 tools sent with a request and 3 used; unused schemas are 20.2 % of the input, 11.0 % in the
projection onto a corpus. Here 15 spare tools come to 18 or so; how much that is depends on how long the views are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from evals.cases import run_of
from harness.arguments import canonical
from harness.checks import judge
from harness.metrics.cost import BOOKS, Prices, cost
from harness.metrics.health import hallucinated_calls, steps
from harness.metrics.paging import fault_rate, thrash
from harness.metrics.waste import waste_unused_schema
from harness.policies.demand_paging import DemandPaging
from harness.policies.stubs import pages_of
from harness.run import Run, execute
from harness.spec import Model, Policy, Spec, choice_of
from harness.types import Tool, View

SPARE = 15
FAMILIES = ("triage_tickets", "answer_from_manual", "book_trip", "fix_issue", "rename_api", "pay_invoices")
"""Scenarios that demand paging of results finishes in half of the working set, with a model that uses all it sees."""

PAGED = Policy("demand_paging")
UNPAGED = Policy("demand_paging", schemas=9.0)
"""Paging of results alone: every schema fits its share."""


@dataclass(frozen=True)
class EvictsAtOnce(DemandPaging):
    """A definition stays for the one request after its fault: what is in use is evicted at every turn."""

    def offer(self, view: View, tools: tuple[Tool, ...], budget: int) -> tuple[Tool, ...]:
        """Whole are the tools whose newest call was without arguments."""
        newest = next((message.calls for message in reversed(view) if message.calls), ())
        return pages_of(tools).offered(frozenset(call.name for call in newest if canonical(call.arguments) == "{}"))


@dataclass(frozen=True)
class LeavesOut:
    """Offers all but the last 60 tools, and keeps every view."""

    def __call__(self, view: View, budget: int) -> View:
        return view

    def offer(self, view: View, tools: tuple[Tool, ...], budget: int) -> tuple[Tool, ...]:
        """The first of the tools."""
        return tools[:-60]


def work_of(name: str, policy: object, spare: int = SPARE, model: str = "perfect") -> Run:
    return run_of(Spec(name, policy=choice_of("Policy", policy), view_budget=0.5, spare_tools=spare, model=model))


@pytest.mark.parametrize("name", FAMILIES)
def test_paging_schemas_wastes_less_and_costs_less_and_the_work_is_done(name: str) -> None:
    paged, unpaged, everything = (work_of(name, policy) for policy in (PAGED, UNPAGED, "keep_all"))
    assert paged.completed and unpaged.completed and everything.completed
    assert judge(paged).outcome == "pass"
    wasted, unpaged_wasted, most = (waste_unused_schema(run) or 0.0 for run in (paged, unpaged, everything))
    assert wasted < 0.5 * min(unpaged_wasted, most)
    assert all(cost(paged, book) < cost(unpaged, book) for book in BOOKS)
    assert cost(paged, Prices("none")) < 0.75 * min(cost(unpaged, Prices("none")), cost(everything, Prices("none")))


@pytest.mark.parametrize("name", FAMILIES)
def test_a_definition_costs_one_turn_to_bring_back_and_is_brought_back_once(name: str) -> None:
    paged, unpaged = work_of(name, PAGED), work_of(name, UNPAGED)
    own = len(paged.setup.tools) - SPARE
    assert 1 <= steps(paged) - steps(unpaged) <= own + 1


@pytest.mark.parametrize("name", FAMILIES)
def test_without_spare_tools_nothing_is_wasted_and_nothing_is_paged(name: str) -> None:
    paged, unpaged = work_of(name, PAGED, 0), work_of(name, UNPAGED, 0)
    assert paged.trace == unpaged.trace
    assert waste_unused_schema(paged) == 0


@pytest.mark.parametrize("name", ["book_trip", "fix_issue"])
def test_with_eighteen_tools_the_waste_is_of_the_published_size(name: str) -> None:
    """In the views of these families, without compaction; the published shares are 11 % and 20 %, of longer sessions."""
    share = waste_unused_schema(run_of(Spec(name, spare_tools=SPARE)))
    assert share is not None and 0.11 <= share <= 0.4


@pytest.mark.parametrize("name", ["triage_tickets", "book_trip", "rename_api"])
def test_a_policy_that_evicts_what_is_in_use_thrashes_and_is_seen_to(name: str) -> None:
    """It is finished at last, or the cap on turns ends it; either way half of its turns are faults."""
    sound, restless = work_of(name, PAGED), work_of(name, EvictsAtOnce())
    assert (thrash(restless) or 0) > 0.25 > (thrash(sound) or 0)
    assert (fault_rate(restless) or 0) > 2 * (fault_rate(sound) or 0)
    assert steps(restless) > 1.4 * steps(sound)


@pytest.mark.parametrize("profile", ["mid", "weak"])
def test_the_more_tools_a_request_offers_the_more_calls_go_to_none_of_them(profile: str) -> None:
    """A stub is offered as well: its name is there to be mixed up. Paging does not help here, offering fewer tools does."""
    spec = Spec("fix_issue", horizon=24, model=Model(profile))
    few, many = (_share(replace(spec, spare_tools=count)) for count in (0, 60))
    left_out = _share(replace(spec, spare_tools=60, policy=choice_of("Policy", LeavesOut())))
    assert few == left_out < many


def _share(spec: Spec) -> float:
    """Steps that call a tool that does not exist, over 40 seeds."""
    runs = [execute(replace(spec, seed=seed)) for seed in range(40)]
    return sum(map(hallucinated_calls, runs)) / sum(map(steps, runs))
