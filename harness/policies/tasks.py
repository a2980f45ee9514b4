"""Sub-tasks in a view: the exchanges about one thing, and which of them are finished."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from harness.metrics.recall import identifiers
from harness.policies.changes import about, is_error
from harness.policies.exchanges import Exchange, pinned
from harness.tokens import text_bytes
from harness.types import Message

LISTED = 2
"""Things that a result has to name to be a list of them; one alone is said about it."""

Answer: TypeAlias = tuple[int, Message]
"""A result with the number of its exchange."""

_NUMBER = re.compile(r"\d")


def finished(units: Sequence[Exchange], keep: int, reported: str = "") -> dict[int, bool]:
    """The exchanges, by number, of which all sub-tasks are finished; true for those that one of them came to.

    A sub-task is two or more exchanges about one thing. A list belongs to the sub-tasks of all things on it: a call about
    nothing, whose result names several things that are numbered as those that calls were about. A sub-task is finished where
    the last call about its thing went well and stands before the newest `keep` exchanges: the work has gone on to something
    else. What it came to is its call with the shortest result; to look at the thing once more does not change that.

    What `reported` names was finished before, so a single exchange is enough.
    """
    old = len(units) - keep
    answers: dict[str, list[tuple[int, Message]]] = {}
    for index, unit in enumerate(units):
        for thing, result in zip(_things(unit), unit[1:], strict=False):
            answers.setdefault(thing, []).append((index, result))
    lists = {index: _listed(unit, answers) for index, unit in enumerate(units)}
    told = set(identifiers(reported)).union(*lists.values())
    done = {
        thing: _outcome(given)
        for thing, given in answers.items()
        if (given[0][0] < given[-1][0] or thing in told) and not is_error(given[-1][1]) and given[-1][0] < old
    }
    names = {index: set(_things(unit)) | lists[index] for index, unit in enumerate(units[: max(0, old)])}
    outcomes = set(done.values())
    return {index: index in outcomes for index, about_it in names.items() if about_it and about_it <= done.keys()}


def _things(unit: Exchange) -> list[str]:
    """What each call of an exchange is about; nothing where one of them is about nothing, or is pinned."""
    named = [about(call) for call in unit[0].calls]
    return named if all(named) and not pinned(unit) else []


def _outcome(answers: Sequence[Answer]) -> int:
    """The exchange with the shortest result that went well, the last of those."""
    well = [answer for answer in answers if not is_error(answer[1])]
    return min(reversed(well), key=lambda answer: text_bytes(answer[1].content))[0]


def _listed(unit: Exchange, known: Iterable[str]) -> set[str]:
    """The things on the lists of an exchange whose calls are about nothing."""
    if pinned(unit) or any(about(call) for call in unit[0].calls):
        return set()
    shapes = {_shape(thing) for thing in known if _NUMBER.search(thing)}
    names = {word for result in unit[1:] for word in identifiers(result.content) if _shape(word) in shapes}
    return names if len(names) >= LISTED else set()


def _shape(name: str) -> str:
    return _NUMBER.sub("0", name)
