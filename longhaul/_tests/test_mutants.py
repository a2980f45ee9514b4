"""`longhaul mutants` as a user sees it: the table, the JSON, and the exit code where one survives."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from harness.mutants import MUTANTS
from harness.mutants.trying import Trial
from harness.spec import Spec, parse
from longhaul.command import main
from longhaul.commands.mutants import plain, table

KILLED = Trial(MUTANTS[0], Spec("pay_invoices", horizon=6), "a witness", 1, ())
SURVIVOR = replace(KILLED, plan=None, witness="", specs=17)


def test_the_table_names_every_mutant_its_killer_and_the_run_that_shows_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mutants"]) == 0
    shown = capsys.readouterr()
    lines = shown.out.splitlines()
    assert max(map(len, lines)) <= 100
    assert [line.split()[:2] for line in lines[1:-2:2]] == [[mutant.name, mutant.killed_by] for mutant in MUTANTS]
    assert lines[-1] == f"{len(MUTANTS)} of {len(MUTANTS)} mutants killed by the check named beforehand, 0 false alarms"
    assert shown.err == ""


def test_the_json_is_a_list_of_name_killer_and_a_spec_to_paste(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mutants", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [set(item) for item in found] == [{"name", "killed_by", "spec"}] * len(MUTANTS)
    assert [parse(item["spec"]).orchestrator.options for item in found] == [
        (("name", mutant.name),) for mutant in MUTANTS
    ]


def test_a_survivor_is_shown_as_one() -> None:
    *_, row, where, _, told = table([KILLED, SURVIVOR]).splitlines()
    assert row.split()[:2] == [SURVIVOR.mutant.name, "SURVIVES"]
    assert where == "    decision_durable fails in none of 17 specs"
    assert told == "1 of 2 mutants killed by the check named beforehand, 0 false alarms"
    assert plain(SURVIVOR) == {"name": SURVIVOR.mutant.name, "killed_by": None, "spec": None}


def test_neither_a_survivor_nor_a_false_alarm_passes() -> None:
    assert (KILLED.passed, SURVIVOR.passed, replace(KILLED, alarms=("a spec",)).passed) == (True, False, False)
