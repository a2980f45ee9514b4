"""`python -m benchmarks.board [--seeds 20] [--out DIR]`: the grid of policies, profiles and families, on all processors.

Horizon 40 and half of the working set. Prints how long it took, how many groups of policies each board separates, whether two
halves of the seeds rank alike, and how alike families rank. `--kinds` takes one policy of each kind instead of all, `--vary`
runs the same under the ten grid points of each profile's uncertain numbers as well and prints how many orders are findings.
The reports are ordinary ones: `longhaul leaderboard DIR --sensitivity DIR/varied/NAME`. `--write` renews
benchmarks/results/board.md.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator, Sequence
from itertools import combinations, groupby, product
from multiprocessing import get_context
from pathlib import Path

from fakes.models.profile import PROFILES
from fakes.models.profiles import profile as profile_of
from fakes.models.sensitivity import grid as grid_points
from fakes.models.sensitivity import points_of
from harness import resolve
from harness.checks import judge
from harness.run import execute
from harness.spec import Model, Policy, Spec
from longhaul.say import progress_bar, say
from reports.cuts import Cut
from reports.findings import with_findings
from reports.leaderboard import Leaderboard, leaderboard
from reports.render import boards_markdown
from reports.report import Report, load
from reports.stability import kendall, stability
from reports.store import Store

FAMILIES = ("triage_tickets", "assemble_release", "answer_from_manual", "book_trip")
UNTUNED = ("follow_leads", "fix_issue")
"""Families that no policy and no profile was looked at with, but for the published comparisons they were written for."""

KINDS = (
    "sliding_window", "snip", "truncate_tool_output", "microcompact", "drop_old_results", "mask_observations",
    "mask_observations_rolling", "deduplicate", "page_out", "demand_paging", "summarize", "fold", "keep_user_messages",
    "drop_reads_after_edit", "summarize_every_n", "pipeline",
)  # fmt: skip
"""One policy of each kind; the others are variants of these."""

CONTROLS = ("keep_all", "drop_all")
HORIZON = 40
SHARE = 0.5
FIRST = 100
"""Seeds begin where nobody looked while the families were made."""

RESULT = Path(__file__).parent / "results" / "board.md"

Task = tuple[str, tuple[Spec, ...]]
Board = dict[str, float]
"""By policy, the middle of the ranks that it may have."""


def specs(
    seeds: int, policies: Sequence[str], models: Sequence[str], families: Sequence[str] = FAMILIES
) -> tuple[Spec, ...]:
    """The grid, task by task."""
    return tuple(
        Spec(family, horizon=HORIZON, policy=Policy(policy), model=Model(model), view_budget=SHARE, seed=seed)
        for family, model, seed, policy in product(families, models, range(FIRST, FIRST + seeds), policies)
    )


def _kept(work: Task) -> int:
    """Run and keep the specs of one task: its scenario is built once."""
    out, task = work
    store = Store(out, "none")
    for spec in task:
        run = execute(spec)
        store.add(run, judge(run))
    return len(task)


def measured(grid: Sequence[Spec], out: Path) -> float:
    """Run the grid on all processors and write the report; seconds on the wall."""
    began = time.monotonic()
    store = Store(out, "none")
    store.begin()
    tasks = [
        (str(out), tuple(found)) for _, found in groupby(grid, lambda spec: (spec.scenario, spec.model, spec.seed))
    ]
    with get_context("fork").Pool(os.cpu_count()) as pool, progress_bar() as bar:
        bar_task = bar.add_task("board", total=len(grid))
        for count in pool.imap_unordered(_kept, tasks, chunksize=4):
            bar.advance(bar_task, count)
    store.finish(grid)
    return time.monotonic() - began


Boards = dict[tuple[str, str], Leaderboard]
"""By profile and family; the family is empty where all are taken together."""


def boards_of(report: Report, given: argparse.Namespace, varied: Sequence[Report]) -> Boards:
    """All boards, with what is a finding where that is known."""
    cuts = [Cut(profile=profile, family=family) for profile in given.profiles for family in (*given.families, "")]
    found = {(cut.profile, cut.family): leaderboard(report, cut=cut) for cut in cuts}
    return {name: with_findings(board, varied) if varied else board for name, board in found.items()}


def told(report: Report, boards: Boards) -> Iterator[str]:
    """What the boards say, a line each: groups, how alike halves of the seeds and families rank, and what are findings."""
    yield f"{'profile':<15}{'family':<20}{'groups':>7}{'halves tau':>11}{'decided alike':>15}{'findings':>13}"
    for (profile, family), board in boards.items():
        test = stability(report, cut=board.cut)
        tau = "-" if test.tau is None else f"{test.tau:.2f}"
        alike = f"{test.agreed}/{test.decided}" if test.decided else "-"
        named = family or "all of them"
        yield f"{profile:<15}{named:<20}{board.groups:>7}{tau:>11}{alike:>15}{_findings(board):>13}"
        if not family:
            single = [_middle(one) for (of, about), one in boards.items() if of == profile and about]
            yield f"{profile:<15}{'between families':<20}{'':>7}{_between(single):>13}"


def _findings(board: Leaderboard) -> str:
    if board.findings is None:
        return "-"
    words = list(board.findings.pairs.values())
    return f"{words.count('finding')}/{len(words)}"


def _middle(board: Leaderboard) -> Board:
    return {row.subject.policy: -(row.rank + row.rank_to) / 2 for row in board.rows if not row.mark}


def _between(boards: Sequence[Board]) -> str:
    names = sorted(boards[0])
    pairs = [
        kendall([one[name] for name in names], [other[name] for name in names])
        for one, other in combinations(boards, 2)
    ]
    found = [tau for tau in pairs if tau is not None]
    return f"{min(found):.2f} to {max(found):.2f}" if found else "-"


def _varied(given: argparse.Namespace, policies: Sequence[str]) -> list[Report]:
    """Reports of the grid points of the profiles, in which all is run again."""
    found = []
    for name in given.profiles:
        folder = given.out / "varied" / name
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "grid.toml"
        file.write_text(grid_points(profile_of(name)))
        models = [f"{file}:{point}" for point in points_of(profile_of(name))]
        seconds = measured(specs(given.seeds, policies, models, given.families), folder)
        say(f"{name} at {len(models)} grid points: {seconds:.0f} s")
        found.append(load(folder))
    return found


def main() -> int:
    """Run, and tell."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.board", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--kinds", action="store_true", help="one policy of each kind, and the controls")
    parser.add_argument("--profiles", nargs="+", default=[known.name for known in PROFILES], metavar="NAME")
    parser.add_argument("--families", nargs="+", default=FAMILIES, metavar="NAME", help=f"others: {', '.join(UNTUNED)}")
    parser.add_argument(
        "--vary", action="store_true", help="the grid points of each profile too: eleven times the runs"
    )
    parser.add_argument("--write", action="store_true", help=f"renew {RESULT.name} among the results")
    parser.add_argument("--out", type=Path, default=Path("reports/out/board"))
    given = parser.parse_args()
    policies = (*KINDS, *CONTROLS) if given.kinds else tuple(resolve.policy_classes())
    grid = specs(given.seeds, policies, given.profiles, given.families)
    seconds = measured(grid, given.out)
    sizes = f"{len(policies)} policies x {len(given.profiles)} profiles x {len(given.families)} families x {given.seeds} seeds"
    say(f"{len(grid)} runs ({sizes})")
    say(
        f"{seconds:.0f} s on {os.cpu_count()} processors, {seconds * (os.cpu_count() or 1) / len(grid) * 1e3:.0f} ms a run"
    )
    varied = _varied(given, policies) if given.vary else []
    report = load(given.out)
    boards = boards_of(report, given, varied)
    lines = []
    for line in told(report, boards):
        say(line)
        lines.append(line)
    if given.write:
        RESULT.write_text(page(sizes, lines, [boards[profile, ""] for profile in given.profiles]))
    return 0


def page(sizes: str, lines: Sequence[str], found: Sequence[Leaderboard]) -> str:
    """What was measured, as Markdown."""
    table = "\n".join(lines)
    head = f"# Boards of {sizes}\n\nHorizon {HORIZON}, view budget half of the working set, seeds from {FIRST} on."
    return f"{head}\n\n```text\n{table}\n```\n\n{boards_markdown(found)}"


if __name__ == "__main__":
    raise SystemExit(main())
