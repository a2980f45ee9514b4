"""Golden journals replay under today's code; a changed rule and a changed fold are noticed, and named where they begin.

A session whose code changed between the crash and the resume goes on where the gate lets it, and ends well.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace as changed
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from evals.cases import clean_specs, run_of
from evals.goldens import GOLDENS, journal
from harness import resolve
from harness.journal import JournalError, decode
from harness.orchestrators.reference import run as run_reference
from harness.orchestrators.reference.entries import Entry, Finished, decode_entries
from harness.orchestrators.reference.prefixes import prefix_checks
from harness.orchestrators.reference.replaying import Decide
from harness.orchestrators.reference.rules import RULES
from harness.orchestrators.reference.state import State, evolve
from harness.points import sampled
from harness.run import Run, execute, live_in_sim
from harness.spec import Policy, Spec
from harness.track import BOOT_MS, Track
from harness.types import Setup, Tool
from longhaul.goldens import Code, accept, beside, golden_of, replayed, setup_of, surroundings
from longhaul.journals import journal_in
from longhaul.names import short_name
from longhaul.replays import replay_text
from longhaul.tiers import Tier, crashes

pytestmark = pytest.mark.usefixtures("reference_only")
SHARE = {"smoke": 0.02, "pr": 0.1}
"""The share of the single crashes whose journals are judged prefix by prefix; all of them in the other tiers."""


def kinds_in(name: str) -> Counter[str]:
    """How many entries of each type a golden journal holds."""
    return Counter(type(entry).__name__ for entry in journal_in(journal(name)).entries)


@pytest.mark.parametrize("name", GOLDENS)
def test_a_golden_journal_replays_under_todays_code(name: str) -> None:
    found = replayed(journal(name), golden_of(journal(name)))
    assert found.same, (
        f"{replay_text(found)}\nmeant? scripts/golden records all anew, longhaul replay --accept keeps it"
    )
    assert found.decisions >= 5 and found.marks
    assert golden_of(journal(name)).spec == GOLDENS[name], "the spec is another one; run scripts/golden"


def test_every_golden_journal_is_listed_and_every_kind_of_entry_is_in_one() -> None:
    files = {path.name for path in journal("any").parent.iterdir()}
    assert files == {path.name for name in GOLDENS for path in (journal(name), beside(journal(name)))}
    seen = sum((kinds_in(name) for name in GOLDENS), Counter())
    assert set(seen) == {kind.__name__ for kind in Entry.__args__}


@pytest.mark.parametrize(
    ("name", "holds"),
    [
        ("doubt_deduplicating", {"Resumed"}),
        ("doubt_queryable", {"Resumed", "Failed"}),
        ("doubt_blind", {"Resumed", "Waiting", "Answered"}),
        ("summaries", {"Condensed", "Compacted", "Resumed", "Failed"}),
        ("sliding_window", {"Compacted"}),
        ("rate_limits", {"Failed"}),
        ("refused_calls", {"Nudged"}),
        ("torn_and_resumed", {"Resumed"}),
        ("out_of_turns", {"Warned"}),
        ("parked_in_doubt", {"Failed", "Finished"}),
        ("nobody_answers", {"Failed", "Waiting"}),
    ],
)
def test_a_golden_journal_holds_what_it_is_there_for(name: str, holds: set[str]) -> None:
    assert holds <= set(kinds_in(name))


def test_the_golden_journals_end_in_every_way() -> None:
    ends = {name: journal_in(journal(name)).entries[-1] for name in GOLDENS}
    outcomes = {entry.outcome if isinstance(entry, Finished) else "killed" for entry in ends.values()}
    assert outcomes == {"completed", "failed", "parked", "killed"}
    assert journal_in(journal("torn_tail")).torn > 0


def without(rule: str) -> Decide:
    """Today's `decide` without one rule; the last rule stands in where no other is left."""
    rules = [known for known in RULES if known.__name__ != rule]

    def decide_without(state: State, config: Any) -> Any:
        if state.finished is not None:
            return None
        return next((command for known in rules if (command := known(state, config)) is not None), None)

    return decide_without


@pytest.mark.parametrize("rule", [rule.__name__ for rule in RULES])
def test_a_rule_that_is_gone_is_noticed_in_some_golden_journal(rule: str) -> None:
    found = [replayed(journal(name), golden_of(journal(name)), Code(decide=without(rule))) for name in GOLDENS]
    noticed = [item for item in found if item.differences]
    assert noticed, f"no golden journal notices that {rule} is gone; add one"
    assert not any(item.states for item in found), "the same entries fold to the same state, whatever is decided"
    text = " ".join(replay_text(noticed[0]).split())
    assert all(words in text for words in (" differ", "the first after entry", "recorded:", "today's code:")), text


@pytest.mark.parametrize("field", ["tokens", "turn", "cost", "lives"])
def test_a_fold_that_counts_otherwise_is_noticed_by_the_digests_where_the_decisions_agree(field: str) -> None:
    def otherwise(state: State, entry: Entry) -> State:
        after = evolve(state, entry)
        return replace(after, **{field: getattr(after, field) + 1}) if isinstance(entry, Finished) else after

    found = replayed(journal("clean_rename_api"), golden_of(journal("clean_rename_api")), Code(evolve=otherwise))
    assert not found.differences
    assert found.states == ((found.entries, (field,)),)
    assert f"differs in {field}" in replay_text(found)


def test_what_is_accepted_is_no_difference_until_it_changes_again(tmp_path: Path) -> None:
    path = tmp_path / "mine.journal"
    path.write_bytes(journal("clean_pay_invoices").read_bytes())
    accept(path, GOLDENS["clean_pay_invoices"])
    golden = golden_of(path)
    gone = replayed(path, golden, Code(decide=without("complete")))
    declared = changed(golden, accepted={item.after: item.decided for item in gone.differences})
    assert replayed(path, declared, Code(decide=without("complete"))).same
    again = replayed(path, declared)
    assert not again.same and again.stale == tuple(declared.accepted)


# C55: the code, the prompt or a tool changes between the crash and the resume


def taken_up(name: str, **changes: Any) -> tuple[Track, str]:
    """A new life with today's code on the golden journal of a run that was cut off, in the world that the run left."""
    run = execute(GOLDENS[name])
    track = Track(changed(run.spec, strikes=()), changed(run.setup, **changes), resolve.policy(run.spec.policy))
    track.disk.append(journal(name).read_bytes())
    track.disk.flush()
    track.world, track.now_ms, track.life = run.world, run.ended_ms + BOOT_MS, run.lives
    return track, live_in_sim(run_reference, track)[0]


def paid_once(track: Track) -> bool:
    """The world is right, and no invoice was paid twice."""
    paid = Counter(deed.intent for deed in track.world.effects if deed.tool == "pay_invoice")
    return track.setup.check(track.world) is None and set(paid.values()) == {1}


CUT_OFF = ("torn_tail", "killed_in_payment")


@pytest.mark.parametrize("name", CUT_OFF)
def test_a_session_that_was_cut_off_is_taken_up_by_todays_code_where_the_gate_lets_it(name: str) -> None:
    assert replayed(journal(name), golden_of(journal(name))).same
    track, ending = taken_up(name)
    assert ending == "returned" and paid_once(track)


def redescribed(setup: Setup) -> tuple[Tool, ...]:
    """The tools with more to say for themselves."""
    return tuple(changed(tool, description=f"{tool.description} Mind the amounts.") for tool in setup.tools)


@pytest.mark.parametrize("name", CUT_OFF)
def test_a_new_prompt_does_not_reach_a_session_that_has_its_goal_and_the_gate_names_it(name: str) -> None:
    found = replayed(journal(name), golden_of(journal(name)), Code(setup_of=lambda spec: with_goal(setup_of(spec))))
    assert not found.same and "the session would start otherwise: goal: " in replay_text(found)
    track, ending = taken_up(name, goal="Pay nothing.")
    requests = [event for event in track.history if event.kind == "request"]
    assert ending == "returned" and paid_once(track) and requests
    assert not any("Pay nothing." in str(event.detail["new"]) for event in requests)


def with_goal(setup: Setup) -> Setup:
    """The setup with another prompt."""
    return changed(setup, goal="Pay nothing.")


@pytest.mark.parametrize("name", CUT_OFF)
def test_new_words_of_a_tool_are_named_by_the_gate_and_the_session_still_ends_well(name: str) -> None:
    code = Code(setup_of=lambda spec: changed(setup_of(spec), tools=redescribed(setup_of(spec))))
    found = replayed(journal(name), golden_of(journal(name)), code)
    assert found.differences[0].after == 1 and found.differences[0].decided.startswith("Asked(tokens=")
    track, ending = taken_up(name, tools=redescribed(execute(GOLDENS[name]).setup))
    assert ending == "returned" and paid_once(track)


def test_a_tool_that_can_no_longer_be_asked_leads_to_a_person_and_the_gate_names_it() -> None:
    name = "doubt_queryable"
    blind = Code(setup_of=lambda spec: changed(setup_of(spec), tools=made_blind(setup_of(spec))))
    assert replayed(journal(name), golden_of(journal(name)), blind).differences[0].decided.startswith("Waiting(")
    track, ending = taken_up("killed_in_payment", tools=made_blind(execute(GOLDENS["killed_in_payment"]).setup))
    assert ending == "returned" and paid_once(track)
    assert track.passages()["human"] == 2


def made_blind(setup: Setup) -> tuple[Tool, ...]:
    """The tools, none of which can be asked or recognises a key."""
    return tuple(changed(tool, kind="blind") for tool in setup.tools)


def test_another_policy_or_budget_is_another_session_and_is_refused_with_the_reason() -> None:
    golden = golden_of(journal("killed_in_payment"))
    for spec in (changed(golden.spec, policy=Policy("drop_all")), changed(golden.spec, view_budget=0.5)):
        with pytest.raises(JournalError, match="belongs to session"):
            replayed(journal("killed_in_payment"), changed(golden, spec=spec))


# every record boundary of every journal is a place where the process may have died


def judged_prefixes(run: Run) -> int:
    """How many prefixes of a run's journal were judged; fails with the spec and the first violation."""
    config = surroundings(run.spec, run.setup).config
    report = prefix_checks(decode_entries(decode(run.journal).records, ""), config)
    assert not report.violations, f"{run.spec!r}: {report.witness}"
    return report.prefixes


@pytest.mark.parametrize("spec", clean_specs(), ids=short_name)
def test_every_prefix_of_every_journal_may_be_the_last(spec: Spec, tier: Tier) -> None:
    clean = judged_prefixes(run_of(spec))
    assert clean > 100
    struck = sampled(crashes(spec, tier), SHARE.get(tier, 1.0))
    # a run whose crash came early has the whole rest of its journal behind a resume
    assert sum(judged_prefixes(execute(crash)) for crash in struck) > clean


@pytest.mark.parametrize("name", GOLDENS)
def test_every_prefix_of_a_golden_journal_may_be_the_last(name: str) -> None:
    config = surroundings(GOLDENS[name], setup_of(GOLDENS[name])).config
    report = prefix_checks(journal_in(journal(name)).entries, config)
    assert (report.prefixes, report.witness) == (sum(kinds_in(name).values()), "")
