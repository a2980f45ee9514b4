"""The leaderboard: completion, then cost; ties as ties; nothing mixed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from harness.errors import UsageError
from harness.faults import CrashBefore, Strike
from harness.metrics import BOOKS, METRICS
from harness.spec import Choice, Spec, choice_of
from reports._tests.made import changed, stored, trial, trials
from reports.bootstrap import interval
from reports.leaderboard import Leaderboard, leaderboard
from reports.own import load_prices, metrics_named
from reports.render import COLUMNS, board_markdown, board_plain, board_text
from reports.report import Report
from reports.rows import label

BLANK = {"version": 1, "scenario": "s", "horizon": 40, "kind": "blind", "difficulty": 0, "input": "generated",
         "input_digest": "", "orchestrator": "reference", "policy": "keep_all", "model": "perfect", "view_budget": 1.0,
         "seed": 0, "setting": "sim", "strikes": "", "verdict": "pass", "completed": True, "recovery_correct": None,
         "tokens_input": 1_000, "tokens_cached": 0, "tokens_output": 100, "tokens_total": 1_100, "token_slope": 10.0,
         "compactions": 0, "dup_effects": 0, "lost_effects": 0}  # fmt: skip
"""A row of the table of runs, as far as the leaderboard reads it."""


def ranked(*rows: dict, missing: tuple[str, ...] = ()) -> Leaderboard:
    made = tuple({**BLANK, "spec": f"Spec('s', seed={n})", **row} for n, row in enumerate(rows))
    return leaderboard(Report(None, made, (), missing, ""))


def names(board: Leaderboard) -> list[tuple[int, bool, str]]:
    return [(row.rank, row.tied, row.subject.policy) for row in board.rows]


def test_completion_comes_before_cost() -> None:
    board = ranked(
        {"policy": "cheap", "tokens_input": 1, "completed": False},
        {"policy": "dear", "tokens_input": 9_000_000},
    )
    assert names(board) == [(1, False, "dear"), (2, False, "cheap")]


def test_equal_completion_is_ranked_by_cost_per_success() -> None:
    board = ranked({"policy": "a", "tokens_input": 2_000}, {"policy": "b", "tokens_input": 1_999})
    assert names(board) == [(1, False, "b"), (2, False, "a")]


def test_a_task_with_spare_tools_is_another_task() -> None:
    few = [{"policy": policy, "spare_tools": 0} for policy in "abc"]
    apart = ranked(*few, {"policy": "d", "spare_tools": 15})
    assert {row.subject.policy: row.same_tasks for row in apart.rows} == {"a": True, "b": True, "c": True, "d": False}
    both = ranked(*few, *({**row, "spare_tools": 15} for row in few))
    assert [(row.valid, row.same_tasks) for row in both.rows] == [(2, True)] * 3


def test_a_task_that_fails_without_spare_tools_is_not_made_good_by_the_same_one_with_them() -> None:
    tasks = [{"seed": seed, "spare_tools": count} for seed in range(12) for count in (0, 15)]
    halves = [{**task, "policy": "half", "completed": task["spare_tools"] > 0} for task in tasks]
    assert names(ranked(*tasks, *halves)) == [(1, False, "keep_all"), (2, False, "half")]


def test_what_claims_no_completion_is_in_no_completion_cost_or_interval() -> None:
    silent = {"scenario": "recorded", "completed": None, "tokens_input": 7_000_000}
    board = ranked({"seed": 0}, {"seed": 1}, silent)
    alone = ranked({"seed": 0}, {"seed": 1})
    assert board.rows[0].cost == alone.rows[0].cost
    assert board.rows[0].completion_interval == (1.0, 1.0)
    assert (board.rows[0].completed, board.rows[0].claiming, board.rows[0].valid) == (2, 2, 3)
    assert "1 valid runs claim no completion: they are in no completion and no cost" in board.notes
    assert " -/1/1 " in board_text(ranked(silent))


def test_ties_are_shown_as_ties() -> None:
    board = ranked(
        {"policy": "b"},
        {"policy": "a"},
        {"policy": "c", "completed": False},
        {"policy": "d", "completed": False},
    )
    assert names(board) == [(1, True, "a"), (1, True, "b"), (3, True, "c"), (3, True, "d")]
    assert [line.split()[0] for line in board_text(board).splitlines()[3:7]] == ["1-2", "1-2", "3-4", "3-4"]


def test_cost_per_success_holds_the_cost_of_failures() -> None:
    (row,) = ranked({"seed": 0}, {"seed": 1, "completed": False, "tokens_input": 3_000}).rows
    assert row.cost["none"] == 4_000 + 5 * 200
    assert row.cost_per_run["none"] == (1_000 + 3_000) / 2 + 5 * 100


def test_every_price_book_is_applied() -> None:
    (row,) = ranked({"tokens_cached": 800}).rows
    assert row.cost == {"none": 1_500, "read40": 320 + 200 + 500, "read10": 80 + 200 + 500, "read10_write125": 80 + 250 + 500,
            "read10_write200": 80 + 400 + 500}  # fmt: skip
    assert [prices.name for prices in BOOKS] == list(row.cost)


def test_only_valid_runs_count_and_planned_ones_are_told() -> None:
    never = (repr(Spec("s", seed=7)), repr(Spec("s", seed=8)))
    (row,) = ranked({"seed": 0}, {"seed": 1, "verdict": "invalid", "completed": False}, missing=never).rows
    assert (row.completed, row.valid, row.planned, row.completion) == (1, 1, 4, 1.0)
    assert "1/1/4" in board_text(ranked({}, {"verdict": "invalid", "seed": 1}, missing=never))


def test_a_subject_of_which_every_run_is_missing_still_has_a_row() -> None:
    board = ranked({}, missing=(repr(Spec("s", policy="summarize")),))
    assert names(board) == [(1, False, "keep_all"), (2, False, "summarize")]
    assert tuple(getattr(board.rows[1], n) for n in ("completed", "valid", "planned", "completion")) == (0, 0, 1, None)


def test_runs_with_strikes_have_columns_of_their_own() -> None:
    struck = {"strikes": "(Strike(...),)", "completed": False, "recovery_correct": False, "dup_effects": 2}
    (row,) = ranked({}, struck, {**struck, "recovery_correct": True, "dup_effects": 0}).rows
    assert (
        row.valid,
        row.completion,
        row.struck,
        row.crashed,
        row.recovered,
        row.dup_effects,
    ) == (1, 1.0, 2, 2, 1, 2)


def test_runs_with_strikes_that_are_missing_or_invalid_are_told() -> None:
    struck = {"strikes": "(Strike(...),)", "recovery_correct": True}
    never = (repr(Spec("s", strikes=(Strike("model", 2, CrashBefore()),))),)
    board = ranked({}, struck, {**struck, "verdict": "invalid"}, missing=never)
    (row,) = board.rows
    assert (row.struck, row.struck_planned, row.planned) == (1, 3, 1)
    assert "2 of 3 planned runs with faults are missing or invalid" in board_text(board)
    assert "missing or invalid" not in board_text(ranked({}, struck))


def test_models_budgets_and_settings_are_never_averaged() -> None:
    board = ranked({"model": "weak"}, {"model": "mid"}, {"view_budget": 0.5}, {"setting": "process"})
    assert len(board.rows) == 4


def test_ceiling_floor_and_no_model_are_marked() -> None:
    board = ranked(
        {"policy": "keep_all"},
        {"policy": "drop_all", "completed": False},
        {"orchestrator": "no_model"},
        {"policy": "mine"},
    )
    assert {row.subject.policy: row.mark for row in board.rows if row.subject.orchestrator != "no_model"} == {
        "keep_all": "ceiling",
        "drop_all": "floor",
        "mine": "",
    }
    text = board_text(board)
    assert all(word in text for word in ("keep_all (ceiling)", "drop_all (floor)", "no_model"))


def test_one_task_on_two_inputs_is_refused() -> None:
    with pytest.raises(UsageError, match="mixes inputs: s on 'generated' was run with digests 'a' and 'b'"):
        ranked({"input_digest": "a"}, {"input_digest": "b", "policy": "other"})


def test_two_versions_are_refused() -> None:
    with pytest.raises(UsageError, match="mixes suite versions"):
        ranked({"version": 0})


def test_a_row_that_ran_other_tasks_is_marked() -> None:
    board = ranked(*({"policy": policy, "seed": seed} for policy in "ab" for seed in (0, 1)), {"policy": "c"})
    assert {row.subject.policy: row.same_tasks for row in board.rows} == {"a": True, "b": True, "c": False}
    assert "* ran other tasks than most" in board_text(board)


def test_intervals_are_clustered_by_scenario_else_by_seed_else_absent() -> None:
    assert ranked({"scenario": "s"}, {"scenario": "t"}).cluster == "scenario"
    one = ranked({"seed": 0}, {"seed": 1, "completed": False})
    assert one.cluster == "seed" and "bootstrap over seeds" in one.notes[0]
    alone = ranked({})
    assert (alone.cluster, alone.rows[0].completion_interval) == ("none", None)


def test_an_interval_holds_its_value_and_is_the_same_every_time() -> None:
    values = [0, 1, 1, 1, 0, 1, 1, 1, 1, 0]
    found = interval(values, lambda sample: sum(sample) / len(sample))
    assert found == interval(values, lambda sample: sum(sample) / len(sample))
    assert found is not None and 0.3 <= found[0] < 0.7 < found[1] <= 1
    assert interval([1, 1, 1], lambda sample: sum(sample) / len(sample)) == (1, 1)
    assert interval([1], sum) is None


def test_a_cost_without_a_success_is_open_upwards() -> None:
    (row,) = ranked({"seed": 0}, {"seed": 1, "completed": False}).rows
    assert row.cost_interval is not None and float("inf") == row.cost_interval[1]
    assert None is board_plain(ranked({"seed": 0}, {"seed": 1, "completed": False}))["rows"][0]["cost_interval"][1]


def test_a_scenario_that_claims_no_completion_has_none() -> None:
    (row,) = ranked({"completed": None}).rows
    assert (row.completion, row.cost["none"], row.valid) == (None, None, 1)


def test_nothing_to_rank(tmp_path) -> None:
    report = stored(tmp_path, trials()[:1])
    with pytest.raises(UsageError, match="holds no runs of scenario 'nothing'"):
        leaderboard(report, scenario="nothing")


def test_a_real_report_in_every_form(tmp_path) -> None:
    board = leaderboard(stored(tmp_path, trials()))
    assert len(board.rows) == 3
    assert max(map(len, board_text(board).splitlines())) <= COLUMNS
    assert board_text(board) == board_text(board) and "\x1b" not in board_text(board)
    assert (
        "suite 1; tokens = ceil(UTF-8 bytes / 3.2); cost 1 = an uncached input token; slope: tokens/step\n"
        in board_text(board)
    )
    assert board_markdown(board).startswith("|  | policy |") and "| :-- |" in board_markdown(board)
    plain = json.loads(json.dumps(board_plain(board), allow_nan=False))
    assert len(plain["rows"]) == 3 and "tokens_per_run" in plain["rows"][0]


def test_a_long_policy_name_folds_and_the_rest_fits() -> None:
    name = "pipeline(stages=(truncate_tool_output(most=2000), mask_observations(keep=10), summarize(share=0.5)))"
    board = ranked({"policy": name, "seed": 0}, {"policy": name, "seed": 1, "completed": False}, {"model": "weak"})
    assert max(map(len, board_text(board).splitlines())) <= COLUMNS
    assert name in board_markdown(board)


def test_choices_are_named_as_a_user_writes_them() -> None:
    pipeline = Choice(
        "Policy",
        "pipeline",
        (("stages", (choice_of("Policy", "snip"), Choice("Policy", "mask", (("keep", 3),)))),),
    )
    assert label(pipeline) == "pipeline(stages=(snip, mask(keep=3)))"


def test_prices_of_a_users_own(tmp_path) -> None:
    (tmp_path / "prices.json").write_text('{"mine": {"read": 0.5, "output": 2}}')
    board = leaderboard(
        Report(None, ({**BLANK, "spec": "", "tokens_cached": 500},), (), (), ""),
        load_prices(tmp_path / "prices.json"),
    )
    assert board.rows[0].cost["mine"] == 250 + 500 + 200
    assert "mine" in board_text(board)


@pytest.mark.parametrize(
    ("text", "problem"),
    [("{", "write"), ("[]", "write"), ('{"a": {"reed": 1}}', "unknown field `reed`"), ("{}", "there is no book"),
     ('{"read10": {"read": 0.2}}', "'read10' is a built-in price book"),
     ('{"a": {"read": -1}}', "'a' has a negative price"), ('{"a": {"read": "x"}}', "Expected `float`")],
)  # fmt: skip
def test_prices_that_mean_nothing_are_refused_by_name(tmp_path, text, problem) -> None:
    (tmp_path / "prices.json").write_text(text)
    with pytest.raises(UsageError, match=rf"prices\.json.*{problem}"):
        load_prices(tmp_path / "prices.json")
    with pytest.raises(UsageError, match="cannot read prices"):
        load_prices(tmp_path / "none.json")


def test_a_strangers_metric_is_found_in_a_file(tmp_path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(
        "from harness.metrics import Metric\n"
        "def replies(run):\n    '''Replies.'''\n    return sum(event.kind == 'reply' for event in run.events)\n"
        "REPLIES = Metric('replies', 'replies', 'none', replies, int)\nOTHER = 3\n"
    )
    found = metrics_named([f"{path}:REPLIES"])
    assert (*METRICS, found[-1]) == found and found[-1](trial()[0]) == 5
    with pytest.raises(UsageError, match=r"is a int; it must be a harness\.metrics\.Metric"):
        metrics_named([f"{path}:OTHER"])


def test_the_row_of_a_changed_report_changes(tmp_path) -> None:
    report = stored(tmp_path, trials())
    better = leaderboard(changed(report, tokens_input=1, tokens_total=1))
    assert better.rows != leaderboard(report).rows
    assert replace(better, rows=()) == replace(leaderboard(report), rows=())
