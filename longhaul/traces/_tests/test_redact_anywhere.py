"""Wherever a secret stands in a trajectory of our own format, no word of it is in the copy."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longhaul.command import main
from longhaul.traces._tests.test_odd_traces import GOOD, places, with_
from longhaul.traces.redact import redacted
from longhaul.traces.shown import arguments_of
from scenarios.importers import Trajectory, read

KEPT = ("model", "harness", "role", "name")
"""What stays as it is. So do the names of arguments that look like names; those that are tried end in a blank."""

SCRIPTS = (
    "ghjkmqrstuvwxyz", "GHJKMNQRSTUVWXYZ", "2345678", "äöüßñø", "ключанм", "भारतकी", "مرحبا", "東京秘密",
    "\U00020bb7\U00020bb8", "🎉🦊", "🇦🇳🅰ⓐ", "e\u0301n\u0303", "\ue000\U000e0041",
)  # fmt: skip
LETTERS = {letter for script in SCRIPTS for letter in script if not letter.isascii()}
WORDS = st.sampled_from(SCRIPTS).flatmap(lambda script: st.text(script, min_size=9, max_size=12))
GLUE = st.sampled_from((" ", "_", "-", ".", "/", "\\", '"', "\n", "\u2028", "@", ":", ", ", "\x00", "{", "]"))
SECRETS = st.lists(st.tuples(WORDS, GLUE), min_size=1, max_size=4)


def shapes(secret: str) -> Iterator[Any]:
    """A secret as a value: plain, as a key, and inside of JSON that is a text, with and without escapes."""
    nested = {"plain": {"list": [{secret: secret}]}}
    yield from (secret, [secret], {f"{secret} ": 4}, nested, [{secret: 1}], json.dumps(nested), json.dumps([nested]))
    yield json.dumps(nested, ensure_ascii=False)
    yield json.dumps({f"{secret} ": json.dumps(secret)})
    yield "{" + secret


def documents(secret: str) -> Iterator[dict[str, Any]]:
    """The good trajectory with the secret at each place, as each shape, and under a key that nobody knows."""
    for at in places(GOOD):
        if at and at[-1] in KEPT:
            continue
        for shape in shapes(secret) if at else ():
            yield with_(GOOD, at, shape)
        found: Any = GOOD
        for key in at:
            found = found[key]
        if isinstance(found, dict):
            named = {f"{secret} ": 1} if at[-1:] == ("arguments",) else {secret: 1, "extra": secret, "count": secret}
            yield with_(GOOD, at, {**found, **named}) if at else {**GOOD, **named}


def copies(documents: Iterable[dict[str, Any]]) -> list[Trajectory]:
    """The copies of the trajectories, as they are read from a file; without those that are refused."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "own.jsonl"
        file.write_text("\n".join(map(json.dumps, documents)))
        return [redacted(one, 1) for one in read(file, "longhaul", skip_broken=True)]


def texts(copy: Trajectory) -> Iterator[str]:
    """The copy as it is written and as what is written in it is read, escapes undone, twice for JSON inside of JSON."""
    yield copy.line().decode()
    yield json.dumps(json.loads(copy.line()), ensure_ascii=False)
    for message in copy.messages:
        for call in message.get("tool_calls") or ():
            try:
                yield json.dumps(json.loads(arguments_of(call)), ensure_ascii=False)
            except ValueError:
                yield arguments_of(call)


@settings(deadline=None, max_examples=60)
@given(SECRETS)
def test_no_word_of_a_secret_is_in_the_copy_wherever_it_stood(parts: list[tuple[str, str]]) -> None:
    secret = "".join(word + glue for word, glue in parts)
    made = copies(documents(secret))
    assert len(made) > 100
    for text in (text for copy in made for text in texts(copy)):
        assert not [word for word, _ in parts if word.isascii() and word in text], text
        assert not LETTERS & set(text), text


@pytest.mark.parametrize(
    ("arguments", "left"),
    [
        (
            {"files": {"C:\\Users\\anna.mueller": 1, 'quoted "TopSecretKey"': 2}},
            ["mueller", "Users", "Secret", "quoted"],
        ),
        ({"/home/anna/x.py": "y", "Anna Mueller": 1}, ["anna", "Anna", "home"]),
        ('{"u": "\\ud842\\udfb7 \\u092d\\u093e"}', ["ud842", "udfb7", "092d", "093e"]),
        ('{"power": 5e-55501994}', ["555", "1994"]),
        ('[{"Anna": 1}]', ["Anna"]),
    ],
)
def test_keys_escapes_and_powers_of_arguments_are_others(arguments: Any, left: list[str]) -> None:
    call = {"id": "c", "name": "run", "arguments": arguments}
    made = redacted(Trajectory("x", [{"role": "assistant", "content": "", "tool_calls": [call]}]), 1)
    other = arguments_of(made.messages[0]["tool_calls"][0])
    assert not [word for word in left if word in other]
    assert len(other) == len(arguments_of(call)) and json.loads(other)


def test_names_of_tools_and_arguments_stay_where_they_look_like_names() -> None:
    calls = [
        {"id": "a", "name": "mcp__git/log.v2", "arguments": {"file_path": 1, "-n": 2}},
        {"id": "b", "name": "mail anna@secret.example", "arguments": {}},
    ]
    made = redacted(Trajectory("x", [{"role": "assistant", "content": "", "tool_calls": calls}]), 1)
    first, second = made.messages[0]["tool_calls"]
    assert (first["name"], next(iter(first["arguments"]))) == ("mcp__git/log.v2", "file_path")
    assert "anna" not in second["name"] and len(second["name"]) == len(calls[1]["name"])


def test_of_events_and_usage_only_known_words_and_counts_stay() -> None:
    events = [
        {"at": 1, "kind": "anna-secret-kind", "pre_tokens": "my-secret", "count": "anna", "trigger": "anna"},
        {"at": 1, "kind": "compaction", "pre_tokens": 5, "count": True, "trigger": "auto", "kept": [0]},
    ]
    messages = [{"role": "assistant", "content": "", "usage": {"anna@secret.example": 4, "in": 3, "out": True}}]
    made = redacted(Trajectory("x", messages, events), 1)
    assert made.events == [
        {"at": 1, "kind": "other"},
        {"at": 1, "pre_tokens": 5, "kind": "compaction", "trigger": "auto", "kept": [0]},
    ]
    assert made.messages[0]["usage"] == {"in": 3}


def test_the_command_writes_no_word_of_it_either(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, copy = tmp_path / "own.jsonl", tmp_path / "copy.jsonl"
    arguments = {"files": {"C:\\Users\\anna.mueller": "SecretPlan"}}
    file.write_text(json.dumps(with_(GOOD, ("messages", 1, "tool_calls", 0, "arguments"), arguments)))
    assert main(["inspect", str(file), "--policy", "none", "--redact", str(copy)]) == 0
    assert not [word for word in ("anna", "mueller", "Secret", "Users") if word in copy.read_text()]
    assert "counts" in capsys.readouterr().err
