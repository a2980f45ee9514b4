"""`longhaul points` as a user types it: a table that fits the page, JSON with fixed keys, mistakes in one line."""

from __future__ import annotations

import json

import pytest

from harness.catalogue.points import POINTS
from longhaul._tests.foreign import Foreign
from longhaul.command import main

IDS = [point.id for point in POINTS]


def test_one_row_for_each_id_in_a_hundred_columns(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["points", "rename_api", "--policy", "summarize", "--view-budget", "0.5"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line[:3] for line in lines[1:]] == IDS
    assert max(map(len, lines)) <= 100
    rows = {line[:3]: line.split(maxsplit=2)[1:] for line in lines[1:]}
    assert rows["C04"] == ["0", "no answer travels as bytes here: --setting wire"]
    assert rows["C33"][0] == "2" and rows["C33"][1].startswith("disk:append#32/torn")
    assert rows["C52"] == ["0", "no tool of this scenario can be queried: --kind queryable"]
    assert rows["C50"][1].endswith("given Strike('tool:rename_in_file', 1, CrashAfter())")


def test_over_the_wire_an_answer_can_be_cut_by_death(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["points", "pay_invoices", "--horizon", "4", "--setting", "wire", "--json"]) == 0
    places = [place for place in json.loads(capsys.readouterr().out) if place["id"] == "C04"]
    assert [(place["site"], place["nth"], place["when"]) for place in places] == [
        ("wire", nth, "torn") for nth in range(1, 6)
    ]
    assert places[0]["why"] == "half of the answer has arrived: CrashMidAnswer()"


def test_json_lists_every_place_with_just_these_keys(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["points", "pay_invoices", "--kind", "queryable", "--horizon", "4", "--json"]) == 0
    places = json.loads(capsys.readouterr().out)
    assert {tuple(place) for place in places} == {("id", "site", "nth", "when", "reachable", "why")}
    assert list(dict.fromkeys(place["id"] for place in places)) == IDS
    for place in places:
        assert place["why"], place
        if place["reachable"]:
            assert place["site"] and place["nth"] >= 1 and place["when"] in ("before", "torn", "after"), place
        else:
            assert (place["site"], place["nth"], place["when"]) == ("", 0, ""), place
            assert sum(other["id"] == place["id"] for other in places) == 1, place
    asked = [(place["site"], place["when"]) for place in places if place["id"] == "C52"]
    assert asked == [("query:pay_invoice", "before"), ("query:pay_invoice", "after")] * 2


def test_the_orchestrator_decides_what_is_there(strangers: Foreign) -> None:
    grid = ("water_plants.py:SCENARIO", "--orchestrator", "my_loop.py:run", "--horizon", "5")
    done = strangers.longhaul("points", *grid)
    assert done.code == 0, done.err
    assert "the journal is not in the harness's format" in done.out
    assert "tool:water#1/after" in done.out and "disk:truncate#2/before" in done.out
    assert done.widest <= 100


@pytest.fixture
def strangers(repository: Foreign) -> Foreign:
    """A foreign repository with a scenario and an orchestrator of its own."""
    for name in ("water_plants.py", "my_loop.py"):
        repository.copy(name)
    return repository


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["pay_invoice"], "did you mean pay_invoices?"),
        (["pay_invoices", "--policy", "keep_al"], "did you mean keep_all"),
        (["pay_invoices", "--orchestrator", "referense"], "did you mean reference?"),
        (["pay_invoices", "--view-budget", "much"], "view budget is 'much'"),
        (["pay_invoices", "--kind", "deaf"], "'deaf' is not one of"),
        (["pay_invoices", "--horizon", "0"], "--horizon"),
        ([], "Missing argument 'SCENARIO'"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["points", *arguments]) == 2
    done = capsys.readouterr()
    assert said in " ".join(done.err.split()) and done.out == ""
