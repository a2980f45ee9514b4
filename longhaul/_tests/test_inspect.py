"""`longhaul inspect` as a user types it: a page that fits, JSON with fixed keys, mistakes in one line, memory that stays."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from harness.policies import POLICIES
from longhaul.command import main
from longhaul.home import ROOT
from scenarios.generated_recording import generated
from scenarios.importers._tests.files import FILES

SAMPLES = ROOT / "scenarios" / "samples"
Captured = pytest.CaptureFixture[str]


def lines(count: int, turns: int = 12) -> str:
    """A file of several conversations."""
    made = ({"id": f"c{number}", "messages": generated(turns, number)} for number in range(count))
    return "".join(f"{json.dumps(one)}\n" for one in made)


def test_one_conversation_is_told_in_a_hundred_columns(capsys: Captured) -> None:
    assert main(["inspect", str(SAMPLES / "ordinary.jsonl")]) == 0
    told = capsys.readouterr()
    assert max(map(len, told.out.splitlines())) <= 100
    assert "read as longhaul; tokens are our count, ceil(UTF-8 bytes / 3.2)" in told.out
    assert "growth linear, cumulative exponent 2.17" in told.out
    assert "dead is an estimate" in told.out
    rows = {line.split()[0]: line.split()[1:] for line in told.out.splitlines() if len(line.split()) == 13}
    assert set(rows) >= {kind.__module__.rpartition(".")[2] for kind in POLICIES}
    assert rows["keep_all"][1] == "-" and rows["keep_all"][-4:] == ["100%", "0%", "0%", "0"]
    assert rows["mask_observations"][-3] != "0%" and rows["mask_observations"][-1] == "+42"


def test_the_same_command_prints_the_same(capsys: Captured) -> None:
    pages = []
    for _ in range(2):
        assert main(["inspect", str(SAMPLES / "ordinary.jsonl"), "--policy", "summarize"]) == 0
        pages.append(capsys.readouterr().out)
    assert pages[0] == pages[1]


TALKS = """
from dataclasses import dataclass

@dataclass(frozen=True)
class Talks:
    def __call__(self, view, budget):
        print("a policy at work")
        return view
"""


def test_what_the_trace_is_stands_there_before_the_first_policy_is_tried(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "talks.py").write_text(TALKS)
    policy = f"{tmp_path / 'talks.py'}:Talks"
    assert main(["inspect", str(SAMPLES / "ordinary.jsonl"), "--policy", policy]) == 0
    told = capsys.readouterr().out
    assert 0 < told.index("dead is an estimate") < told.index("a policy at work") < told.index("saved")


def test_that_trying_all_policies_takes_long_is_said_before(tmp_path: Path, capsys: Captured) -> None:
    long = tmp_path / "long.jsonl"
    first, *others = generated(12, 1)
    long.write_text(json.dumps({"id": "long", "messages": [{**first, "content": "word " * 400_000}, *others]}))
    assert main(["inspect", str(long)]) == 0
    said = f"trying {len(POLICIES)} policies on one conversation; --policy NAME tries one, --policy none does not"
    assert said in " ".join(capsys.readouterr().err.split())
    for asked in (["--policy", "none"], ["--policy", "drop_all"]):
        assert main(["inspect", str(long), *asked]) == 0
        assert "trying" not in capsys.readouterr().err
    assert main(["inspect", str(SAMPLES / "ordinary.jsonl")]) == 0
    assert "trying" not in capsys.readouterr().err


def test_a_very_long_conversation_is_played_where_a_policy_is_named(tmp_path: Path, capsys: Captured) -> None:
    long = tmp_path / "long.jsonl"
    first, *others = generated(2, 1)
    long.write_text(json.dumps({"id": "long", "messages": [{**first, "content": "word " * 3_400_000}, *others]}))
    assert main(["inspect", str(long)]) == 0
    told = capsys.readouterr()
    assert "is not played unasked: --policy plays it" in told.err and "saved" not in told.out
    assert main(["inspect", str(long), "--policy", "keep_all"]) == 0
    told = capsys.readouterr()
    assert "played unasked" not in told.err and "saved" in told.out


def test_several_conversations_are_rows_and_their_sums(tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "many.jsonl"
    file.write_text(lines(23))
    assert main(["inspect", str(file), "--policy", "drop_all", "--budget", "400"]) == 0
    told = capsys.readouterr().out
    assert max(map(len, told.splitlines())) <= 100
    assert "... and 3 smaller ones" in told and "23 conversations, 276 calls" in told
    assert "view budget 400 tokens" in told
    assert main(["inspect", f"{file}#c7", "--policy", "none"]) == 0
    told = capsys.readouterr().out
    assert told.splitlines()[1].startswith("c7 (") and "saved" not in told


def test_json_has_fixed_keys(capsys: Captured) -> None:
    assert main(["inspect", str(SAMPLES / "ordinary.jsonl"), "--policy", "mask_observations", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told) == {"files", "budget", "lookup", "tokens", "dead_is", "conversations", "policies"}
    assert [row["policy"] for row in told["policies"]] == ["as recorded", "keep_all", "mask_observations"]
    assert 0 < told["policies"][2]["saved"] < 1
    masked = told["policies"][2]
    assert (masked["in_view"], masked["by_pointer"], masked["lost"], masked["window_in_view"]) == (14, 24, 0, 16)
    assert masked["recall"] == round((14 + 0.75 * 24) / 38, 9) and masked["gain"] == round(
        (14 + 0.75 * 24 - 16) / 38, 9
    )
    assert list(masked["by_distance"]) == ["1", "2", "4", "8", "16"]
    assert sum(found["by_pointer"] for found in masked["by_distance"].values()) == 24
    assert sum(told["conversations"][0]["waste"].values()) == told["conversations"][0]["input"]


def test_recall_by_distance_is_a_table_that_fits(tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "long.jsonl"
    file.write_text(lines(1, turns=300))
    policies = "drop_all,sliding_window,drop_old_results"
    assert main(["inspect", str(file), "--policy", policies, "--budget", "2000", "--by-distance"]) == 0
    told = capsys.readouterr().out
    assert max(map(len, told.splitlines())) <= 100
    below = told.partition("turns since the result")[2]
    assert below.splitlines()[0].split() == ["1", "2-3", "4-7", "8-15", "16-31", "32-63", "64-127", "128+"]
    recall, _, gain = below.partition("gain: recall above a window of as many tokens, points")
    assert "recall: in view + 0.75 x by pointer" in recall
    dropped = next(line for line in recall.splitlines() if line.startswith("drop_all")).split()[1:]
    assert int(dropped[0].rstrip("%")) > 80 and int(dropped[-1].rstrip("%")) < 20
    kept = next(line for line in gain.splitlines() if line.startswith("keep_all")).split()[1:]
    assert set(kept) == {"0"}


def test_pointers_count_as_the_model_follows_them(capsys: Captured) -> None:
    gains = []
    for lookup in ("0", "0.5", "1"):
        asked = ["--policy", "drop_old_results", "--lookup", lookup]
        assert main(["inspect", str(SAMPLES / "ordinary.jsonl"), *asked]) == 0
        told = capsys.readouterr().out
        assert f"pointers counted {lookup}" in " ".join(told.split())
        gains.append(int(next(line for line in told.splitlines() if line.startswith("drop_old")).split()[-1]))
    assert gains[0] < 0 < gains[1] < gains[2]
    assert "0<=x<=1" in refused(capsys, str(SAMPLES / "ordinary.jsonl"), "--lookup", "1.5")


@pytest.mark.parametrize("name", FILES)
def test_every_format_is_inspected(tmp_path: Path, capsys: Captured, name: str) -> None:
    file = tmp_path / "trace.json"
    file.write_text(FILES[name])
    assert main(["inspect", str(file), "--policy", "sliding_window"]) == 0
    assert f"read as {name};" in capsys.readouterr().out


def test_a_folder_of_every_format_is_told_in_a_hundred_columns(tmp_path: Path, capsys: Captured) -> None:
    for name, text in FILES.items():
        (tmp_path / f"{name}.json").write_text(text)
    assert main(["inspect", str(tmp_path), "--policy", "none"]) == 0
    told = capsys.readouterr().out
    assert max(map(len, told.splitlines())) <= 100
    assert all(name in told.partition(" tokens are our count")[0] for name in FILES)


def test_control_characters_and_markup_of_a_trace_are_shown_and_not_obeyed(tmp_path: Path, capsys: Captured) -> None:
    name = "\x1b[31m[red]\u202eevil\n[/red]"
    messages = [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}]
    value = {"id": name, "messages": messages, "model": "\x07bell", "harness": "[bold]h"}
    file = tmp_path / "evil.jsonl"
    file.write_text(json.dumps(value) + "\n")
    assert main(["inspect", str(file)]) == 0
    told = capsys.readouterr().out
    assert r"\x1b[31m[red]\u202eevil\n[/red] ([bold]h by \x07bell)" in told
    assert not {letter for letter in told if not letter.isprintable()} - {"\n"}
    file.write_text('{"\\u001b[31mkey": 1}\n')
    assert main(["inspect", str(file)]) == 2
    assert "\x1b" not in capsys.readouterr().err


def refused(capsys: Captured, *arguments: str) -> str:
    """What a mistake prints: one sentence, exit code 2, and no traceback."""
    assert main(["inspect", *arguments]) == 2
    told = capsys.readouterr()
    assert "Traceback" not in told.err and not told.out
    return " ".join(told.err.split())


def test_mistakes_are_a_sentence_and_exit_2(tmp_path: Path, capsys: Captured) -> None:
    assert "no traces in the folder" in refused(capsys, str(tmp_path))
    assert "no file 'nowhere.jsonl'" in refused(capsys, "nowhere.jsonl")
    good, broken = tmp_path / "good.jsonl", tmp_path / "broken.jsonl"
    good.write_text(lines(2))
    broken.write_text(lines(1) + '{"id": "x", "messages": [\n' + lines(1))
    assert "broken.jsonl, line 2 is broken" in refused(capsys, str(broken), "--policy", "none")
    assert "no conversation 'c9'" in refused(capsys, f"{good}#c9")
    assert "no format 'codx'; did you mean codex?" in refused(capsys, str(good), "--format", "codx")
    assert "mask_observations" in refused(capsys, str(good), "--policy", "mask")
    assert "view budget is 'much'" in refused(capsys, str(good), "--budget", "much")
    long = tmp_path / "long.jsonl"
    long.write_text('{"id": "' + "x" * 4_000_000)
    assert len(refused(capsys, str(long))) < 400
    unreadable = tmp_path / "cut.jsonl.gz"
    unreadable.write_bytes((SAMPLES / "large.jsonl.gz").read_bytes()[:-100])
    assert "cannot be read" in refused(capsys, str(unreadable))


def test_broken_lines_are_left_out_on_demand_and_named(tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "broken.jsonl"
    file.write_text(lines(2) + '{"half": \n')
    assert main(["inspect", str(file), "--skip-broken", "--policy", "none"]) == 0
    told = capsys.readouterr()
    assert "2 conversations" in told.out and "line 3 is broken" in " ".join(told.err.split())


def test_other_files_of_a_folder_are_named_and_left_out(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "a.jsonl").write_text(lines(1))
    (tmp_path / "b.json").write_text('{"not": "a trace"}')
    assert main(["inspect", str(tmp_path), "--policy", "none"]) == 0
    told = capsys.readouterr()
    assert "c0 (" in told.out and "b.json is a trace of no known format" in " ".join(told.err.split())


def test_a_redacted_copy_measures_the_same(tmp_path: Path, capsys: Captured) -> None:
    copy = tmp_path / "copy.jsonl"
    pages = []
    for arguments in ((str(SAMPLES / "ordinary.jsonl"), "--redact", str(copy)), (str(copy),)):
        assert main(["inspect", *arguments]) == 0
        told = capsys.readouterr()
        pages.append(told.out.replace("ordinary (", "trace-1 ("))
    assert pages[0] == pages[1]
    assert "careful" not in copy.read_text() and "total_" not in copy.read_text()


def test_a_trace_that_is_refused_leaves_no_copy(tmp_path: Path, capsys: Captured) -> None:
    file, copy = tmp_path / "broken.jsonl", tmp_path / "copy.jsonl"
    file.write_text(lines(1) + '{"half": \n')
    refused(capsys, str(file), "--policy", "none", "--redact", str(copy))
    assert not copy.exists()


def test_a_copy_is_not_written_over_the_trace_itself(tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(lines(1))
    assert "would be written over" in refused(capsys, str(file), "--redact", str(file))
    assert file.read_text() == lines(1)


PEAK = """
import resource, sys
from longhaul.command import main
assert main(["inspect", sys.argv[1], "--policy", sys.argv[2]]) == 0
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def peak_mb(file: Path, policy: str) -> float:
    """Peak memory of an inspection in a process of its own."""
    command = [sys.executable, "-c", PEAK, str(file), policy]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return int(done.stdout.splitlines()[-1]) / (1024 * 1024 if sys.platform == "darwin" else 1024)


def calls_of(conversation: int) -> list[dict[str, Any]]:
    """A conversation as LangSmith keeps it: each call with all before it."""
    messages = generated(12, conversation)
    places = [place for place, message in enumerate(messages) if message["role"] == "assistant"]
    return [
        {"id": f"{conversation}-{place}", "trace_id": str(conversation), "run_type": "llm", "start_time": f"{place:03}",
         "inputs": {"messages": messages[:place]}, "outputs": {"messages": [messages[place]]}}
        for place in places
    ]  # fmt: skip


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    few, many, spans = (tmp_path / name for name in ("few.jsonl", "many.jsonl", "spans.jsonl"))
    few.write_text(lines(2))
    many.write_text(lines(900))
    runs = (json.dumps(run) for number in range(60) for run in calls_of(number))
    spans.write_text("".join(f"{run}\n" for run in runs))
    least = peak_mb(few, "none")
    assert many.stat().st_size > 5_000_000 and spans.stat().st_size > 1_500_000
    assert peak_mb(many, "none") < least + 4
    assert peak_mb(spans, "none") < least + 4


def test_memory_does_not_grow_with_what_is_played(tmp_path: Path) -> None:
    few, many = tmp_path / "few.jsonl", tmp_path / "many.jsonl"
    few.write_text(lines(5))
    many.write_text(lines(80))
    assert peak_mb(many, "mask_observations") < peak_mb(few, "mask_observations") + 12
