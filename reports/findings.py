"""When a ranking is a finding: where it holds at every grid point of the profile's uncertain numbers.

Every published table of position effects is of 2023 and below 6,000 tokens, the length of half recall is fitted, and skills
are assumed: so P and R (x0 to 2) and L50 (x0.5 to 2) are varied, and what goes wrong by skills (x0.5 and x2). Each point is a
profile of a file such as `grid.toml:mid-PR0-L0.5`, and the same specs are run under it. A grid point of the profile NAME is a
model named NAME, a hyphen and more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from harness.errors import UsageError
from harness.metrics import Prices
from reports.cuts import PLAIN, Cut, profile_of
from reports.leaderboard import Findings, Leaderboard, leaderboard
from reports.report import Report

FINDING, NOT_STABLE, NOT_CHECKED = "finding", "not stable", "not checked"

Name = tuple[str, str, float, str]
Orders = Mapping[tuple[Name, Name], int]


def with_findings(board: Leaderboard, varied: Iterable[Report], books: Iterable[Prices] = ()) -> Leaderboard:
    """The board with what is a finding: it must be that of one profile.

    `varied` are reports of grid points, one or several in each. Raises `UsageError` where none of them varies the profile, or
    where other tasks were run at a grid point than on the board.
    """
    varied, books = tuple(varied), tuple(books)
    profile = board.cut.profile
    points: dict[str, Orders] = {}
    for number, report in enumerate(varied, 1):
        for model in dict.fromkeys(profile_of(row["model"]) for row in report.runs if row["orchestrator"] != PLAIN):
            if is_point(model, profile):
                cut = Cut(model, board.book, board.cut.family, pooled=True)
                point = leaderboard(report, books, cut=cut)
                _refuse_others(board, point, f"{model} in {report.path}")
                points[f"{model} (report {number})"] = orders(point)
    if not points:
        raise UsageError(
            f"no grid point of the profile {profile!r} in {', '.join(str(report.path) for report in varied)}; one is a "
            f"model named {profile.rpartition(':')[2]}-..., as python -m fakes.models.sensitivity writes them"
        )
    return replace(board, findings=Findings(tuple(points), stable(board, points.values())))


def boards_with_findings(
    boards: Sequence[Leaderboard], varied: Sequence[Report], books: Iterable[Prices] = ()
) -> list[Leaderboard]:
    """The boards, those of a profile that was varied with what is a finding. Raises `UsageError` where none of them was."""
    models = {row["model"] for report in varied for row in report.runs if row["orchestrator"] != PLAIN}
    known = {board.cut.profile for board in boards if board.cut.profile}
    moved = {profile for profile in known if any(is_point(profile_of(model), profile) for model in models)}
    if not moved:
        raise UsageError(
            f"no grid point of {', '.join(sorted(known)) or 'a profile'} in {', '.join(str(one.path) for one in varied)}; one "
            "is a model named mid-..., of the profile mid, as python -m fakes.models.sensitivity writes them; give the boards "
            "by profile"
        )
    return [with_findings(board, varied, books) if board.cut.profile in moved else board for board in boards]


def is_point(model: str, profile: str) -> bool:
    """Whether a model is a grid point of a profile: `grid.toml:mid-P0` is one of `mid`; `mid` itself and `middle` are none."""
    own, base = (name.rpartition(":")[2] for name in (model, profile))
    return bool(base) and own.startswith(f"{base}-")


def _refuse_others(board: Leaderboard, point: Leaderboard, where: str) -> None:
    other = len(board.tasks ^ point.tasks)
    if other:
        raise UsageError(
            f"{where} is of other tasks than the board: {other} of {len(board.tasks | point.tasks)} are in one of them only; "
            "run the same specs at the grid points, but for the model"
        )


def orders(board: Leaderboard) -> dict[tuple[Name, Name], int]:
    """Of each two rows of a board, both ways: 1 where the first is better, -1 where it is worse, 0 where they are tied."""
    found: dict[tuple[Name, Name], int] = {}
    for (a, b), pair in board.pairs.items():
        one, other = _name(board.rows[a].subject), _name(board.rows[b].subject)
        found[one, other], found[other, one] = pair.better, -pair.better
    return found


def stable(board: Leaderboard, points: Iterable[Orders]) -> dict[tuple[int, int], str]:
    """What becomes of each order of a board that is not a tie, at all the grid points."""
    every, said = tuple(points), {}
    for (a, b), pair in board.pairs.items():
        if pair.better:
            key = (_name(board.rows[a].subject), _name(board.rows[b].subject))
            there = [point.get(key) for point in every]
            held = all(order == pair.better for order in there if order is not None)
            said[a, b] = NOT_STABLE if not held else NOT_CHECKED if None in there or not there else FINDING
    return said


def _name(subject: Any) -> Name:
    """A subject but for its model, which a grid point varies."""
    return subject.orchestrator, subject.policy, subject.view_budget, subject.setting
