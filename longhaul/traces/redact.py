"""A copy of a trace for sharing: nothing that was said, and everything that is measured.

Letters and digits of plain words give way to others, line by line, in a way that only the trace itself could tell; the same
line stays the same line, and different ones stay different. Identifiers, and the parts of paths, are renamed, each to the same
other one of the same shape throughout a conversation. So tokens, growth, waste, repeated lines, and reference recall under
every policy stay what they were; of policies that ask for a summary very nearly.

What stays readable: roles, the order and the size of everything, punctuation, blanks and zeros, the shape of words (capitals,
digits), tool names and the names of their arguments (where they look like names), which results were errors, counts of tokens,
what kind a compaction was and what began it (where these are known words), and the names of model and harness. Ids are
numbered anew; times and everything else in the file are left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from hashlib import blake2b
from itertools import cycle
from typing import Any

import msgspec

from fakes.models.recorded import IDENTIFIER
from harness.arguments import NOT_JSON
from longhaul.traces.shown import arguments_of
from scenarios.importers.shape import USAGE
from scenarios.importers.trajectory import Trajectory

_WORD = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{2,78}[A-Za-z0-9_]")
"""As reference recall cuts texts into words (`harness.metrics.recall`); a test holds the two together."""

_TELLING = re.compile(r"[0-9_.-]|[a-z][A-Z]")
_RUN = re.compile(r"\w+")
_DIGIT = re.compile(r"[1-9]")
_JSON = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*:)?|[][{}]|-?\d[\d.]*(?:[eE][+-]?\d+)?', re.DOTALL)
_ESCAPED = re.compile(r"(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.)", re.DOTALL)
"""The escapes of JSON; the two halves of a letter beyond U+FFFF are one."""

_TOOL = re.compile(r"[\w.:/-]{1,128}", re.ASCII)
_ARGUMENT = re.compile(r"[A-Za-z_][\w-]{0,63}", re.ASCII)
_NOTHING_SAID = ("P", "Z", "Sm", "Sc", "Sk", "Cc")
"""Categories of Unicode, or how they begin: punctuation, blanks, signs, controls. Letters, marks, digits, pictures go."""

_LOWER, _UPPER, _DIGITS = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "123456789"
_WIDE = {2: "é", 3: "中", 4: "𝐚"}
_EVENT_COUNTS = ("at", "pre_tokens", "count")
_KINDS = ("compaction", "microcompaction")
_TRIGGERS = ("auto", "manual")


def redacted(trajectory: Trajectory, number: int) -> Trajectory:
    """The conversation without what was said; `number` is what is left of its name."""
    names = _Names(trajectory.line())
    ids = {
        call["id"]: f"call-{place}"
        for place, call in enumerate(
            call for message in trajectory.messages for call in message.get("tool_calls") or ()
        )
    }
    messages = [_message(message, names, ids) for message in trajectory.messages]
    events = [_event(event, names, ids) for event in trajectory.events]
    return replace(trajectory, id=f"trace-{number}", messages=messages, events=events)


def _message(message: Mapping[str, Any], names: _Names, ids: Mapping[str, str]) -> dict[str, Any]:
    made: dict[str, Any] = {"role": message["role"], "content": names.text(message.get("content") or "")}
    if message.get("tool_calls"):
        made["tool_calls"] = [
            {"id": ids[call["id"]], "name": names.name(call["name"], _TOOL), "arguments": _arguments(call, names)}
            for call in message["tool_calls"]
        ]
    if "tool_call_id" in message:
        made["tool_call_id"] = ids.get(message["tool_call_id"], "")
    for key in ("is_error", "injected"):
        if message.get(key):
            made[key] = True
    if isinstance(message.get("usage"), Mapping):
        made["usage"] = _counts(message["usage"], USAGE)
    return made


def _event(event: Mapping[str, Any], names: _Names, ids: Mapping[str, str]) -> dict[str, Any]:
    made: dict[str, Any] = _counts(event, _EVENT_COUNTS)
    made["kind"] = event["kind"] if event["kind"] in _KINDS else "other"
    if event.get("trigger") in _TRIGGERS:
        made["trigger"] = event["trigger"]
    if "kept" in event:
        made["kept"] = [index for index in event["kept"] if type(index) is int]
    if event.get("summary"):
        made["summary"] = names.text(str(event["summary"]))
    if event.get("evicted_tool_call_ids"):
        made["evicted_tool_call_ids"] = [ids[name] for name in event["evicted_tool_call_ids"] if name in ids]
    return made


def _counts(given: Mapping[str, Any], names: Iterable[str]) -> dict[str, int]:
    """Those of the names that are there with a whole number."""
    return {name: given[name] for name in names if type(given.get(name)) is int}


def _arguments(call: Mapping[str, Any], names: _Names) -> Any:
    """The arguments as they were given: JSON text as text, an object as an object."""
    text = arguments_of(call)
    try:
        msgspec.json.decode(text)
    except NOT_JSON:
        return names.text(text)
    made = names.json(text)
    return made if isinstance(call.get("arguments"), str) else msgspec.json.decode(made)


class _Names:
    """What stands for what in one conversation. The key of the fill is a digest of the trace, which only its owner has."""

    def __init__(self, whole: bytes) -> None:
        self._key = blake2b(whole, digest_size=32).digest()
        self._given: dict[str, str] = {}
        self._counts: dict[str, int] = {}

    def text(self, text: str) -> str:
        """A text, line by line."""
        return "".join(map(self._line, text.splitlines(keepends=True)))

    def json(self, text: str) -> str:
        """JSON as text of the same length, and still JSON; keys of the outermost object stay where they look like names."""
        depth = 0

        def token(found: re.Match[str]) -> str:
            nonlocal depth
            whole = found.group()
            if whole in ("{", "[", "}", "]"):
                depth += 1 if whole in "{[" else -1
                return whole
            if found.group(1) is None:
                digits, power, rest = whole.partition("e" if "e" in whole else "E")
                return (
                    self._line(digits) + power + _DIGIT.sub("1", rest)
                )  # never a greater power, which might be no number
            inside = found.group(1)
            if found.group(2) is None:
                return f'"{"".join(self._escaped(inside, self._line))}"'
            stays = depth == 1 and _ARGUMENT.fullmatch(inside)
            return f'"{inside if stays else "".join(self._escaped(inside, self._path))}"{found.group(2)}'

        return _JSON.sub(token, text)

    def name(self, word: str, shape: re.Pattern[str]) -> str:
        """A name as it is where it looks like one; else it is a text like others."""
        return word if shape.fullmatch(word) else self.text(word)

    def _escaped(self, inside: str, other: Callable[[str], str]) -> Iterator[str]:
        """The inside of a JSON string, what is between its escapes made another; they stay but for those that say something."""
        for number, part in enumerate(_ESCAPED.split(inside)):
            if number % 2 == 0:
                yield other(part)
            elif len(part) == 2 * len("\\u4e2d"):
                yield "\\ud835\\udc1a" if _says(msgspec.json.decode(f'"{part}"')) else part
            elif part.startswith("\\u") and _says(chr(int(part[2:], 16))):
                yield "\\u4e2d"
            else:
                yield part

    def _line(self, line: str) -> str:
        """A line: identifiers and what paths are made of by their names, other words filled."""
        if not line:
            return line
        parts: list[str] = []
        end = 0
        fill = self._fill(line)
        for start, stop in _named(line):
            parts.append(_filled(line[end:start], fill))
            parts.append(self._path(line[start:stop]))
            end = stop
        parts.append(_filled(line[end:], fill))
        return "".join(parts)

    def _path(self, text: str) -> str:
        """Identifiers by their names, and so the words between them; what is left of other letters is filled."""
        parts: list[str] = []
        end = 0
        for found in _WORD.finditer(text):
            if _TELLING.search(found.group()):
                parts.append(_RUN.sub(lambda run: self._name(run.group()), text[end : found.start()]))
                parts.append(self._name(found.group()))
                end = found.end()
        parts.append(_RUN.sub(lambda run: self._name(run.group()), text[end:]))
        return "".join(letter if letter.isascii() else _other(letter, 0) for letter in "".join(parts))

    def _name(self, word: str) -> str:
        """The other name of a word, of the same shape; no two words have the same one."""
        known = self._given.get(word)
        if known is None:
            shape = _shape(word)
            count = self._counts.get(shape, 0)
            self._counts[shape] = count + 1
            known = self._given[word] = _nth(shape, count)
        return known

    def _fill(self, line: str) -> Iterator[int]:
        key = blake2b(line.rstrip("\r\n").encode("utf-8", "surrogatepass"), key=self._key, digest_size=64).digest()
        return cycle(key)


def _named(line: str) -> list[tuple[int, int]]:
    """Where the identifiers and paths of a line are; those that touch or overlap are one."""
    spans = [found.span() for found in _WORD.finditer(line) if _TELLING.search(found.group())]
    spans += [found.span() for found in IDENTIFIER.finditer(line)]
    merged: list[tuple[int, int]] = []
    for start, stop in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
        else:
            merged.append((start, stop))
    return merged


def _filled(text: str, fill: Iterator[int]) -> str:
    """Every letter, digit, mark and picture another one of its kind or size."""
    return "".join(_other(letter, next(fill)) if _says(letter) else letter for letter in text)


def _says(letter: str) -> bool:
    """Whether a letter may say something: all but punctuation, blanks, signs and controls."""
    return letter.isalnum() if letter.isascii() else not unicodedata.category(letter).startswith(_NOTHING_SAID)


def _other(letter: str, number: int) -> str:
    for kind in (_LOWER, _UPPER, _DIGITS):
        if letter in kind:
            return kind[number % len(kind)]
    return (
        letter
        if letter == "0" or not _says(letter)
        else _WIDE.get(len(letter.encode("utf-8", "surrogatepass")), letter)
    )


def _shape(word: str) -> str:
    """A word with `a`, `A` and `1` for its letters and digits."""
    return "".join(_other(letter, 0) if _says(letter) else letter for letter in word)


def _nth(shape: str, number: int) -> str:
    """The nth word of a shape, counted from its end, so that short differences are seen."""
    letters: list[str] = []
    for letter in reversed(shape):
        kind = next((kind for kind in (_LOWER, _UPPER, _DIGITS) if letter in kind), "")
        if kind:
            number, place = divmod(number, len(kind))
            letter = kind[place]
        letters.append(letter)
    return "".join(reversed(letters))


def sentences() -> Iterable[str]:
    """What a redacted copy keeps, for whoever is about to share it."""
    yield "kept: roles, order and sizes, punctuation, shapes of words, names of tools and of their arguments, "
    yield "errors, counts, model and harness; identifiers are renamed, the same one to the same other one"
