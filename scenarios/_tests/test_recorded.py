"""Real trajectories are played back, whatever is wrong with them; what is none is refused by name."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from fakes.models.recorded import ASK_USER, Recorded, recording
from harness.errors import UsageError
from harness.faults import CrashAfter, Strike
from harness.policies import POLICIES
from harness.policies.prompts import SUMMARY
from harness.run import execute
from harness.spec import Policy, Spec
from harness.types import Message, Parameters, Request, Result, Tool
from harness.world import Visit, perform
from scenarios.generated_recording import write
from scenarios.recorded import SCENARIO
from scenarios.recordings import inputs_under, load

SAMPLES = Path(__file__).parents[1] / "samples"
CALLS = {"role": "assistant", "content": "", "tool_calls": [{"id": "c", "name": "run", "arguments": {}}]}


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
    (tmp_path / "not.jsonl.gz").write_bytes(b"plain text")
    (tmp_path / "whole.jsonl").write_bytes((SAMPLES / "ordinary.jsonl").read_bytes())
    usable, refused = inputs_under(str(tmp_path))
    assert [source.rpartition("#")[2] for source in usable] == ["ordinary"]
    assert [f"{name}.jsonl.gz cannot be read" in said for name, said in zip(("cut", "not"), refused)] == [True, True]
    with pytest.raises(UsageError, match=r"no trajectory 'large' in .*it holds none; .*cannot be read"):
        load(f"{tmp_path}/cut.jsonl.gz#large")


def test_a_broken_line_is_named_where_its_trajectory_is_asked_for():
    with pytest.raises(UsageError, match="it holds before-the-break, after-the-break; line 2 is broken"):
        load(f"{SAMPLES}/broken.jsonl#broken")


def test_an_empty_folder_is_refused(tmp_path: Path):
    with pytest.raises(UsageError, match="no trajectories at"):
        inputs_under(str(tmp_path))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ({"id": "a", "messages": [{"role": "user", "content": "x"}]}, "no assistant message"),
        ({"id": "a", "messages": [{"role": "robot", "content": "x"}]}, "role 'robot'"),
        ({"id": "a"}, "missing required field `messages`"),
        ({"id": "a", "messages": [CALLS, CALLS]}, "call id 'c' is used twice"),
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
    assert list(played.answers.values()) == [(Result("the second"),)]


def test_what_a_person_says_after_a_call_is_heard_as_well():
    said = [CALLS, {"role": "tool", "content": "ok", "tool_call_id": "c"}, {"role": "user", "content": "stop that"}]
    played = recording([*said, {"role": "assistant", "content": "stopped"}])
    assert [call.name for call in played.replies[0].calls] == ["run", ASK_USER]
    assert [result.content for (result,) in played.answers.values()] == ["ok", "stop that"]


def test_a_remark_between_two_turns_does_not_end_the_session():
    said = [{"role": "user", "content": "go"}, {"role": "assistant", "content": "Let me see."}, CALLS]
    played = recording([*said, {"role": "assistant", "content": "seen"}])
    assert [(reply.text, len(reply.calls)) for reply in played.replies] == [("Let me see.", 1), ("seen", 0)]


def test_a_result_that_comes_late_still_answers_its_call():
    other = {
        "role": "assistant",
        "content": "meanwhile",
        "tool_calls": [{"id": "d", "name": "look", "arguments": "{}"}],
    }
    results = [{"role": "tool", "content": name, "tool_call_id": name} for name in ("c", "d")]
    played = recording([CALLS, other, *results])
    assert [result.content for (result,) in played.answers.values()] == ["c", "d"]


def test_a_recorded_error_is_a_failed_result():
    said = [CALLS, {"role": "tool", "content": "no such file", "tool_call_id": "c", "is_error": True}]
    assert list(recording(said).answers.values()) == [(Result(status="error", error="no such file"),)]


def test_the_same_call_gets_its_answers_in_order_and_a_repeated_key_the_same_one(tmp_path: Path):
    turns = []
    for number in range(3):
        call = {"id": f"c{number}", "name": "run", "arguments": {}}
        turns.append({"role": "assistant", "content": "", "tool_calls": [call]})
        turns.append({"role": "tool", "content": f"answer {number}", "tool_call_id": call["id"]})
    (tmp_path / "x.jsonl").write_text(json.dumps({"id": "x", "messages": turns}) + "\n")
    setup = SCENARIO.build(Parameters(input=f"{tmp_path}/x.jsonl#x"))
    world, said = setup.world, []
    for key in ("a", "b", "b", "c", "a"):
        world, result = perform(world, setup.tools[0], "{}", Visit("c", key, 0, 0))
        said.append(result.content)
    assert said == ["answer 0", "answer 1", "answer 1", "answer 2", "answer 0"]


@pytest.mark.parametrize("site", ["model", "tool:read_file"])
def test_a_crash_leaves_the_played_world_as_it_would_have_been(site: str):
    clean = execute(Spec("recorded", horizon=12))
    for nth in range(1, clean.passages[site] + 1):
        run = execute(Spec("recorded", horizon=12, strikes=(Strike(site, nth, CrashAfter()),)))
        assert run.ending == "returned"
        assert run.lives == 2


def test_where_every_recorded_call_is_gone_the_furthest_step_tells_where_to_go_on():
    played = recording([{"role": "user", "content": "go"}, *(step for n in "ab" for step in turn(n))])
    model = Recorded(played)
    tools = (Tool("run", "Run.", {}),)
    goal = Message("user", "go")
    assert model(Request((goal,), tools), 0).calls[0].id == "a"
    assert model(Request((goal,), tools), 1).calls[0].id == "b"
    seen = (goal, Message("assistant", "", model(Request((goal,), tools), 2).calls), Message("tool", "ok", call_id="a"))
    assert model(Request(seen, tools), 0).calls[0].id == "b"


def turn(name: str) -> list[dict]:
    call = {"id": name, "name": "run", "arguments": {"n": name}}
    answer = {"role": "tool", "content": "ok", "tool_call_id": name}
    return [{"role": "assistant", "content": "", "tool_calls": [call]}, answer]


def test_a_summary_keeps_the_identifiers_from_the_head_as_many_as_fit():
    model = Recorded(recording([CALLS]))
    view = (
        Message("user", "go"),
        Message("tool", "src/first_part.py then second_part and third_part"),
        Message("user", SUMMARY),
    )
    assert model(Request(view, (), 100), 0).text == "src/first_part.py\nsecond_part\nthird_part"
    assert model(Request(view, (), 10), 0).text == "src/first_part.py\nsecond_part"


def test_arguments_that_are_no_object_are_wrapped():
    call = {"id": "a", "name": "run", "arguments": "{broken"}
    played = recording([{"role": "assistant", "content": "", "tool_calls": [call]}])
    assert json.loads(played.replies[0].calls[0].arguments) == {"raw": "{broken"}
