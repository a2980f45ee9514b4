"""Every format is recognised by its content, gives the one small conversation, and can be played."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fakes.models.recorded import recording
from harness.errors import UsageError
from scenarios.importers import FORMATS, Trajectory, chosen, files_under, opened, read
from scenarios.importers._tests.files import FILES, GOAL, LOOK, MESSAGES, OPENAI, SEEN, span, spans


def written(folder: Path, text: str, name: str = "trace.json") -> Path:
    file = folder / name
    file.write_text(text)
    return file


def said(trajectory: Trajectory) -> list[tuple[Any, ...]]:
    """A conversation as far as every format can tell it."""
    told: list[tuple[Any, ...]] = []
    for message in trajectory.messages:
        calls = message.get("tool_calls") or ()
        given = [c["arguments"] if isinstance(c["arguments"], dict) else json.loads(c["arguments"]) for c in calls]
        told.append((message["role"], message["content"], [c["name"] for c in calls], given))
    return told


def first(found: Iterator[Trajectory]) -> Trajectory:
    (*everything,) = found
    return everything[0]


PLAIN = said(Trajectory("", MESSAGES))


def test_there_is_a_file_for_every_format():
    assert list(FILES) == [one.name for one in FORMATS]


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_recognised_by_its_content_and_by_no_other_format(tmp_path: Path, name: str):
    with opened(written(tmp_path, FILES[name])) as source:
        assert chosen(source).name == name
        values = [value for _, value in source.values()]
    assert [one.name for one in FORMATS if any(map(one.matches, values))] == [name]


@pytest.mark.parametrize("name", [name for name in FILES if name not in ("swe-agent", "claude-code")])
def test_the_conversation_is_read(tmp_path: Path, name: str):
    found = first(read(written(tmp_path, FILES[name])))
    assert said(found) == PLAIN
    assert found.messages[3]["tool_call_id"] == found.messages[2]["tool_calls"][0]["id"]


@pytest.mark.parametrize("name", FILES)
def test_what_was_read_can_be_played_and_written_as_our_own(tmp_path: Path, name: str):
    for found in read(written(tmp_path, FILES[name])):
        assert recording(found.messages).replies
        again = first(read(written(tmp_path, found.line().decode(), "own.jsonl")))
        assert (again.messages, again.events) == (found.messages, found.events)


@pytest.mark.parametrize("name", FILES)
def test_a_gzipped_file_is_read_as_well(tmp_path: Path, name: str):
    file = tmp_path / "trace.gz"
    file.write_bytes(gzip.compress(FILES[name].encode()))
    assert [one.line() for one in read(file)] == [one.line() for one in read(written(tmp_path, FILES[name]))] or (
        name == "swe-agent"  # named by its file
    )


def test_swe_agent_steps_are_calls_of_a_shell_and_elided_observations_are_told(tmp_path: Path):
    found = first(read(written(tmp_path, FILES["swe-agent"])))
    assert [message["role"] for message in found.messages] == [
        "system",
        "user",
        *["assistant", "tool"] * 2,
        "assistant",
    ]
    assert found.messages[2]["tool_calls"][0]["arguments"] == {"command": "cat src/total_7.py"}
    assert found.events == [{"at": 6, "kind": "microcompaction", "evicted_tool_call_ids": ["step-0"]}]


def test_claude_code_joins_the_parts_of_an_answer_and_keeps_sub_agents_apart(tmp_path: Path):
    session, side = read(written(tmp_path, FILES["claude-code"]))
    assert said(session) == PLAIN[1:]
    assert session.events == [
        {"at": 3, "kind": "compaction", "pre_tokens": 90, "trigger": "auto", "summary": "Summary: total_7."}
    ]
    assert session.messages[1]["usage"]["in"] == 9
    assert (session.id, session.model, session.harness) == ("s-1", "claude-x", "claude-code 2.1.0")
    assert (side.id, side.messages[0]["content"]) == ("s-1/a9", "A sub-agent.")


def test_codex_tells_what_its_compaction_kept(tmp_path: Path):
    found = first(read(written(tmp_path, FILES["codex"])))
    assert found.events == [{"at": 4, "kind": "compaction", "kept": [1], "summary": "Summary: total_7."}]
    assert found.messages[2]["usage"] == {"in": 9, "cache_read": 0, "out": 2}
    assert (found.id, found.model, found.harness) == ("s-2", "gpt-x", "codex 0.65.0")


def test_codex_of_before_the_envelope_is_read(tmp_path: Path):
    items = [json.loads(line) for line in FILES["codex"].splitlines()]
    bare = [item["payload"] for item in items if item["type"] == "response_item"]
    text = "\n".join(map(json.dumps, [{"id": "old", "timestamp": "", "instructions": None}, *bare]))
    assert said(first(read(written(tmp_path, text)))) == PLAIN


def test_a_call_that_begins_otherwise_is_a_compaction_and_another_beginning_a_sub_agent(tmp_path: Path):
    short = [MESSAGES[0], {"role": "user", "content": "So far: total_7."}, {"role": "user", "content": "Go on."}]
    other = [{"role": "system", "content": "You are a helper."}, {"role": "user", "content": "Help."}]
    text = spans(
        span(1, MESSAGES[:2], MESSAGES[2]), span(2, MESSAGES[:4], MESSAGES[4]), span(3, other, MESSAGES[4]),
        span(4, short, {"role": "assistant", "content": "Done."}),
    )  # fmt: skip
    main, helper = read(written(tmp_path, text))
    assert said(main) == [*PLAIN, ("user", "Go on.", [], []), ("assistant", "Done.", [], [])]
    assert main.events == [{"at": 5, "kind": "compaction", "kept": [0], "summary": "So far: total_7."}]
    assert (helper.id, len(helper.messages)) == ("ab/2", 3)


def test_spans_without_what_was_said_are_refused_with_the_way_out(tmp_path: Path):
    file = written(tmp_path, spans(span(1, [], {}, content=False)))
    with pytest.raises(UsageError, match="1 calls of a model without what was said; have the instrumentation record"):
        list(read(file))


def test_openllmetry_attributes_and_span_events_are_read(tmp_path: Path):
    flat = {
        "gen_ai.prompt.0.role": "user", "gen_ai.prompt.0.content": GOAL, "gen_ai.completion.0.role": "assistant",
        "gen_ai.completion.0.content": "I look.", "gen_ai.completion.0.tool_calls.0.id": "c1",
        "gen_ai.completion.0.tool_calls.0.name": "read", "gen_ai.completion.0.tool_calls.0.arguments": json.dumps(LOOK),
    }  # fmt: skip
    one = {"startTimeUnixNano": "1", "attributes": [{"key": k, "value": {"stringValue": v}} for k, v in flat.items()]}
    assert said(first(read(written(tmp_path, spans(one))))) == PLAIN[1:3]
    events = [
        {"name": f"gen_ai.{role}", "attributes": [{"key": "content", "value": {"stringValue": text}}]}
        for role, text in (("user.message", GOAL), ("choice", "It is total_7."))
    ]
    other = {"startTimeUnixNano": "1", "events": events, "attributes": []}
    assert said(first(read(written(tmp_path, spans(other))))) == [PLAIN[1], PLAIN[4]]


def test_reused_and_missing_ids_are_mended_and_a_result_of_no_call_is_what_the_harness_said(tmp_path: Path):
    call = {"function": {"name": "read", "arguments": "{}"}}
    messages = [
        {"role": "assistant", "tool_calls": [{"id": "same", **call}]}, {"role": "tool", "tool_call_id": "same", "content": "1"},
        {"role": "assistant", "tool_calls": [{"id": "same", **call}]}, {"role": "tool", "tool_call_id": "same", "content": "2"},
        {"role": "assistant", "tool_calls": [call]}, {"role": "tool", "content": "3"}, {"role": "tool", "content": "4"},
        {"role": "assistant", "content": ""},
    ]  # fmt: skip
    found = first(read(written(tmp_path, json.dumps({"messages": messages}))))
    assert [m.get("tool_call_id") for m in found.messages] == [None, "same", None, "same#2-0", None, "call-4-0", None]
    assert found.messages[-1] == {"role": "user", "content": "4", "injected": True}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("not json\n", "is no JSON"),
        ('{"a": 1}\n', "of no known format: it holds objects with 'a'; there are longhaul, swe-agent"),
        ("[1, 2]", "it holds values such as 1"),
        (json.dumps({"messages": OPENAI[:2]}), "is broken (no assistant message)"),
    ],
)
def test_what_is_no_trace_is_refused_with_what_was_found(tmp_path: Path, text: str, says: str):
    with pytest.raises(UsageError) as refused:
        list(read(written(tmp_path, text)))
    assert says in str(refused.value)


@pytest.mark.parametrize("name", ["longhaul", "claude-code", "codex", "openai-chat", "langsmith"])
def test_a_broken_line_is_named_and_can_be_left_out(tmp_path: Path, name: str):
    lines = FILES[name].splitlines()
    file = written(tmp_path, "\n".join([*lines, '{"half": ', *lines[:1], '{"half": ']))
    with pytest.raises(UsageError, match=rf"line {len(lines) + 1} is broken \(.*\); mend it, or leave out"):
        list(read(file))
    assert list(read(file, skip_broken=True))
    mended = written(tmp_path, "\n".join(['{"half": ', *lines]))
    with pytest.raises(UsageError, match=r"line 1 is broken"):
        list(read(mended))


def test_a_forced_format_that_is_unknown_or_wrong_is_refused(tmp_path: Path):
    file = written(tmp_path, FILES["codex"])
    with pytest.raises(UsageError, match="no format 'kodex'; did you mean codex"):
        list(read(file, "kodex"))
    with pytest.raises(UsageError, match=r"line 1 is broken \(no steps"):
        list(read(file, "swe-agent"))


def test_a_folder_gives_its_traces_and_an_empty_one_is_refused(tmp_path: Path):
    with pytest.raises(UsageError, match="no traces in the folder"):
        files_under(str(tmp_path))
    (tmp_path / "deep").mkdir()
    written(tmp_path / "deep", FILES["codex"], "a.jsonl")
    assert [file.name for file in files_under(str(tmp_path))] == ["a.jsonl"]


def test_a_line_of_several_megabytes_is_read(tmp_path: Path):
    long = [*OPENAI[:3], {**OPENAI[3], "content": SEEN * 200_000}, OPENAI[4]]
    found = first(read(written(tmp_path, json.dumps({"messages": long}))))
    assert len(found.messages[3]["content"]) == 200_000 * len(SEEN)


def test_the_parts_of_a_document_of_many_calls_are_listed_once_and_not_for_each_of_them(tmp_path: Path) -> None:
    file = tmp_path / "trace.json"
    file.write_text(json.dumps({"observations": [{"id": str(number)} for number in range(50)]}))
    listed = []

    def parts(value: Any) -> Iterator[dict[str, Any]]:
        listed.append(value)
        yield from value["observations"]

    with opened(file) as source:
        ((entry, _),) = source.values()
        assert [source.part((entry, number), parts)["id"] for number in range(50)] == [str(n) for n in range(50)]
    assert len(listed) == 1
