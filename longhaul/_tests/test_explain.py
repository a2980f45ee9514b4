"""`longhaul faults` and `longhaul explain`: the catalogue as a user reads it."""

from __future__ import annotations

import json

import pytest

from harness.catalogue.faults import HAZARDS
from harness.catalogue.invariants import INVARIANTS
from harness.catalogue.points import NOT_STRUCK, POINTS
from harness.run import execute
from harness.spec import parse
from longhaul import exits
from longhaul.command import main
from longhaul.explaining import explain


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == exits.FINE
    return capsys.readouterr().out


def test_the_table_of_faults_has_every_id_and_fits_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(capsys, "faults")
    rows = out.splitlines()
    assert [row[:3] for row in rows[1:] if not row.startswith(" ")] == [hazard.id for hazard in HAZARDS]
    assert max(map(len, rows)) <= 100
    assert "F27  model    pending(permissions)" in rows
    assert "F01  model    mask, surface where it stays  once, n_times, for_ever, chance, recovery" in rows
    assert any(row.strip() == "a stream that ends too early, cleanly" for row in rows)


def test_the_faults_as_json_have_the_documented_fields(capsys: pytest.CaptureFixture[str]) -> None:
    rows = json.loads(printed(capsys, "faults", "--json"))
    assert len(rows) == 53
    assert all(list(row) == ["id", "layer", "modes", "expected", "source"] for row in rows)
    found = {row["id"]: row for row in rows}
    assert {row["layer"] for row in rows} == {"model", "tool", "store", "process", "host"}
    assert (found["F11"]["expected"], found["H04"]["expected"]) == ("mask", "surface")
    assert (found["F18"]["expected"], found["T12"]["expected"]) == ("out_of_contract", "pending(approvals)")
    assert (found["T15"]["modes"], found["T12"]["modes"], found["T16"]["modes"]) == (["for_ever"], [], [])


@pytest.mark.parametrize(
    ("id", "words"),
    [
        ("I5", ["write ahead", "checks           write_ahead, journal_whole", "Flush intents before calls"]),
        ("C18", ["result in memory, not yet written", "at stake", "disk:append"]),
        (
            "F11",
            ["cut arguments that still parse", "mask: the work is finished", "TruncatedArguments()", "if it stays"],
        ),
        ("T03", ["LateEffect()", "kind='queryable'"]),
        ("H04", ["surface: the run ends or parks", "once, for_ever", "DamagedJournal()"]),
        ("f27", ["F27", "it cannot occur here yet: it needs permissions"]),
        ("I21", ["longhaul replay JOURNAL"]),
        ("C55", ["not a strike"]),
        ("T16", ["key_bound"]),
        ("F18", ["in pay_invoices", "what is paid stands in the ledger only"]),
    ],
)
def test_an_id_is_explained(capsys: pytest.CaptureFixture[str], id: str, words: list[str]) -> None:
    out = printed(capsys, "explain", id)
    assert [word for word in words if word not in out] == []
    assert all(len(line) <= 100 for line in out.splitlines() if not line.startswith("try "))


def test_an_explanation_as_json_holds_a_spec_that_can_be_run(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(printed(capsys, "explain", "H04", "--json"))
    assert {"id", "title", "cause", "fix", "source", "pending", "spec", "expected"} <= set(found)
    assert all(execute(parse(found["spec"])).fired)


@pytest.mark.parametrize(
    ("id", "hint"),
    [("F99", "did you mean F"), ("I29", "did you mean I"), ("C24", "did you mean C"), ("xyz", "there are C00 to C71")],
)
def test_an_unknown_id_is_told_what_there_is(capsys: pytest.CaptureFixture[str], id: str, hint: str) -> None:
    assert main(["explain", id]) == exits.USAGE
    error = " ".join(capsys.readouterr().err.split())
    assert f"the catalogue has no id '{id}'" in error and hint in error


def test_every_live_crash_point_that_a_strike_can_reach_has_a_spec() -> None:
    struck = [point.id for point in POINTS if point.live and point.id not in NOT_STRUCK]
    specs = {id: explain(id).spec for id in struck}
    assert [id for id, spec in specs.items() if spec is None] == []
    assert all(all(execute(spec).fired) for spec in specs.values() if spec is not None)


def test_every_id_is_explained_under_its_own_name() -> None:
    for id in [*(hazard.id for hazard in HAZARDS), *(invariant.id for invariant in INVARIANTS)]:
        assert explain(id).entry.id == id == explain(id.lower()).entry.id
