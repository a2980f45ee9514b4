"""Subjects that are not deterministic: repeats in one report, no exact verdict where they differ, rates in its place."""

from __future__ import annotations

import json

import duckdb
import pytest

from harness.errors import UsageError
from harness.metrics import Metric
from reports._tests.made import CRASH, changed, stored, trial
from reports._tests.shaky import repeated, shaky, tried
from reports.gate import accept, gate
from reports.intervals import wilson
from reports.leaderboard import leaderboard
from reports.paired import Paired, paired_gate
from reports.paired_render import paired_headline, paired_markdown, paired_plain, paired_text
from reports.report import Report, load
from reports.store import Store

TABLES = ("runs", "calls", "effects", "events")


@pytest.fixture(scope="module")
def arms(tmp_path_factory) -> dict[str, Report]:
    """Twenty repeats each: a sound arm, one that gives up in half of its runs, and two that do so now and then."""
    shares = {"sound": 0.0, "poor": 0.5, "some": 0.2, "others": 0.2}
    root = tmp_path_factory.mktemp("arms")
    return {name: repeated(root / name, shaky(share, name), 20) for name, share in shares.items()}


def row(paired: Paired, metric: str = "verdict is pass"):
    return next(item for item in paired.comparisons if item.metric == metric)


def test_an_arm_that_is_really_worse_is_found_with_a_difference_above_the_detectable_one(arms) -> None:
    paired = paired_gate(arms["sound"], arms["poor"], 20)
    found = row(paired)
    assert (paired.code, found.relation) == (1, "worse")
    assert found.difference < -found.detectable < 0
    assert found.interval[0] < found.difference < found.interval[1] < 0
    assert paired_headline(paired).startswith("worse: ")


def test_every_metric_has_its_direction(arms) -> None:
    forth, back = paired_gate(arms["sound"], arms["poor"], 20), paired_gate(arms["poor"], arms["sound"], 20)
    for metric, way, other in (
        ("verdict is pass", "worse", "better"), ("completed", "worse", "better"), ("lost_effects", "worse", "better"),
        ("tokens_total", "better", "worse"), ("virtual_seconds", "better", "worse"),
    ):  # fmt: skip
        assert (row(forth, metric).relation, row(back, metric).relation) == (way, other)
    assert "steps" not in {item.metric for item in forth.comparisons}


def test_an_equal_arm_is_not_blamed(arms) -> None:
    paired = paired_gate(arms["some"], arms["others"], 20)
    assert (paired.code, paired.of("worse"), paired.of("better")) == (0, (), ())
    found = row(paired)
    assert found.relation == "unclear" and found.interval[0] < 0 < found.interval[1]


def test_rates_have_their_wilson_intervals(arms) -> None:
    found = row(paired_gate(arms["sound"], arms["poor"], 20))
    failed = sum(line["verdict"] != "pass" for line in arms["poor"].runs)
    assert (found.candidate.successes, found.candidate.runs) == (20 - failed, 20)
    assert found.candidate.interval == wilson(20 - failed, 20) and found.baseline.interval == wilson(20, 20)
    assert found.difference == pytest.approx(-failed / 20)


def test_repeats_that_differ_refuse_the_exact_verdict_and_say_which_and_how(arms) -> None:
    for pair in ((arms["sound"], arms["poor"]), (arms["poor"], arms["sound"])):
        with pytest.raises(UsageError, match=r"no exact verdict: 1 of 1 specs in .*poor are not determ") as refused:
            gate(*pair)
        assert "20 repeats gave 2 histories (verdict is " in str(refused.value)
        assert arms["poor"].runs[0]["spec"] in str(refused.value)
        assert str(refused.value).endswith("--paired 20")


def test_histories_that_differ_behind_equal_numbers_are_not_exact_either(tmp_path) -> None:
    report = repeated(tmp_path, "reference", 2)
    with pytest.raises(UsageError, match=r"2 histories \(the same numbers from other histories\)"):
        gate(report, changed(report, 1, digest="other"))


def test_repeats_that_agree_are_compared_exactly(tmp_path) -> None:
    twice, once = repeated(tmp_path / "twice", "reference", 2), repeated(tmp_path / "once", "reference", 1)
    assert len(twice.runs) == 2 * len(once.runs)
    for gating in (gate(twice, once), gate(once, twice)):
        assert (gating.code, gating.cells, gating.differences, gating.added) == (0, 1, (), ())


def test_too_few_repeats_are_refused_whichever_arm_lacks_them(arms, tmp_path) -> None:
    few = repeated(tmp_path, shaky(0.5, "few"), 5)
    for pair in ((arms["sound"], few), (few, arms["sound"])):
        with pytest.raises(UsageError, match=r"--paired 20 needs repeats 1 to 20 of each spec.*the first has 5: Spec"):
            paired_gate(*pair, 20)
    with pytest.raises(UsageError, match=r"longhaul run --repeat 21"):
        paired_gate(arms["sound"], arms["poor"], 21)
    hole = Report(arms["poor"].path, arms["poor"].runs[1:], arms["poor"].metrics, (), "")
    with pytest.raises(UsageError, match=r"the first has 18: Spec"):
        paired_gate(arms["sound"], hole, 19)


def test_too_few_pairs_say_how_many_repeats_would_do(arms) -> None:
    with pytest.raises(UsageError, match=r"1 spec with 5 repeats are 5 pairs.*use --paired 6 or more"):
        paired_gate(arms["sound"], arms["poor"], 5)


def test_only_the_repeats_that_were_asked_for_count(arms) -> None:
    paired = paired_gate(arms["sound"], arms["poor"], 12)
    first = [line["verdict"] == "pass" for line in arms["poor"].runs if line["repeat"] <= 12]
    assert (row(paired).candidate.runs, row(paired).candidate.successes) == (12, sum(first))


def test_clusters_are_the_coarsest_that_are_six(arms, tmp_path) -> None:
    assert paired_gate(arms["sound"], arms["poor"], 20).cluster == "spec and repeat"
    seeds = [repeated(tmp_path / arm, shaky(share, arm), 8, seeds=6) for arm, share in (("x", 0.0), ("y", 0.5))]
    paired = paired_gate(seeds[0], seeds[1], 8)
    assert (paired.cluster, paired.clusters, paired.cells, row(paired).relation) == ("scenario and seed", 6, 6, "worse")
    six = [
        Report(arm.path, tuple({**line, "scenario": f"s{line['seed']}"} for line in arm.runs), arm.metrics, (), "")
        for arm in seeds
    ]
    by_scenario = paired_gate(six[0], six[1], 8)
    assert (by_scenario.cluster, by_scenario.clusters) == ("scenario", 6)
    assert row(by_scenario).difference == row(paired).difference
    assert "says nothing about other ones" in paired_text(paired) and "nothing about" not in paired_text(by_scenario)
    assert f"verdict is pass is worst in {min(row(paired).clusters, key=lambda at: at[1])[0]}: " in paired_text(paired)


def test_a_missing_cell_fails_closed(tmp_path) -> None:
    both, one = repeated(tmp_path / "both", "reference", 6, seeds=2), repeated(tmp_path / "one", "reference", 6)
    paired = paired_gate(both, one, 6)
    assert (paired.code, paired.cells, len(paired.missing)) == (1, 1, 1)
    assert "missing cells" in paired_text(paired) and "seed=1" in paired_markdown(paired)
    assert (paired_gate(one, both, 6).code, len(paired_gate(one, both, 6).added)) == (0, 1)


def test_an_invalid_run_fails_closed_and_spoils_a_baseline(tmp_path) -> None:
    report = repeated(tmp_path, "reference", 6)
    spoilt = changed(report, 3, verdict="invalid")
    assert (paired_gate(report, spoilt, 6).code, len(paired_gate(report, spoilt, 6).invalid)) == (1, 1)
    with pytest.raises(UsageError, match=r"1 runs of the baseline .* are invalid and prove nothing"):
        paired_gate(spoilt, report, 6)
    assert paired_gate(report, changed(report, 3, harness_error=True), 6).code == 3


def test_losing_a_number_is_worse(tmp_path) -> None:
    report = repeated(tmp_path, "reference", 6)
    rows = tuple({name: value for name, value in line.items() if name != "tokens_total"} for line in report.runs)
    paired = paired_gate(report, Report(report.path, rows, report.metrics, (), ""), 6)
    assert [item.metric for item in paired.of("worse")] == ["tokens_total is known"] and paired.code == 1


def test_other_inputs_unknown_scenarios_and_nothing_in_common_are_refused(arms) -> None:
    with pytest.raises(UsageError, match="not comparable: input 'generated' has digest 'feed'"):
        paired_gate(arms["sound"], changed(arms["poor"], 0, input_digest="feed"), 20)
    with pytest.raises(UsageError, match=r"unknown scenario in .* did you mean invoices"):
        paired_gate(arms["sound"], arms["poor"], 20, scenario="invoice")
    other = [{**line, "spec": line["spec"].replace("horizon=15", "horizon=9")} for line in arms["poor"].runs]
    with pytest.raises(UsageError, match="no cell of the baseline is in the candidate"):
        paired_gate(arms["poor"], Report(arms["poor"].path, tuple(other), arms["poor"].metrics, (), ""), 20)


def test_a_table_fits_the_terminal_and_says_what_it_could_have_found(arms) -> None:
    for pair in (("sound", "poor"), ("some", "others"), ("sound", "sound")):
        paired = paired_gate(arms[pair[0]], arms[pair[1]], 20)
        text = paired_text(paired)
        assert all(len(line) <= 100 for line in text.splitlines() if "Spec(" not in line and "shaky.py" not in line)
        assert "MDD, the minimum detectable difference: (" in text and "found with power 0.8 at 5%" in text
        assert "20/20 100% [84, 100]" in text or pair[0] == "some"
    assert "37%" in text, "also where nothing failed there is a difference too small to be found"
    plain = json.loads(json.dumps(paired_plain(paired), allow_nan=False))
    assert (plain["code"], plain["comparisons"][0]["detectable"] > 0.3, plain["power"]) == (0, True, 0.8)


def test_equal_reports_give_equal_verdicts(arms) -> None:
    texts = {paired_text(paired_gate(arms["some"], arms["others"], 20)) for _ in range(2)}
    assert len(texts) == 1


def test_a_report_without_a_second_repeat_has_the_files_it_always_had(tmp_path) -> None:
    pair = trial(strikes=CRASH)
    for name in ("plain", "first"):
        store = Store(tmp_path / name, "all")
        store.add(*pair) if name == "plain" else store.add(*pair, 1)
        store.finish([pair[0].spec])
    assert all(
        (tmp_path / "plain" / f"{table}.parquet").read_bytes() == (tmp_path / "first" / f"{table}.parquet").read_bytes()
        for table in TABLES
    )
    columns = duckdb.sql(f"describe select * from '{tmp_path}/plain/runs.parquet'").fetchall()
    assert [name for name, *_ in columns][:2] == ["run_id", "spec"]
    assert {line["repeat"] for line in load(tmp_path / "plain").runs} == {1}


def test_repeats_stand_side_by_side_in_every_table(arms, tmp_path) -> None:
    report = arms["poor"]
    assert [line["repeat"] for line in report.runs] == list(range(1, 21))
    run_id = report.runs[0]["run_id"]
    for line in report.runs:
        name = f"{run_id[:6]}-{line['repeat']}"
        assert report.run(name) == line
        events = report.events(name)
        assert [event.number for event in events] == list(range(1, len(events) + 1))
        assert len(report.calls(name)) == (4 + 1 if line["completed"] else 0)
    assert report.run(run_id) == report.runs[0]
    for table in (*TABLES, "timing"):
        rows = duckdb.sql(f"select run_id, repeat from '{report.path}/{table}.parquet'").fetchall()
        assert sorted(rows) == rows
    with pytest.raises(UsageError, match=f"run {run_id} has no repeat '21' in .*; it was run 20 times"):
        report.run(f"{run_id}-21")


def test_workers_merge_repeats_in_any_order_to_the_same_bytes(tmp_path) -> None:
    runs = [(tried(seed=seed), repeat) for repeat in (1, 2, 11) for seed in (0, 1)]
    for name, order in (("a", runs), ("b", runs[::-1])):
        for pair, repeat in order:
            Store(tmp_path / name, "all").add(*pair, repeat)
        Store(tmp_path / name, "all").finish()
    for table in TABLES:
        assert len({(tmp_path / name / f"{table}.parquet").read_bytes() for name in "ab"}) == 1
    # a seed of 0 is left out of the repr, which sorts it behind
    seeds_and_repeats = [(line["seed"], line["repeat"]) for line in load(tmp_path / "a").runs]
    assert seeds_and_repeats == [(seed, repeat) for seed in (1, 0) for repeat in (1, 2, 11)]


def test_a_repeat_that_never_came_is_missing_once_for_each(tmp_path) -> None:
    pair = tried()
    store = Store(tmp_path)
    store.add(*pair, 2)
    summary = store.finish([pair[0].spec], repeats=3)
    assert summary.missing == load(tmp_path).missing == (repr(pair[0].spec),) * 2
    assert [(line.valid, line.planned) for line in leaderboard(load(tmp_path)).rows] == [(1, 3)]
    assert gate(load(tmp_path), load(tmp_path)).missing == (repr(pair[0].spec),)
    with pytest.raises(UsageError, match="cannot be a baseline: 2 missing"):
        accept(tmp_path, tmp_path / "baseline")


def test_a_repeat_below_one_and_a_metric_of_that_name_are_refused(tmp_path) -> None:
    with pytest.raises(ValueError, match="repeat is 0; the runs of a spec are counted from 1"):
        Store(tmp_path).add(*tried(), 0)
    with pytest.raises(UsageError, match="a metric is named 'repeat', which is another column"):
        stored(tmp_path, [], metrics=(Metric("repeat", "1", "none", lambda run: 1),))


def test_an_accepted_baseline_keeps_its_repeats(arms, tmp_path) -> None:
    accept(arms["sound"].path, tmp_path)
    assert paired_gate(load(tmp_path), arms["poor"], 20).code == 1
