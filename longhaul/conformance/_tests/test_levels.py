"""Every orchestrator lands where it should, with its reason; every requirement is failed by somebody who deserves it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest

from harness.checks import CHECKS
from harness.spec import Choice
from longhaul.conformance.exclusions import NOTHING
from longhaul.conformance.levels import conformance_of
from longhaul.conformance.requirement import LEVELS, Conformance, Finding
from longhaul.conformance.requirements import REQUIREMENTS
from longhaul.conformance.table import text

HERE = Path(__file__).parent
BROKEN = HERE.parents[2] / "harness/_tests/broken"
STRANGERS = HERE.parents[1] / "_tests/strangers"


@lru_cache(maxsize=64)
def found(name: str, *only: str) -> Conformance:
    """What tier smoke finds of an orchestrator, by all requirements or by some."""
    path, colon, attribute = name.partition(":")
    if colon:
        folder = next(folder for folder in (HERE, BROKEN, STRANGERS) if (folder / path).exists())
        name = f"{folder / path}:{attribute}"
    asked = tuple(requirement for requirement in REQUIREMENTS if requirement.name in (only or (requirement.name,)))
    return conformance_of(Choice("Orchestrator", name), "smoke", NOTHING, asked)


def finding(name: str, requirement: str) -> Finding:
    """What is found of one requirement."""
    return found(name, requirement).findings[0]


def test_the_reference_reaches_every_requirement() -> None:
    assert [(item.requirement.name, item.reason) for item in found("reference").findings if not item.holds] == []
    assert found("reference").level == "ADVERSARIAL"
    assert {item.outcome for item in found("reference").findings} == {"pass"}


def test_the_replay_control_is_durable_and_repeats_effects() -> None:
    replay = found("replay")
    assert replay.level == "DURABLE"
    exact = {item.requirement.name: item.reason for item in replay.of("EXACT") if not item.holds}
    assert set(exact) == {
        "once_deduplicating", "once_queryable", "once_blind", "doubt_named", "lost_answers", "acts_on_whole"
    }  # fmt: skip
    assert exact["once_queryable"].startswith("effect_once: effect pay_invoice INV-0000")
    assert "it was called again under the new key" in exact["doubt_named"]


def test_the_naive_control_reaches_nothing_and_lacks_what_each_level_needs() -> None:
    naive = found("naive")
    assert naive.level == "NONE"
    outcomes = {item.requirement.name: item.outcome for item in naive.findings}
    assert {name for name, outcome in outcomes.items() if outcome == "pass"} == {
        "completes",
        "well_formed",
        "keeps_pins",
    }
    assert (outcomes["outlasts_model"], outcomes["work_kept"], outcomes["once_queryable"]) == (
        "absent",
        "absent",
        "fail",
    )
    assert not any(item.holds for item in naive.findings if item.outcome == "absent" and item.requirement.demanded)


def test_a_strangers_loop_of_25_lines_would_be_durable_but_has_no_retries_and_no_caps() -> None:
    loop = found("my_loop.py:run")
    short = {item.requirement.name for item in loop.findings if not item.holds}
    assert loop.level == "NONE"
    assert short & {"outlasts_model", "keeps_caps"} == {"outlasts_model", "keeps_caps"}
    assert not short & {"completes", "work_kept", "world_kept", "torn_tails", "once_deduplicating", "once_queryable"}
    assert "once_blind" in short


WRONG = [
    ("completes", "waits_for_ever.py:run", "ended as stuck"),
    ("completes", "loops.py:returns_at_once", "(and 5 more) never happened"),
    ("completes", "loops.py:asks_for_ever", "ended as limit"),
    ("well_formed", "loops.py:forgets_results", "the model refused request"),
    ("keeps_pins", "drops_goal.py:LOOP", "lacks the pinned message"),
    ("compacts", "drops_goal.py:LOOP", ""),
    ("keeps_caps", "naive", "sent a request after 2 turns were used"),
    ("outlasts_model", "sound.py:LOOP", "ended as stuck"),
    ("outlasts_model", "naive", "no retries"),
    ("backs_off", "hasty.py:LOOP", "backoff_respected: "),
    ("backs_off", "stubborn.py:LOOP", "backoff_respected: "),
    ("outlasts_tools", "naive", "RateLimited"),
    ("bad_answers", "naive", "no tool 'delete_everything'"),
    ("work_kept", "assumes_done.py:LOOP", "never happened"),
    ("work_kept", "naive", "no journal"),
    ("work_kept", "no_flush.py:LOOP", "no journal"),
    ("world_kept", "assumes_done.py:LOOP", "still uses"),
    ("torn_tails", "loops.py:trusts_its_file", "JSONDecodeError"),
    ("readable_journal", "glued.py:LOOP", "journal_whole: the journal"),
    ("shown_whole", "forgets_calls.py:LOOP", "tool_use"),
    ("little_again", "loops.py:notes_and_starts_over", "bounded_reexecution: "),
    ("stays_done", "loops.py:notes_and_starts_over", "is a request at model"),
    ("caps_kept", "resets_budget.py:LOOP", "were used"),
    ("once_deduplicating", "fresh_key.py:LOOP", "happened twice"),
    ("once_queryable", "replay", "happened twice"),
    ("once_blind", "asks_nobody.py:LOOP", "happened twice"),
    ("doubt_named", "fresh_key.py:LOOP", "under the new key"),
    ("lost_answers", "replay", "happened twice: life 0"),
    ("acts_on_whole", "replay", "whole_answers: pay_invoice at event"),
    ("intent_first", "late_flush.py:LOOP", "but "),
    ("intent_first", "early_request.py:LOOP", "shows the outcome of call"),
    ("intent_first", "effect_first.py:LOOP", "its intent"),
    ("ends_for_good", "restless.py:run", "Finished was durable"),
    ("masks_faults", "replay", "whole_answers: "),
    ("surfaces_faults", "replay", ""),
    ("masks_in_recovery", "replay", "happened twice: life 0"),
    ("goes_on", "gives_up.py:LOOP", ""),
    ("mixed_faults", "replay", ""),
    ("names_errors", "replay", "error_named: "),
    ("killed_again", "glued.py:LOOP", ""),
    ("mangled_tails", "replay", "ended as raised"),
    ("trouble_in_doubt", "sound.py:LOOP", "never happened"),
    ("faults_that_stay", "stubborn.py:LOOP", ""),
    ("crash_loops", "sound.py:LOOP", "16 lives"),
]


@pytest.mark.parametrize(("requirement", "loop", "why"), WRONG)
def test_a_wrong_loop_fails_its_requirement(requirement: str, loop: str, why: str) -> None:
    item = finding(loop, requirement)
    assert not item.holds, item
    assert why in item.reason
    assert item.outcome == "absent" or item.spec is not None


def test_every_requirement_is_failed_by_a_wrong_loop() -> None:
    assert {requirement for requirement, *_ in WRONG} == {item.name for item in REQUIREMENTS}


def test_every_check_decides_some_requirement() -> None:
    decide = {name for item in REQUIREMENTS for name in (*item.checks, *item.guards)}
    assert decide == {check.__name__ for check in CHECKS}


def test_names_are_given_once_and_levels_come_in_order() -> None:
    names = [item.name for item in REQUIREMENTS]
    assert len(set(names)) == len(names)
    assert not set(names) & {check.__name__ for check in CHECKS}
    assert [item.level for item in REQUIREMENTS] == sorted(
        (item.level for item in REQUIREMENTS), key=list(LEVELS).index
    )


HOPELESS = [
    ("raises_at_once", "RuntimeError: no configuration"),
    ("never_returns", "nobody could move any more"),
    ("asks_for_ever", "model requests"),
    ("returns_at_once", "(and 5 more) never happened"),
    ("no_coroutine", "it must be a coroutine function: async def"),
    ("asks_nonsense", ""),
]


@pytest.mark.parametrize(("loop", "why"), HOPELESS)
def test_whoever_does_not_do_the_job_gets_a_table_that_says_so(loop: str, why: str) -> None:
    hopeless = found(f"loops.py:{loop}")
    assert hopeless.level == "NONE"
    assert (hopeless.findings[0].outcome, hopeless.harness_errors) == ("fail", ())
    assert why in hopeless.findings[0].reason
    assert not [item for item in hopeless.findings if item.holds and item.requirement.demanded and item.valid == 0]
    lines = text(hopeless).splitlines()
    assert max(len(line) for line in lines if "longhaul repro" not in line and "/" not in line) <= 100


@pytest.mark.parametrize("name", ["reference", "replay", "naive", "my_loop.py:run"])
def test_every_planned_run_says_something(name: str) -> None:
    drawn = {item.name for item in REQUIREMENTS if item.drawn}
    silent = {item.requirement.name for item in found(name).findings if item.valid != item.runs}
    assert silent <= drawn
    assert all(item.valid for item in found(name).findings if item.runs)


def test_capabilities_are_seen_and_not_declared() -> None:
    def able(name: str) -> set[str]:
        return {item.name for item in found(name, "completes").capabilities if item.present}

    everything = {item.name for item in found("reference", "completes").capabilities}
    assert able("reference") == everything
    assert able("naive") == {"repeatable"}
    assert able("replay") == {"repeatable", "journal", "retries", "deadlines"}
    assert able("sound.py:LOOP") == everything - {"deadlines", "compaction"}
    assert able("no_flush.py:LOOP") & {"journal"} == set()
