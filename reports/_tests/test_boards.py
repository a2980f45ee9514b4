"""Several boards of one report: what each holds, who failed, and every form of them."""

from __future__ import annotations

import json

import pyarrow.parquet
import pytest

from harness.errors import UsageError
from harness.metrics import Prices
from harness.spec import Choice, Spec
from reports._tests.made import stored, trial
from reports._tests.test_leaderboard import BLANK
from reports.board_file import write_boards
from reports.cuts import Cut, cuts, profile_of
from reports.leaderboard import Leaderboard, leaderboard
from reports.measured import FAILED
from reports.render import COLUMNS, board_plain, boards_markdown, boards_text
from reports.report import Report

SEEDS = range(12)


def report(*rows: dict, missing: tuple[str, ...] = ()) -> Report:
    """A report of rows in which every task was run by every seed."""
    made = tuple({**BLANK, "spec": f"Spec('s', seed={n})", **row} for n, row in enumerate(rows))
    return Report("made", made, (), missing, "")


def many(policy: str, done: float = 1.0, **values: object) -> list[dict]:
    """Twelve seeds, of which the first share completed."""
    return [{"policy": policy, "seed": seed, "completed": seed < 12 * done, **values} for seed in SEEDS]


def board_of(*rows: dict, **cut: object) -> Leaderboard:
    return leaderboard(report(*rows), cut=Cut(pooled=True, **cut))


def spans(board: Leaderboard) -> dict[str, tuple[int, int]]:
    return {row.subject.policy: (row.rank, row.rank_to) for row in board.rows}


def test_boards_by_something_unknown_are_refused() -> None:
    with pytest.raises(UsageError, match="no boards by 'colour'; there are profile, book, family, overall"):
        cuts(report({}), ["colour"])


def test_a_price_book_or_a_profile_that_is_not_there() -> None:
    with pytest.raises(UsageError, match="no price book 'mine'; there are none, read40"):
        board_of({}, book="mine")
    with pytest.raises(UsageError, match="holds no runs"):
        board_of({}, profile="weak")


def test_suite_versions_are_never_mixed_on_any_board() -> None:
    two = report({}, {"version": 0, "model": "weak", "spec": "Spec('s', version=0)"})
    with pytest.raises(UsageError, match=r"mixes suite versions: Spec\('s', version=0\); this is version 1"):
        leaderboard(two, cut=Cut(pooled=True))
    with pytest.raises(UsageError, match="suite version 0"):
        cuts(report({}, missing=("Spec('s', version=0)",)))


def test_a_policy_that_failed_is_a_row_by_name_and_the_rest_stands() -> None:
    dropped = "Drops() returned a view without the pinned message 'the goal'; keep\x1b every message"
    rows = [*many("a"), *many("drops", 0, reason=FAILED + dropped), *many("keep_all", tokens_input=2_000)]
    board = board_of(*rows)
    assert spans(board) == {"a": (1, 1), "keep_all": (2, 2), "drops": (3, 3)}
    assert [(row.failed, row.failure) for row in board.rows] == [(0, ""), (0, ""), (12, dropped)]
    text = boards_text([board])
    assert "drops (failed)" in text and "\x1b" not in text
    assert "drops failed in 12 of 12 runs: Drops() returned a view without the pinned message" in text
    alone = board_of(*many("a"), *many("keep_all", tokens_input=2_000))
    assert alone.rows == board.rows[:2]


def test_a_policy_that_never_finished_did_not_complete() -> None:
    hangs = many("hangs", 0, verdict="invalid", ending="watchdog", reason="no end after 60 seconds")
    board = board_of(*many("a"), *hangs)
    (_, row) = board.rows
    assert (row.completed, row.valid, row.failed, row.failure) == (0, 12, 12, "never finished: no end after 60 seconds")
    assert spans(board) == {"a": (1, 1), "hangs": (2, 2)}


def test_a_real_policy_that_raises_is_named_in_the_report(tmp_path) -> None:
    (tmp_path / "bad.py").write_text(
        "from dataclasses import dataclass\n@dataclass(frozen=True)\nclass Raises:\n"
        "    def __call__(self, view, budget):\n        raise ValueError('no idea')\n"
    )
    runs = [
        trial(policy=policy, view_budget=40) for policy in (Choice("Policy", f"{tmp_path}/bad.py:Raises"), "keep_all")
    ]
    board = leaderboard(stored(tmp_path / "out", runs))
    assert [row.failure for row in board.rows if row.failed] == ["Raises() raised ValueError: no idea"]


def test_rows_that_the_tasks_cannot_separate_share_their_ranks() -> None:
    noisy = [{"policy": "noisy", "seed": seed, "completed": seed % 2 == 0} for seed in SEEDS]
    other = [{"policy": "other", "seed": seed, "completed": seed % 4 < 2} for seed in SEEDS]
    board = board_of(*many("best"), *noisy, *other, *many("keep_all", tokens_input=9_000), *many("drop_all", 0))
    assert spans(board) == {"best": (1, 1), "keep_all": (2, 2), "noisy": (3, 4), "other": (3, 4), "drop_all": (5, 5)}
    assert board.groups == 2
    text = boards_text([board])
    assert "keep_all (ceiling)" in text and "drop_all (floor)" in text
    assert "\n3-4 " in text and "2 separated groups in 3 rows, controls left out" in text


def test_without_a_word_there_is_a_board_a_profile_and_an_overall_one() -> None:
    two = report({}, {"model": "weak"}, {"model": "weak(trial=2)"}, {"orchestrator": "no_model"})
    assert [cut.title for cut in cuts(two)] == ["profile perfect", "profile weak", "overall"]
    assert [cut.title for cut in cuts(report({}, {"seed": 1}))] == ["profile perfect"]


def test_boards_by_price_book_family_and_both() -> None:
    two = report({}, {"scenario": "t", "model": "weak"})
    assert [cut.title for cut in cuts(two, ["family"])] == ["family s", "family t"]
    books = [cut.book for cut in cuts(two, ["book"], [Prices("mine")])]
    assert books == ["none", "read40", "read10", "read10_write125", "read10_write200", "mine"]
    both = cuts(two, ["profile", "family", "overall"])
    assert [cut.title for cut in both][1:4] == [
        "profile perfect, family t", "profile weak, family s", "profile weak, family t",
    ]  # fmt: skip
    assert both[-1].title == "overall"


def test_a_plain_program_stands_on_the_board_of_every_profile() -> None:
    two = report({}, {"model": "weak"}, {"orchestrator": "no_model"})
    for cut in cuts(two):
        assert {row.mark for row in leaderboard(two, cut=cut).rows} == {"ceiling", "no model"}


def test_trials_of_a_profile_are_pooled_and_so_are_profiles_overall() -> None:
    two = report({"model": "weak"}, {"model": "weak(trial=1)"}, {"model": "mid(stream=True, trial=3)"})
    assert [profile_of(row["model"]) for row in two.runs] == ["weak", "weak", "mid(stream=True)"]
    (weak,) = leaderboard(two, cut=Cut(profile="weak", pooled=True)).rows
    (overall,) = leaderboard(two, cut=Cut(pooled=True)).rows
    assert (weak.subject.model, weak.valid) == ("weak", 2)
    assert (overall.subject.model, overall.valid) == ("all profiles", 3)


def test_the_price_book_of_a_board_ranks_it() -> None:
    rows = [*many("steady", tokens_input=2_000, tokens_cached=1_900), *many("rolling", tokens_input=1_500)]
    assert list(spans(board_of(*rows))) == ["rolling", "steady"]
    cached = board_of(*rows, book="read10_write125")
    assert list(spans(cached)) == ["steady", "rolling"]
    assert "costs rank by price book read10_write125" in boards_text([cached])


def test_planned_runs_that_are_missing_stand_on_their_own_board() -> None:
    lacking = (repr(Spec("s", model=Choice("Model", "weak"), policy="summarize")),)
    two = report({}, missing=lacking)
    assert [row.subject.policy for row in leaderboard(two, cut=Cut(profile="weak", pooled=True)).rows] == ["summarize"]


def test_measures_are_means_and_none_where_the_report_lacks_them() -> None:
    (bare,) = board_of(*many("a")).rows
    assert (bare.recall, bare.pins, bare.peak, bare.thrash, bare.matched) == (None, None, None, None, None)
    known = {"reference_recall": 0.5, "tokens_peak": 700, "thrash": 0.25, "pinned_visibility": 0.75}
    (row,) = board_of(*many("a", **known)).rows
    assert (row.recall, row.pins, row.peak, row.thrash) == (0.5, 0.75, 700, 0.25)


def test_a_policy_that_was_stopped_because_it_dropped_a_pin_kept_none_in_that_run() -> None:
    stopped = {"reason": "the policy failed: the view came back without the pinned message 0", "completed": False}
    runs = [row | {"pinned_visibility": 1.0} | (stopped if row["seed"] < 3 else {}) for row in many("a")]
    (row,) = board_of(*runs).rows
    assert row.pins == 0.75


def test_matched_cost_and_hypervolume_are_those_of_the_sweep() -> None:
    keep = many("keep_all", tokens_input=1_500)
    sweep = [*many("a", 0.5, view_budget=0.5, tokens_input=300), *many("a", 1.0, view_budget=2.0, tokens_input=500)]
    found = {(row.subject.policy, row.subject.view_budget): row for row in board_of(*keep, *sweep).rows}
    assert found["a", 0.5].matched == found["a", 2.0].matched == pytest.approx(1_000 / 2_000)
    # costs 800 and 1,000 of 4,000, twice the cost of keep_all
    assert found["a", 0.5].hypervolume == pytest.approx((200 * 0.5 + 3_000) / 4_000)
    assert found["keep_all", 1.0].matched is None


def test_without_a_keep_all_that_costs_something_there_is_no_hypervolume_to_compare() -> None:
    sweep = [*many("a", 0.5, view_budget=0.5), *many("a", view_budget=2.0)]
    free = many("keep_all", tokens_input=0, tokens_output=0)
    for board in (board_of(*sweep), board_of(*free, *sweep)):
        assert {(row.hypervolume, row.matched) for row in board.rows} == {(None, None)}


def test_no_policy_moves_the_hypervolume_of_another() -> None:
    some = [*many("keep_all"), *many("a", 0.5)]
    alone, beside = (
        {row.subject.policy: row.hypervolume for row in board_of(*rows).rows}
        for rows in (some, [*some, *many("dear", tokens_input=90_000)])
    )
    assert beside == {**alone, "dear": 0.0}


def test_every_form_of_several_boards_is_the_same_every_time(tmp_path) -> None:
    rows = [{**row, "model": model} for model in ("mid", "weak") for row in (*many("a"), *many("keep_all", 0.5))]
    two = report(*rows, *({**row, "scenario": "t"} for row in rows))
    boards = [leaderboard(two, cut=cut) for cut in cuts(two)]
    text = boards_text(boards)
    assert [line for line in text.splitlines() if line.startswith(("profile", "overall"))] == [
        "profile mid", "profile weak", "overall",
    ]  # fmt: skip
    assert max(map(len, text.splitlines())) <= COLUMNS
    assert text == boards_text([leaderboard(two, cut=cut) for cut in cuts(two)])
    markdown = boards_markdown(boards)
    assert markdown.startswith("## profile mid\n\n|  | policy |") and "matched cost | hypervolume | recall" in markdown
    plain = [json.loads(json.dumps(board_plain(board), allow_nan=False)) for board in boards]
    assert [board["title"] for board in plain] == ["profile mid", "profile weak", "overall"]
    assert plain[0]["pairs"][0]["by"] == "completion"
    first = write_boards(boards, tmp_path / "boards.parquet").read_bytes()
    assert first == write_boards(boards, tmp_path / "boards.parquet").read_bytes()
    table = pyarrow.parquet.read_table(tmp_path / "boards.parquet")
    assert (table.num_rows, table.schema.field("cost").metadata[b"unit"]) == (6, b"input tokens")
    assert table.schema.metadata[b"longhaul.version"] == b"1"
    with pytest.raises(UsageError, match="cannot write"):
        write_boards(boards, tmp_path / "nowhere" / "boards.parquet")
