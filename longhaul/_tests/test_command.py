"""The command as a user types it: real processes, exit codes, and output that fits the page."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness.run import execute
from harness.spec import Spec
from longhaul._tests.foreign import STRANGERS, Foreign
from reports.report import load

GRID = ("--scenario", "water_plants.py:SCENARIO", "--orchestrator", "my_loop.py:run", "--horizon", "5")


@pytest.fixture
def strangers(repository: Foreign) -> Foreign:
    """A foreign repository with everything a stranger can add."""
    for path in STRANGERS.glob("*.py"):
        repository.copy(path.name)
    return repository


def test_everything_of_a_stranger_runs_in_one_grid(strangers: Foreign) -> None:
    done = strangers.longhaul(
        "run", *GRID, "--policy", "half_and_half.py:HalfAndHalf,keep_all", "--metric", "wasted_tokens.py:WASTED",
        "--seeds", "2", "--out", "out/a",
    )  # fmt: skip
    assert done.code == 0, done.err
    assert "half_and_half.py:HalfAndHalf" in done.out
    assert done.out.splitlines()[-1].startswith("out/a: 8 runs (0 failed, 0 invalid)")
    assert [row["wasted_tokens"] for row in load(strangers.root / "out/a").runs] == [0] * 8
    assert done.widest <= 100


def test_strangers_files_are_short() -> None:
    lengths = {path.name: len(path.read_text().splitlines()) for path in STRANGERS.glob("*.py")}
    code = {
        path.name: sum(bool(line.strip()) for line in path.read_text().splitlines()) for path in STRANGERS.glob("*.py")
    }
    assert max(code.values()) < 25, code
    assert max(lengths.values()) <= 32, lengths


def test_a_grid_is_written_where_its_plan_says(strangers: Foreign) -> None:
    first, second = (strangers.longhaul("run", *GRID, "--kind", "queryable") for _ in range(2))
    folders = [path.name for path in (strangers.root / "reports/out").iterdir()]
    assert len(folders) == 1 and len(folders[0]) == 12
    assert first.out == second.out


def test_check_fails_the_run_of_a_strangers_fault_that_breaks_an_invariant(strangers: Foreign) -> None:
    loop = (strangers.root / "my_loop.py").read_text()
    strangers.write(
        "my_loop.py", loop.replace("return view[-1].content", "return await host.tool(view[1].calls[0], key='x')")
    )
    assert strangers.longhaul("run", *GRID, "--out", "out").code == 0
    done = strangers.longhaul("run", *GRID, "--out", "out", "--check")
    assert done.code == 1, done.out + done.err
    pointed = next(line for line in done.err.splitlines() if "failed; the first: longhaul show out " in line)
    shown = strangers.longhaul("show", "out", pointed.split()[-1])
    assert shown.out.splitlines()[0].partition(": ")[2].startswith("fail")


def test_repro_of_a_sound_and_of_a_broken_spec(strangers: Foreign) -> None:
    spec = "Spec('water_plants.py:SCENARIO', horizon=5, orchestrator=Orchestrator('{}'), strikes=({}), version=1)"
    late = "Strike('tool:water', 2, Fault('late_answer.py:LateAndLost', ms=10)),"
    sound = strangers.longhaul("repro", spec.format("reference", late))
    assert sound.code == 0, sound.out + sound.err
    assert "pass    effect_once" in sound.out
    broken = strangers.longhaul("repro", spec.format("my_loop.py:run", late))
    assert broken.code == 1
    assert "ConnectionLost: the other side hung up" in broken.out
    assert "longhaul repro" in broken.out and "struck by LateAndLost(ms=10)" in broken.out


def test_show_tells_what_happened_and_why(strangers: Foreign) -> None:
    strangers.longhaul(
        "run", "--scenario", "pay_invoices", "--kind", "blind", "--horizon", "6", "--events", "all", "--out", "out"
    )
    run_id = load(strangers.root / "out").runs[0]["run_id"]
    done = strangers.longhaul("show", "out", run_id[:6])
    assert done.code == 0, done.err
    assert "Called (calls)" in done.out
    assert done.err == ""
    assert max(len(line) for line in done.out.splitlines()[2:]) <= 100
    step = strangers.longhaul("show", "out", run_id, "--step", "2")
    assert "--- 0: user" in step.out and "answers call_" in step.out
    assert step.widest <= 100
    assert "this run has" in strangers.longhaul("show", "out", run_id, "--step", "99").err


def test_a_policy_that_drops_the_pins_is_told_by_name(strangers: Foreign) -> None:
    strangers.write(
        "careless.py",
        "class Careless:\n    trigger = 0.1\n\n    def __call__(self, view, budget):\n        return view[-2:]\n",
    )
    done = strangers.longhaul("run", "--scenario", "pay_invoices", "--policy", "careless.py:Careless", "--out", "out")
    assert done.code == 0
    command = next(line for line in done.err.splitlines() if "longhaul show out " in line)
    shown = " ".join(strangers.longhaul("show", "out", command.split()[-1]).out.split())
    assert "Careless" in shown and "returned a view without the pinned message" in shown


def test_show_runs_a_spec_again_whose_events_were_not_kept_and_says_so(strangers: Foreign) -> None:
    strangers.longhaul("run", *GRID, "--events", "none", "--out", "out")
    run_id = load(strangers.root / "out").runs[0]["run_id"]
    done = strangers.longhaul("show", "out", run_id)
    assert done.code == 0
    assert "kept no events of this run; it was run again, and its digest is the same" in " ".join(done.err.split())
    strangers.write("my_loop.py", (strangers.root / "my_loop.py").read_text().replace("pinned=True", "pinned=False"))
    changed = strangers.longhaul("show", "out", run_id)
    assert changed.code == 2
    assert "write the report with --events all" in " ".join(changed.err.split())


def test_diff_names_the_first_event_where_two_runs_part(strangers: Foreign) -> None:
    strangers.longhaul("run", *GRID, "--kind", "queryable", "--events", "all", "--out", "a")
    run_id = load(strangers.root / "a").runs[0]["run_id"]
    assert "The two runs are equal" in strangers.longhaul("diff", "a", "a", run_id).out
    strangers.write("my_loop.py", (strangers.root / "my_loop.py").read_text().replace("pinned=True", "pinned=False"))
    strangers.longhaul("run", *GRID, "--kind", "queryable", "--events", "all", "--out", "b")
    done = strangers.longhaul("diff", "a", "b", run_id)
    assert done.out.startswith("The runs part at event "), done.err
    assert [line[:2] for line in done.out.splitlines()[-2:]] == ["A ", "B "]
    assert done.widest <= 100


def test_the_leaderboard_in_every_form(strangers: Foreign) -> None:
    strangers.longhaul("run", *GRID, "--policy", "keep_all,drop_all", "--out", "out")
    text = strangers.longhaul("leaderboard", "out", "--plot", "compute.png", "--plot", "tokens:slope.svg")
    assert text.code == 0, text.err
    assert "keep_all" in text.out and text.widest <= 100
    assert (strangers.root / "compute.png").read_bytes()[:4] == b"\x89PNG"
    assert (strangers.root / "slope.svg").is_file()
    assert strangers.longhaul("leaderboard", "out", "--markdown").out.startswith("|")
    rows = json.loads(strangers.longhaul("leaderboard", "out", "--json").out)["rows"]
    assert {row["subject"]["policy"] for row in rows} == {"keep_all", "drop_all"}
    assert "write compute:FILE or tokens:FILE" in strangers.longhaul("leaderboard", "out", "--plot", "pie:x.png").err


def test_a_leaderboard_of_several_trials_tells_how_many_go_right_in_a_row(strangers: Foreign) -> None:
    ran = strangers.longhaul(
        "run", "--scenario", "rename_api", "--horizon", "5", "--model", "mid,mid(trial=1)", "--out", "trials"
    )
    assert ran.code == 0 and "pass^" not in ran.out, ran.err
    text = strangers.longhaul("leaderboard", "trials")
    assert "pass^2" in text.out and "valid/" in text.out and text.widest <= 100, text.err
    assert " pass^2 " in strangers.longhaul("leaderboard", "trials", "--markdown").out
    (row,) = json.loads(strangers.longhaul("leaderboard", "trials", "--json").out)["rows"]
    assert (list(row["trials"]["pass_hat"]), row["trials"]["valid"], row["trials"]["planned"]) == (["1", "2"], 2, 2)


def test_leaderboards_of_two_profiles_their_stability_and_findings(strangers: Foreign) -> None:
    grid = [*GRID, "--policy", "keep_all,drop_all,summarize", "--seeds", "2"]
    strangers.longhaul("run", *grid, "--model", "perfect,mid", "--out", "two")
    both = strangers.longhaul("leaderboard", "two", "--stability", "--parquet", "boards.parquet", "--plot", "r.png")
    assert both.code == 0, both.err
    assert both.widest <= 100 and (strangers.root / "boards.parquet").is_file() and (strangers.root / "r.png").is_file()
    titles = [line for line in both.out.splitlines() if line.startswith(("profile ", "overall", "stability, "))]
    assert [title.partition(":")[0] for title in titles] == [
        "profile mid", "profile perfect", "overall", "stability, profile mid", "stability, profile perfect",
        "stability, overall",
    ]  # fmt: skip
    assert both.out == strangers.longhaul("leaderboard", "two", "--stability").out
    assert strangers.longhaul("leaderboard", "two", "--by", "colour").code == 2
    unvaried = strangers.longhaul("leaderboard", "two", "--by", "profile", "--sensitivity", "two")
    assert (unvaried.code, "no grid point of mid, perfect in two" in unvaried.err) == (2, True)
    strangers.write("grid.toml", '[mid-S2]\nlike = "mid"\nskills = {summary = 0.8}\n')
    strangers.longhaul("run", *grid, "--model", "grid.toml:mid-S2", "--out", "varied")
    varied = strangers.longhaul("leaderboard", "two", "--by", "profile", "--sensitivity", "varied")
    assert "orders hold at all 1 grid point" in varied.out
    plain = json.loads(strangers.longhaul("leaderboard", "two", "--by", "family,book", "--json", "--stability").out)
    assert len(plain["boards"]) == 5 and all(board["stability"]["sentence"] for board in plain["boards"])
    lacking = strangers.longhaul("leaderboard", "two", "--plot", "recall:r.png")
    assert (lacking.code, "recall_by_distance is empty" in lacking.err) == (2, True)


def test_the_gate_and_its_exit_codes(strangers: Foreign) -> None:
    strangers.longhaul("run", *GRID, "--seeds", "2", "--out", "good")
    assert strangers.longhaul("gate", "base", "good", "--accept").code == 0
    same = strangers.longhaul("gate", "base", "good")
    assert same.code == 0
    assert same.out.startswith("same or better: no difference at all")
    strangers.longhaul("run", *GRID, "--out", "fewer")
    missing = strangers.longhaul("gate", "base", "fewer", "--markdown")
    assert missing.code == 1 and "missing" in missing.out
    assert strangers.longhaul("gate", "base", "nowhere").code == 2
    assert strangers.longhaul("gate", "base", "good", "--allow", "tokens:5%").code == 2
    assert strangers.longhaul("gate", "base", "good", "--seeds", "3").code == 2
    assert strangers.longhaul("gate", "base").code == 2


def test_two_refs_side_by_side(strangers: Foreign) -> None:
    git(strangers, "init", "-q")
    git(strangers, "add", ".")
    git(strangers, "commit", "-q", "-m", "good")
    same = strangers.longhaul("gate", "--base", "HEAD", *GRID)
    assert same.code == 0, same.err
    loop = (strangers.root / "my_loop.py").read_text()
    strangers.write(
        "my_loop.py", loop.replace("        reply = await", "        await host.sleep(5)\n        reply = await")
    )
    worse = strangers.longhaul("gate", "--base", "HEAD", *GRID, "--markdown")
    assert worse.code == 1, worse.err
    assert "virtual_seconds" in worse.out
    assert len(git(strangers, "worktree", "list").splitlines()) == 1
    unknown = strangers.longhaul("gate", "--base", "nobody", *GRID)
    assert unknown.code == 2 and "git knows no ref 'nobody' here" in unknown.err
    strangers.write("my_loop.py", "broken(")
    refused = strangers.longhaul("gate", "--base", "HEAD", *GRID)
    assert refused.code == 2 and "working tree: the grid did not run" in refused.err
    assert len(git(strangers, "worktree", "list").splitlines()) == 1


def git(repository: Foreign, *arguments: str) -> str:
    """Run git there, as somebody."""
    somebody = ["-c", "user.name=somebody", "-c", "user.email=somebody@example.org"]
    return subprocess.run(
        ["git", *somebody, *arguments], cwd=repository.root, check=True, capture_output=True, text=True
    ).stdout


def test_verify_reads_a_journal_and_refuses_a_damaged_one(strangers: Foreign) -> None:
    run = execute(Spec("pay_invoices", horizon=6))
    path = strangers.root / "journal"
    path.write_bytes(run.journal)
    assert " records in " in strangers.longhaul("verify", "journal").out
    path.write_bytes(run.journal[:-3])
    assert "a torn tail of" in strangers.longhaul("verify", "journal").out
    flipped = bytearray(run.journal)
    flipped[40] ^= 1
    path.write_bytes(bytes(flipped))
    done = strangers.longhaul("verify", "journal")
    assert done.code == 2 and "corrupt at byte 0" in done.err
    path.write_bytes(b"not a journal\n")
    assert strangers.longhaul("verify", "journal").code == 2
    path.write_bytes(run.journal)
    other = strangers.longhaul("verify", "journal", "--session", "another")
    assert other.code == 2 and "belongs to session" in other.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "--scenario", "rename_ap"], "did you mean rename_api?"),
        (["run", "--policy", "keep_al"], "did you mean keep_all"),
        (["run", "--orchestrator", "referense"], "did you mean reference?"),
        (["run", *GRID, "--policy", "half_and_half.py:HalfAndHalfs"], "did you mean HalfAndHalf?"),
        (["run", *GRID, "--seeds", "x"], "seeds are 'x'"),
        (["run", *GRID, "--metric", "wasted_tokens.py:wasted_tokens"], "must be a"),
        (["run", *GRID, "--view-budget", "much"], "view budget is 'much'"),
        (["repro", "Spec(__import__('os'))"], "unknown name"),
        (["run", *GRID, "--view-budget", "nan"], "view_budget is nan"),
        (["run", "--scenario", "", "--policy", "keep_all"], "--scenario is empty; name something, or leave it out"),
        (["finish", "nowhere"], "no finished runs wait in nowhere/.shards"),
        (["repro", "print(1)"], "unknown name 'print'"),
        (["show", "nowhere", "abc"], "no report at nowhere"),
        (["runs"], "Did you mean"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(strangers: Foreign, arguments: list[str], said: str) -> None:
    done = strangers.longhaul(*arguments)
    assert done.code == 2
    assert said in " ".join(done.err.split()), done.err
    assert "Traceback" not in done.err and done.out == ""


def test_one_mistake_in_a_grid_is_said_once_and_nothing_runs(strangers: Foreign) -> None:
    strangers.write("cannot.py", "class Cannot:\n    def __init__(self, needed):\n        pass\n")
    done = strangers.longhaul("run", *GRID, "--policy", "cannot.py:Cannot,keep_all", "--seeds", "5", "--out", "out")
    assert done.code == 2
    assert done.err.count("needed") == 1
    assert not (strangers.root / "out").exists()


def test_ctrl_c_keeps_what_finished(strangers: Foreign) -> None:
    command = [sys.executable, "-m", "longhaul", "run", *GRID, "--seeds", "4000", "--events", "none", "--out", "out"]
    with subprocess.Popen(
        command, cwd=strangers.root, env=strangers.all, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as running:
        wait_for(strangers.root / "out/.shards", 3)
        os.kill(running.pid, signal.SIGINT)
        _, said = running.communicate(timeout=60)
    assert running.returncode == 130, said
    report = load(strangers.root / "out")
    assert 3 <= len(report.runs) < 8000
    assert len(report.runs) + len(report.missing) == 8000
    assert f"{len(report.runs)} of 8000 runs are in the report" in said


def test_what_a_killed_session_finished_is_written_by_finish(strangers: Foreign) -> None:
    command = [sys.executable, "-m", "longhaul", "run", *GRID, "--seeds", "4000", "--events", "none", "--out", "out"]
    with subprocess.Popen(
        command, cwd=strangers.root, env=strangers.all, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as running:
        wait_for(strangers.root / "out/.shards", 3)
        running.kill()
    lost = strangers.longhaul("leaderboard", "out")
    assert lost.code == 2 and "longhaul finish out" in " ".join(lost.err.split())
    assert strangers.longhaul("finish", "out").code == 0
    assert len(load(strangers.root / "out").runs) >= 3


def wait_for(folder: Path, count: int) -> None:
    """Wait until a folder holds so many files; a minute at most."""
    for _ in range(600):
        if folder.is_dir() and len(list(folder.glob("*.jsonl"))) >= count:
            return
        time.sleep(0.1)
    raise AssertionError(f"{folder} never held {count} files")


def test_a_fault_of_the_harness_is_a_note_and_exit_code_3(strangers: Foreign) -> None:
    strangers.write(
        "sick.py", "from longhaul import HarnessError\n\nasync def run(host):\n    raise HarnessError('sick')\n"
    )
    done = strangers.longhaul("run", *GRID[:2], "--orchestrator", "sick.py:run", "--out", "out")
    assert done.code == 3
    assert "Internal error: HarnessError: sick" in done.err
    assert "Traceback" not in done.err
