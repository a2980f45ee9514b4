"""Shards, tables, and what they hold."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pandas
import pyarrow.parquet
import pytest

from harness.checks import SAFETY, Judgement, judge
from harness.errors import UsageError
from harness.metrics import METRICS, Metric
from harness.run import Run
from reports._tests.made import CRASH, stored, trial, trials
from reports.report import load
from reports.schema import TABLES
from reports.store import SAMPLE_ONE_IN, SHARDS, Store

ROOT = Path(__file__).parents[2]
SAME = [f"{table}.parquet" for table in TABLES if table != "timing"]


def files(out: Path) -> dict[str, bytes]:
    return {name: (out / name).read_bytes() for name in SAME}


def test_two_reports_of_the_same_runs_are_equal_byte_for_byte(tmp_path) -> None:
    stored(tmp_path / "a", trials(), events="all")
    stored(tmp_path / "b", reversed(trials()), events="all")
    assert files(tmp_path / "a") == files(tmp_path / "b")


def test_the_shards_of_two_workers_merge_to_the_bytes_of_one(tmp_path) -> None:
    stored(tmp_path / "one", trials())
    controller = Store(tmp_path / "two")
    controller.begin()
    workers = Store(tmp_path / "two"), Store(tmp_path / "two")
    for index, (run, judgement) in enumerate(trials()):
        workers[index % 2].add(run, judgement)
    workers[1].add(*trials()[0])
    controller.finish()
    assert files(tmp_path / "one") == files(tmp_path / "two")
    assert not (tmp_path / "two" / SHARDS).exists()


def test_another_process_under_another_hash_seed_writes_the_same_bytes(tmp_path) -> None:
    stored(tmp_path / "here", trials())
    code = (
        "import sys; from pathlib import Path; from reports._tests.made import stored, trials; "
        "stored(Path(sys.argv[1]), trials())"
    )
    subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "there")],
        check=True,
        env={"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "77"},
    )
    assert files(tmp_path / "here") == files(tmp_path / "there")


def test_a_row_says_how_many_spare_tools_its_spec_has_in_files_without_such_a_column_too(tmp_path) -> None:
    rows = stored(tmp_path, [trial(), trial(spare_tools=15)]).runs
    assert sorted(row["spare_tools"] for row in rows) == [0, 15]
    assert "spare_tools" not in pyarrow.parquet.read_schema(tmp_path / "runs.parquet").names


def test_rows_are_sorted_by_spec_and_event(tmp_path) -> None:
    report = stored(tmp_path, trials(), events="all")
    assert sorted(row["spec"] for row in report.runs) == [row["spec"] for row in report.runs]
    numbers = [event.number for event in report.events(report.runs[3]["run_id"])]
    assert list(range(1, len(numbers) + 1)) == numbers


def test_the_events_read_back_are_the_history_and_the_journals_reasons(tmp_path) -> None:
    run, judgement = trial(strikes=CRASH)
    report = stored(tmp_path, [(run, judgement)], events="all")
    assert run.events == report.events(run.spec.run_id[:6])
    types = {entry["type"] for entries in report.reasons(run.spec.run_id).values() for entry in entries}
    assert {"Started", "Asked", "Replied", "Called", "Returned", "Resumed", "Finished"} <= types


def test_an_opaque_journal_gives_no_reasons(tmp_path) -> None:
    run, judgement = trial(orchestrator="replay")
    assert stored(tmp_path, [(run, judgement)], events="all").reasons(run.spec.run_id) == {}


def test_events_are_kept_for_failures_and_a_sample(tmp_path) -> None:
    for row in stored(tmp_path, trials()).runs:
        sampled = int(row["run_id"], 16) % SAMPLE_ONE_IN == 0
        assert (row["verdict"] in ("fail", "invalid") or sampled) == row["events_kept"]
    kept = {row["events_kept"] for row in stored(tmp_path, trials(), events="none").runs}
    assert {False} == kept


def test_an_unknown_choice_of_events_is_refused(tmp_path) -> None:
    with pytest.raises(UsageError, match="'some'; it must be one of failed, all, none"):
        Store(tmp_path, events="some")


def test_duckdb_and_pandas_read_every_table_with_no_help(tmp_path) -> None:
    stored(tmp_path, trials(), events="all")
    for table in TABLES:
        path = tmp_path / f"{table}.parquet"
        frame = pandas.read_parquet(path)
        count = duckdb.sql(f"select count(*) from '{path}'").fetchall()
        assert [(len(frame),)] == count and len(frame) > 0
    joined = duckdb.sql(
        f"select sum(c.input) from '{tmp_path}/calls.parquet' c join '{tmp_path}/runs.parquet' r using (run_id) "
        "where r.orchestrator = 'reference'"
    ).fetchall()
    assert joined[0][0] > 0


def test_every_number_carries_unit_and_direction(tmp_path) -> None:
    stored(tmp_path, trials()[:1])
    schema = pyarrow.parquet.read_schema(tmp_path / "runs.parquet")
    for metric in METRICS:
        notes = schema.field(metric.name).metadata
        assert (metric.unit, metric.better, metric.doc) == tuple(
            notes[key].decode() for key in (b"unit", b"better", b"doc")
        )
    assert schema.metadata[b"longhaul.tokens"] == b"tokens = ceil(UTF-8 bytes / 3.2)"


def timed(ended_ms: int, ending: str = "returned", **changes: Any) -> tuple[Run, Judgement]:
    """A run that took so long, with the judgement of the real one."""
    run, judgement = trial(**changes)
    return replace(run, ended_ms=ended_ms, ending=ending), judgement


def over_fault_free(out: Path, *runs: tuple[Run, Judgement]) -> dict[str, Any]:
    return {row["strikes"]: row["virtual_time_over_fault_free"] for row in stored(out, runs).runs}


def test_the_time_of_a_struck_run_is_told_over_that_of_the_run_without_strikes(tmp_path) -> None:
    assert over_fault_free(tmp_path, timed(1_200), timed(1_500, strikes=CRASH)) == {"": None, repr(CRASH): 1.25}


def test_without_a_run_of_the_same_spec_without_strikes_there_is_nothing_to_tell(tmp_path) -> None:
    found = over_fault_free(tmp_path, timed(1_200), timed(1_500, strikes=CRASH, seed=1))
    assert found == {"": None, repr(CRASH): None}


@pytest.mark.parametrize(("clean", "struck"), [("raised", "returned"), ("returned", "stuck")])
def test_a_run_that_did_not_return_has_no_time_to_compare(clean: str, struck: str, tmp_path) -> None:
    found = over_fault_free(tmp_path, timed(1_200, clean), timed(1_500, struck, strikes=CRASH))
    assert found == {"": None, repr(CRASH): None}


def test_an_invalid_run_has_no_time_to_compare(tmp_path) -> None:
    (clean, judgement), struck = timed(1_200), timed(1_500, strikes=CRASH)
    found = over_fault_free(tmp_path, (clean, replace(judgement, outcome="invalid")), struck)
    assert found == {"": None, repr(CRASH): None}


def test_the_second_repeat_is_compared_with_the_second(tmp_path) -> None:
    store = Store(tmp_path)
    for repeat, clean_ms in ((1, 1_000), (2, 500)):
        store.add(*timed(clean_ms), repeat)
        store.add(*timed(1_500, strikes=CRASH), repeat)
    store.finish()
    found = {row["repeat"]: row["virtual_time_over_fault_free"] for row in load(tmp_path).runs if row["strikes"]}
    assert found == {1: 1.5, 2: 3.0}


def test_a_strangers_metric_becomes_a_column(tmp_path) -> None:
    own = Metric("replies", "replies", "none", lambda run: sum(event.kind == "reply" for event in run.events), int)
    report = stored(tmp_path, trials()[:1], metrics=(*METRICS, own))
    assert report.metrics[-1].name == "replies"
    assert report.runs[0]["replies"] > 0


def test_two_metrics_of_one_name_are_refused(tmp_path) -> None:
    with pytest.raises(UsageError, match="two metrics are named 'steps'"):
        Store(tmp_path, metrics=(*METRICS, Metric("steps", "steps", "none", lambda run: 1)))


def test_a_metric_that_fails_is_named_with_the_spec(tmp_path) -> None:
    own = Metric("mine", "1", "none", lambda run: 1 / 0)
    with pytest.raises(UsageError, match=r"metric 'mine' failed: ZeroDivisionError.*Spec\('invoices'"):
        stored(tmp_path, trials()[:1], metrics=(own,))


def test_planned_runs_that_never_came_are_named(tmp_path) -> None:
    (done, judgement), (never, _) = trials()[:2]
    store = Store(tmp_path)
    store.add(done, judgement)
    summary = store.finish([done.spec, never.spec])
    assert (repr(never.spec),) == summary.missing == load(tmp_path).missing
    assert "1 planned runs missing" in str(summary)


def test_of_two_judgements_that_by_more_checks_is_kept(tmp_path) -> None:
    run, whole = trial(orchestrator="naive", strikes=CRASH)
    part = judge(run, SAFETY[:1])
    forward, backward = (stored(tmp_path / name, pair) for name, pair in
                         (("a", [(run, whole), (run, part)]), ("b", [(run, part), (run, whole)])))  # fmt: skip
    assert forward.runs == backward.runs


def test_what_a_session_left_behind_that_was_cut_off_is_not_taken_over(tmp_path) -> None:
    Store(tmp_path).add(*trials()[0])
    assert len(stored(tmp_path, trials()[1:2]).runs) == 1


def test_the_bytes_per_run_are_told(tmp_path) -> None:
    store = Store(tmp_path)
    for pair in trials():
        store.add(*pair)
    summary = store.finish()
    size = sum((tmp_path / f"{table}.parquet").stat().st_size for table in TABLES if table != "timing")
    assert size == summary.bytes_total
    assert f"{size / 12:,.0f} a run" in str(summary)


def test_importing_reports_imports_none_of_the_heavy_libraries() -> None:
    code = "import reports, sys; print([name for name in ('pandas', 'pyarrow', 'matplotlib') if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(ROOT)},
    )
    assert done.stdout.strip() == "[]"
