"""Files that cannot be read, and a disk that is full."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from harness.errors import UsageError
from reports._tests.made import stored, trials
from reports.report import load
from reports.store import SHARDS, Store

ROOT = Path(__file__).parents[2]


@pytest.fixture
def report(tmp_path) -> Path:
    stored(tmp_path / "report", trials(), events="all")
    return tmp_path / "report"


def test_no_report_at_all(tmp_path) -> None:
    with pytest.raises(
        UsageError, match=r"no report at .*nowhere: there is no .*; make one with longhaul run .* --out .*nowhere"
    ):
        load(tmp_path / "nowhere")
    with pytest.raises(UsageError, match=r"there is no runs.parquet; make one with longhaul run \.\.\. --out .*\w$"):
        load(tmp_path)


def test_a_session_that_was_cut_off_is_no_report(tmp_path) -> None:
    Store(tmp_path).add(*trials()[0])
    with pytest.raises(UsageError, match="a session was cut off there"):
        load(tmp_path)


@pytest.mark.parametrize("size", [0, 3, 8, 1_000])
def test_a_truncated_file(report, size) -> None:
    path = report / "runs.parquet"
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(UsageError, match=r"runs\.parquet cannot be read, it is corrupt, truncated or no Parquet file"):
        load(report)


def test_a_flipped_byte_anywhere_is_found_or_changes_nothing(report) -> None:
    path = report / "runs.parquet"
    whole, rows = path.read_bytes(), load(report).runs
    found = 0
    for place in range(0, len(whole), max(1, len(whole) // 150)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
        try:
            assert rows == load(report).runs
        except UsageError as error:
            assert str(path) in str(error)
            found += 1
    assert found > 50


@pytest.mark.parametrize("table", ["calls", "effects", "events"])
def test_a_flipped_byte_anywhere_in_another_table_is_found(tmp_path, table) -> None:
    run_id = stored(tmp_path, trials(), events="all").runs[0]["run_id"]
    path = tmp_path / f"{table}.parquet"
    whole = path.read_bytes()
    for place in range(0, len(whole), len(whole) // 50):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x04]) + whole[place + 1 :])
        with pytest.raises(UsageError, match=str(path)):
            getattr(load(tmp_path), table)(run_id)


def test_a_file_that_is_no_parquet(report) -> None:
    (report / "runs.parquet").write_text("run_id,verdict\n1,pass\n" * 50)
    with pytest.raises(UsageError, match=r"runs\.parquet cannot be read"):
        load(report)


def test_somebody_elses_parquet(report) -> None:
    pyarrow.parquet.write_table(pyarrow.table({"a": [1]}), report / "runs.parquet")
    with pytest.raises(UsageError, match="not one of longhaul's"):
        load(report)


def test_another_version_of_the_suite_is_named(report) -> None:
    path = report / "runs.parquet"
    table = pyarrow.parquet.read_table(path)
    metadata = {**table.schema.metadata, b"longhaul.version": b"7"}
    pyarrow.parquet.write_table(table.replace_schema_metadata(metadata), path)
    with pytest.raises(UsageError, match="written by suite version 7, this is version 1"):
        load(report)


def test_a_table_under_another_name(report) -> None:
    shutil.copy(report / "calls.parquet", report / "runs.parquet")
    with pytest.raises(UsageError, match="holds the table 'calls', not 'runs'"):
        load(report)


def test_tables_of_two_reports_are_not_read_as_one(report, tmp_path) -> None:
    stored(tmp_path / "other", trials()[:3])
    shutil.copy(tmp_path / "other" / "calls.parquet", report / "calls.parquet")
    with pytest.raises(UsageError, match=r"calls\.parquet belongs to another report"):
        load(report).calls()


def test_a_baseline_has_runs_only(report) -> None:
    baseline = load(report / "runs.parquet")
    assert load(report).runs == baseline.runs
    (report / "events.parquet").unlink()
    with pytest.raises(UsageError, match=r"has no events\.parquet: it holds the runs only"):
        baseline.events(baseline.runs[0]["run_id"])


def test_an_unknown_and_an_ambiguous_run(report) -> None:
    with pytest.raises(UsageError, match="unknown run in"):
        load(report).run("zzz")
    first = [row["run_id"][0] for row in load(report).runs]
    twice = next(letter for letter in first if first.count(letter) > 1)
    with pytest.raises(UsageError, match="is not unique"):
        load(report).run(twice)


FULL_DISK = """
import resource, sys
from pathlib import Path
from harness.errors import UsageError
from reports._tests.made import stored, trials
from reports.store import Store
out, what = Path(sys.argv[1]), sys.argv[2]
import pyarrow.parquet
store = Store(out, events="all")
runs = trials()
if what == "merging":
    for pair in runs: store.add(*pair)
else:
    store.add(*runs[0])
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]),) * 2)
try:
    store.finish() if what == "merging" else store.add(*runs[1])
except UsageError as error:
    print(error)
"""


def on_a_full_disk(out: Path, what: str, bytes_max: int) -> str:
    """What the user is told when no file may grow beyond so many bytes: the kernel refuses, nothing is simulated.

    The libraries beneath have nothing to add: standard error stays empty.
    """
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(out), what, str(bytes_max)],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert done.stderr == ""
    return done.stdout


def test_a_full_disk_while_adding_keeps_the_runs_before(tmp_path) -> None:
    said = on_a_full_disk(tmp_path, "adding", 2_000)
    assert "the disk is full; the runs before it are kept" in said
    assert len(list((tmp_path / SHARDS).iterdir())) == 1
    assert Store(tmp_path).finish().runs == 1


def test_a_full_disk_while_merging_keeps_every_run_and_the_report_before(tmp_path) -> None:
    before = stored(tmp_path, trials()[:1]).runs
    said = on_a_full_disk(tmp_path, "merging", 4_000)
    assert "the disk is full; 12 finished runs wait in" in said
    assert before == load(tmp_path).runs
    assert list(tmp_path.glob(".*.part")) == []
    assert Store(tmp_path).finish().runs == 12
    assert len(load(tmp_path).runs) == 12
