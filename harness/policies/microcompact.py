"""Runs of similar calls become one line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from harness.policies.changes import ARGUMENT_CHARACTERS, POINTER, all_but, is_error, smaller
from harness.policies.exchanges import Exchange, exchanges, joined, pinned
from harness.tokens import text_bytes
from harness.types import Message, View

_LINE = re.compile(re.escape(POINTER) + r"(\S+) omitted: (\d+) calls from .*, (\d+) bytes\]", re.DOTALL)


@dataclass(frozen=True)
class Microcompact:
    """`run` or more exchanges in a row that call one tool, with long results, become one line; the newest `keep` stay.

    Imitates no product in particular: coding agents run such small compactions before they ask for a summary (the one of that
    name in Claude Code clears old results, see `drop_old_results`). That runs are taken together, and the defaults, are
    choices made here. An exchange of at most `least` bytes, or of `short` of the average of the tool with the longest results,
    is an outcome and no observation: it stays, and breaks no run.
    """

    run: int = 3
    keep: int = 4
    least: int = 120
    short: float = 0.5

    def __call__(self, view: View, budget: int) -> View:
        units = exchanges(view)
        lines: dict[int, tuple[Message, ...]] = {}
        for run in self._runs(units):
            lines |= dict.fromkeys(run, ()) | {run[0]: (_line([units[index] for index in run]),)}
        return (
            smaller(view, joined(lines.get(index, unit) for index, unit in enumerate(units)), budget) if lines else view
        )

    def _runs(self, units: Sequence[Exchange]) -> list[list[int]]:
        """The exchanges, by number, that belong together; text in between ends a run."""
        runs: list[list[int]] = [[]]
        outcome = max(self.least, self.short * self._longest(units))
        for index in sorted(all_but(self.keep, range(len(units)))):
            unit = units[index]
            if unit[0].calls and _size(unit) <= outcome:
                continue
            tool = _tool(unit)
            if not tool or not runs[-1] or _tool(units[runs[-1][0]]) != tool:
                runs.append([])
            if tool:
                runs[-1].append(index)
        return [run for run in runs if len(run) >= self.run]

    def _longest(self, units: Sequence[Exchange]) -> float:
        """Bytes of an exchange with the tool whose exchanges are the longest on average, of those called `run` times.

        Lines of earlier runs count, by their calls: without them outcomes would be the longest once all else is compacted.
        """
        sizes: dict[str, list[float]] = {}
        for unit in units:
            line = _LINE.fullmatch(unit[0].content)
            if line:
                sizes.setdefault(line[1], []).extend([int(line[3]) / int(line[2])] * int(line[2]))
            elif tool := _tool(unit):
                sizes.setdefault(tool, []).append(_size(unit))
        return max((sum(each) / len(each) for each in sizes.values() if len(each) >= self.run), default=0)


def _size(unit: Exchange) -> int:
    """Bytes of the results of an exchange."""
    return sum(text_bytes(result.content) for result in unit[1:])


def _tool(unit: Exchange) -> str:
    """The one tool that an exchange calls, once or several times; '' where it cannot be a part of a run."""
    names = {call.name for call in unit[0].calls}
    return names.pop() if len(names) == 1 and not pinned(unit) and not any(map(is_error, unit)) else ""


def _line(units: Sequence[Exchange]) -> Message:
    """What was called how often, from where to where; no line that could be taken for a fact."""
    calls = list(chain.from_iterable(unit[0].calls for unit in units))
    first, last = (calls[place].arguments[:ARGUMENT_CHARACTERS] for place in (0, -1))
    size = sum(map(_size, units))
    text = f"{POINTER}{calls[0].name} omitted: {len(calls)} calls from {first} to {last}, {size} bytes]"
    return Message("user", text.replace(" = ", "=").replace("\n", " "))
