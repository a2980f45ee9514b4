"""What the recorded harness itself kept, and what policies would have: on conversations small enough to see through."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harness.spec import Choice
from longhaul.traces.measure import measure
from longhaul.traces.play import Played, as_recorded, play, total, write
from scenarios.importers import Trajectory


def call(name: str, **arguments: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": "", "tool_calls": [{"id": name, "name": "look", "arguments": arguments}]}


def result(name: str, text: str) -> dict[str, Any]:
    return {"role": "tool", "content": text, "tool_call_id": name}


TALK = [
    {"role": "user", "content": "Go."}, call("a"), result("a", "alpha_1 and beta_2"), call("b"), result("b", "nothing"),
    call("c", what="alpha_1"), result("c", "x"), call("d", what="beta_2"), result("d", "y"),
    {"role": "assistant", "content": "Done."},
]  # fmt: skip


def recorded(*events: dict[str, Any]) -> Played:
    given = Trajectory("x", TALK, events)
    return as_recorded(measure(given), given)


def counts(row: Played) -> tuple[int, int, int]:
    found = row.references
    return found.in_view, found.by_pointer, found.lost


def test_without_compactions_everything_was_in_view():
    assert counts(recorded()) == (2, 0, 0)


def test_what_a_recorded_compaction_dropped_was_lost_unless_its_summary_named_it():
    assert counts(recorded({"at": 5, "kind": "compaction", "summary": "We saw beta_2."})) == (1, 0, 1)
    assert counts(recorded({"at": 5, "kind": "compaction", "kept": [0, 1, 2]})) == (2, 0, 0)


def test_what_a_microcompaction_took_away_was_in_reach_of_its_call():
    talk = [*TALK]
    talk[2] = result("a", "alpha_1 and beta_2 " + "and so on, " * 20)
    event = {"at": 5, "kind": "microcompaction", "evicted_tool_call_ids": ["a"]}
    given = Trajectory("x", talk, [event])
    assert counts(as_recorded(measure(given), given)) == (0, 2, 0)


def test_policies_are_played_and_summed(tmp_path: Path):
    given = Trajectory("x", TALK)
    policies = [Choice("Policy", "keep_all"), Choice("Policy", "drop_all")]
    kept, dropped = play(write(given, tmp_path, 1), policies, 20)
    assert counts(kept) == (2, 0, 0) and not kept.failed
    assert dropped.compactions > 0 and dropped.input < kept.input
    both = total([kept, kept])
    assert (both.input, both.peak, counts(both)) == (2 * kept.input, kept.peak, (4, 0, 0))


PERSON = [
    {"role": "user", "content": "Go."}, call("a"), result("a", "alpha_1"), {"role": "assistant", "content": "Which?"},
    {"role": "user", "content": "Take gamma_3."}, call("b", what="gamma_3"), result("b", "gamma_3 it is"),
    call("c", what="alpha_1 gamma_3"), result("c", "done"), {"role": "assistant", "content": "Done."},
]  # fmt: skip


def test_what_a_person_named_in_the_middle_is_no_reference_as_recorded_or_played(tmp_path: Path):
    given = Trajectory("x", PERSON)
    (kept,) = play(write(given, tmp_path, 1), [Choice("Policy", "keep_all")], 1_000)
    assert counts(as_recorded(measure(given), given)) == counts(kept) == (1, 0, 0)


def test_a_compaction_counts_where_what_it_dropped_was_never_shown(tmp_path: Path):
    given = Trajectory("x", TALK)
    (dropped,) = play(write(given, tmp_path, 1), [Choice("Policy", "drop_all")], 5)
    assert (dropped.peak, dropped.compactions) == (dropped.input // 5, 4)


def test_a_very_long_result_is_cut_by_the_orchestrator_under_any_policy(tmp_path: Path):
    long = "x" * 20_000 + " alpha_1 " + "x" * 20_000
    talk = [TALK[0], call("a"), result("a", long), call("b", what="alpha_1"), result("b", "y")]
    given = Trajectory("x", talk)
    (kept,) = play(write(given, tmp_path, 1), [Choice("Policy", "keep_all")], 1_000)
    assert counts(as_recorded(measure(given), given)) == (1, 0, 0)
    assert counts(kept) == (0, 1, 0)
    assert kept.references.gain(0.75) == 0
