"""Tool results and tool schemas as pages of virtual memory: faulted in by a call, evicted by least recent use."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from harness.arguments import canonical
from harness.metrics.recall import identifiers
from harness.policies.changes import POINTER, all_but, as_pages, calls_in, results_in, same_call, saving, smaller
from harness.policies.exchanges import tokens_of
from harness.policies.stubs import Pages, pages_of
from harness.types import Tool, ToolCall, View


@dataclass(frozen=True)
class DemandPaging:
    """Evict the least recently used results, pointers in their place, until `share` of the budget is used.

    Imitates demand paging of contexts as in Pichay. A use is a later call or sentence of the model with an identifier that
    the result was the first to show. A fault is a call repeated after its result was evicted: such a page goes after all
    others. `thrash` faults among the newest `window` calls mean that the working set does not fit: then no more is evicted
    than `share_thrashing` asks for. Pinned messages and the newest `keep` results are never evicted.

    Tool schemas stay whole as long as all of them fit `schemas` of the budget, or `schemas_least` tokens (deferred loading in
    Claude Code begins at 10 % of the window). Else every one is a stub that a call brings back (a fault); the least recently
    called go first where they do not fit, and never the newest `keep`. What was not called among the newest `reach` calls is
    a stub again. `thrash` schemas brought back for a second time among the newest `window` calls: all of them stay whole.
    """

    share: float = 0.5
    share_thrashing: float = 0.7
    keep: int = 2
    thrash: int = 2
    window: int = 6
    schemas: float = 0.1
    schemas_least: int = 1_000
    reach: int = 64

    def offer(self, view: View, tools: tuple[Tool, ...], budget: int) -> tuple[Tool, ...]:
        """The definitions to offer: those in use whole, the others as stubs."""
        pages, room = pages_of(tools), max(self.schemas_least, int(self.schemas * budget))
        if pages.tokens <= room:
            return tools
        calls = _newest_calls(view, self.reach)
        if _brought_back(calls, pages)[-self.window :].count(True) >= self.thrash:
            return tools
        resident, used = set[str](), 0
        for name in dict.fromkeys(call.name for call in reversed(calls)):
            used += pages.sizes.get(name, 0)
            if used > room and len(resident) >= self.keep:
                break
            resident.add(name)
        return pages.offered(frozenset(resident))

    def __call__(self, view: View, budget: int) -> View:
        calls, faults, used_at = calls_in(view), _faults(view), _used_at(view)
        thrashing = sum(place in faults for place in results_in(view)[-self.window :]) >= self.thrash
        limit = (self.share_thrashing if thrashing else self.share) * budget
        used, out = tokens_of(view), set[int]()
        for index in sorted(all_but(self.keep, results_in(view)), key=lambda index: (index in faults, used_at[index])):
            gain = saving(view[index], calls.get(view[index].call_id))
            if used > limit and gain > 0:
                out.add(index)
                used -= gain
        return smaller(view, as_pages(view, out), budget) if out else view


def _faults(view: View) -> set[int]:
    """The results that were fetched again after an earlier result of the same call was evicted."""
    calls, evicted, faults = calls_in(view), set[tuple[str, str]](), set[int]()
    for index in results_in(view):
        call = calls.get(view[index].call_id)
        if call is not None and same_call(call) in evicted:
            faults.add(index)
        if call is not None and view[index].content.startswith(POINTER):
            evicted.add(same_call(call))
    return faults


def _used_at(view: View) -> dict[int, int]:
    """For each result, where it was used last: where the model named something that first came up in it."""
    source: dict[str, int] = {}
    last = {index: index for index in results_in(view)}
    for index, message in enumerate(view):
        if message.role == "tool":
            for word in _words(message.content):
                source.setdefault(word, index)
        elif message.role == "assistant":
            said = (*_words(message.content), *(word for call in message.calls for word in _words(call.arguments)))
            last |= {source[word]: index for word in said if word in source}
    return last


@lru_cache(maxsize=4096)
def _words(text: str) -> tuple[str, ...]:
    """The identifiers of a text; a view is read again each time, and most of its texts are the same."""
    return identifiers(text)


def _newest_calls(view: View, count: int) -> list[ToolCall]:
    """The newest calls of a view, the oldest of them first."""
    calls: list[ToolCall] = []
    for message in reversed(view):
        if len(calls) >= count:
            break
        calls += reversed(message.calls)
    return calls[:count][::-1]


def _brought_back(calls: list[ToolCall], pages: Pages) -> list[bool]:
    """For each call, whether it only brought back a schema that had been there: a call of a page, without arguments."""
    known, found = set[str](), list[bool]()
    for call in calls:
        bare = call.name in pages.stubs and canonical(call.arguments) == "{}"
        found.append(bare and call.name in known)
        known.add(call.name)
    return found
