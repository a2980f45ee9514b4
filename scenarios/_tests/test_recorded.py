"""Real trajectories are played back, whatever is wrong with them; what is none is refused by name."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from fakes.models.recorded import ASK_USER, recording
from harness.errors import UsageError
from harness.policies import POLICIES
from harness.run import execute
from harness.spec import Policy, Spec
from scenarios.generated_recording import write
from scenarios.recordings import inputs_under, load

SAMPLES = Path(__file__).parents[1] / "samples"


def policy_names() -> list[str]:
    return [kind.__module__.rpartition(".")[2] for kind in POLICIES]


def test_the_committed_samples_are_what_the_generator_writes(tmp_path: Path):
    write(tmp_path)
    contents = [
        {p.name: (gzip.decompress(p.read_bytes()) if p.suffix == ".gz" else p.read_bytes()) for p in folder.iterdir()}
        for folder in (tmp_path, SAMPLES)
    ]
    assert contents[0] == contents[1]


@pytest.mark.parametrize("policy", policy_names())
def test_every_sample_is_played_to_its_end_under_every_policy(policy: str):
    usable, _ = inputs_under(str(SAMPLES))
    for source in usable:
        run = execute(Spec("recorded", input=source, policy=Policy(policy), view_budget=0.5))
        assert run.ending == "returned", (source, run.reason)
        assert b'"outcome":"completed"' in run.journal.splitlines()[-1], source


def test_the_default_recording_needs_no_file():
    run = execute(Spec("recorded", horizon=40))
    assert run.completed
    assert 38 <= run.passages["model"] <= 42


def test_a_broken_line_is_refused_by_name_and_the_rest_is_played():
    usable, refused = inputs_under(str(SAMPLES / "broken.jsonl"))
    assert [source.rpartition("#")[2] for source in usable] == ["before-the-break", "after-the-break"]
    assert "broken.jsonl, line 2: not a trajectory" in refused[0]


def test_an_unanswered_call_is_answered_with_an_error():
    run = execute(Spec("recorded", input=f"{SAMPLES}/unanswered.jsonl#unanswered"))
    errors = [e.detail["error"] for e in run.events if e.kind == "result" and e.detail.get("status") == "error"]
    assert len(errors) == 2
    assert set(errors) == {"the recording holds no answer to this call"}


def test_a_result_of_two_megabytes_passes():
    run = execute(Spec("recorded", input=f"{SAMPLES}/large.jsonl.gz#large"))
    assert max(e.detail["bytes"] for e in run.events if e.kind == "result") > 1_900_000


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("nowhere.jsonl#x", "no file 'nowhere.jsonl'"),
        (f"{SAMPLES}/ordinary.jsonl#x", "no trajectory 'x' in"),
    ],
)
def test_a_recording_that_is_not_there_is_refused(source: str, says: str):
    with pytest.raises(UsageError, match=says):
        load(source)


def test_a_damaged_gzip_is_refused_by_name(tmp_path: Path):
    (tmp_path / "cut.jsonl.gz").write_bytes((SAMPLES / "large.jsonl.gz").read_bytes()[:800])
    with pytest.raises(UsageError, match=r"cut\.jsonl\.gz cannot be read"):
        inputs_under(str(tmp_path))


def test_an_empty_folder_is_refused(tmp_path: Path):
    with pytest.raises(UsageError, match="no trajectories at"):
        inputs_under(str(tmp_path))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ({"id": "a", "messages": [{"role": "user", "content": "x"}]}, "no assistant message"),
        ({"id": "a", "messages": [{"role": "robot", "content": "x"}]}, "role 'robot'"),
        ({"id": "a"}, "missing required field `messages`"),
    ],
)
def test_a_line_that_is_no_trajectory_says_why(tmp_path: Path, line: dict, says: str):
    (tmp_path / "x.jsonl").write_text(json.dumps(line) + "\n")
    assert says in inputs_under(str(tmp_path))[1][0]


def test_a_turn_that_waits_for_the_user_is_played_as_a_call():
    said = [("user", "do it"), ("assistant", "which one?"), ("user", "the second"), ("assistant", "done")]
    played = recording([{"role": role, "content": text} for role, text in said])
    assert played.goal == "do it"
    assert [call.name for call in played.replies[0].calls] == [ASK_USER]
    assert list(played.answers.values()) == [("the second",)]


def test_arguments_that_are_no_object_are_wrapped():
    call = {"id": "a", "name": "run", "arguments": "{broken"}
    played = recording([{"role": "assistant", "content": "", "tool_calls": [call]}])
    assert json.loads(played.replies[0].calls[0].arguments) == {"raw": "{broken"}
