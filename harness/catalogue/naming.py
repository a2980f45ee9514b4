"""Which crash points of the catalogue a moment is: one predicate for each id that a strike can bring about.

One moment may be several of them: a flush can make a result durable and the note of the next request too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from harness.catalogue.moments import Moment, Moments
from harness.catalogue.written import Fact


@dataclass(frozen=True)
class Context:
    """What the predicates need to know of the whole run."""

    begun_in: dict[str, int]
    mutating: frozenset[str]
    legible: bool


def context_of(found: Moments) -> Context:
    """The context of the moments of one run."""
    return Context(found.begun_in, found.mutating, found.journal.legible)


Predicate = Callable[[Moment, Context], bool]


def names_of(moment: Moment, context: Context) -> tuple[str, ...]:
    """The ids of the catalogue that this moment is, in their order."""
    return tuple(name for name, holds in NAMES.items() if holds(moment, context))


def _appending(moment: Moment, kind: str) -> bool:
    return moment.site == "disk:append" and moment.when == "before" and any(f.kind == kind for f in moment.facts)


def _unflushed(moment: Moment, kind: str) -> bool:
    return moment.when != "torn" and any(fact.kind == kind for fact in moment.pending)


def _flushed(moment: Moment) -> tuple[Fact, ...]:
    return moment.facts if moment.site == "disk:flush" and moment.when == "after" else ()


def _durable(moment: Moment, kind: str) -> bool:
    return any(fact.kind == kind for fact in _flushed(moment))


def _inside(moment: Moment, *kinds: str) -> bool:
    return moment.inside is not None and moment.inside.kind in kinds


def _behind(moment: Moment, kind: str) -> bool:
    return moment.behind is not None and moment.behind.kind == kind


def _at_door(moment: Moment, door: str, when: str) -> bool:
    return moment.door == door and moment.when == when


def _changing(moment: Moment, when: str) -> bool:
    return _at_door(moment, "tool", when) and moment.tool is not None and moment.tool.effect != "read"


def _intends(fact: Fact, context: Context) -> bool:
    return fact.kind == "Called" and not context.mutating.isdisjoint(fact.calls)


def _announces(fact: Fact, text_only: bool) -> bool:
    """Whether a record says that a request is about to go out: for a summary, or for a turn."""
    return fact.kind == "Compacting" or fact.rule == "policy" if text_only else fact.rule != "policy"


def _announced(moment: Moment, text_only: bool) -> bool:
    """Whether a request is about to be noted, is noted and not safe, or is safely noted, and nothing else is new."""
    if moment.when == "torn":
        fact = moment.inside
    elif moment.site == "disk:append" and moment.when == "before":
        fact = moment.facts[0] if moment.facts and not moment.pending else None
    else:
        known = _flushed(moment) or (moment.pending if moment.site.startswith("disk:") else ())
        fact = known[-1] if known else None
    return fact is not None and fact.kind in ("Asked", "Compacting") and _announces(fact, text_only)


def _nothing_durable(moment: Moment, context: Context) -> bool:
    begun = moment.site.startswith("disk:") and not moment.durable and not moment.life
    return begun and moment.behind is None and not _flushed(moment)


def _admitted(moment: Moment, context: Context) -> bool:
    return _durable(moment, "Started") or _behind(moment, "Started")


def _answer_untouched(moment: Moment, context: Context) -> bool:
    last = [fact for fact in _flushed(moment) if fact.kind != "Finished"][-1:]
    return _behind(moment, "Replied") or (bool(last) and last[0].kind == "Replied" and not _finished(moment, context))


def _finished(moment: Moment, context: Context) -> bool:
    return _durable(moment, "Finished")


def _intent_unsafe(moment: Moment, context: Context) -> bool:
    torn = moment.inside is not None and _intends(moment.inside, context)
    return torn or (moment.when != "torn" and any(_intends(fact, context) for fact in moment.pending))


def _intent_safe(moment: Moment, context: Context) -> bool:
    at_door = _changing(moment, "before") and not _intent_unsafe(moment, context)
    return at_door or any(_intends(fact, context) for fact in _flushed(moment))


def _result_unwritten(moment: Moment, context: Context) -> bool:
    about = {call for fact in moment.facts if fact.kind == "Returned" for call in fact.calls}
    return _appending(moment, "Returned") and not context.mutating.isdisjoint(about)


def _some_settled(moment: Moment, context: Context) -> bool:
    on_disk = _behind(moment, "Returned") and moment.following is not None and moment.following.kind == "Returned"
    return on_disk or (moment.when != "torn" and 0 < moment.settled < moment.batch.begun)


def _result_safe(moment: Moment, context: Context) -> bool:
    last = moment.following is None or moment.following.kind != "Returned"
    return _durable(moment, "Returned") or (_behind(moment, "Returned") and last)


def _summary_safe(moment: Moment, context: Context) -> bool:
    last = [fact for fact in _flushed(moment) if fact.kind in ("Condensed", "Compacted")][-1:]
    return _behind(moment, "Condensed") or (bool(last) and last[0].kind == "Condensed")


def _being_read(moment: Moment, context: Context) -> bool:
    noted = _appending(moment, "Resumed") or _unflushed(moment, "Resumed") or _durable(moment, "Resumed")
    return moment.life > 0 and (moment.site == "disk:read" or noted or _inside(moment, "Resumed"))


def _settled_late(moment: Moment, context: Context) -> bool:
    """Whether the outcome of a call that an earlier life began is being written."""
    known = _flushed(moment) or (moment.pending if moment.when != "torn" else ())
    outcomes = [fact for fact in known if fact.kind in ("Returned", "Answered")]
    return any(context.begun_in.get(call, moment.life) < moment.life for fact in outcomes for call in fact.calls)


NAMES: dict[str, Predicate] = {
    "C00": _nothing_durable,
    "C01": _admitted,
    "C02": lambda m, _: (_at_door(m, "model", "before") and not m.text_only) or _announced(m, False),
    "C03": lambda m, _: _at_door(m, "model", "after") and not m.text_only,
    "C04": lambda m, _: _at_door(m, "wire", "torn"),
    "C05": lambda m, _: _appending(m, "Replied"),
    "C06": lambda m, _: _inside(m, "Replied"),
    "C07": lambda m, _: _unflushed(m, "Replied"),
    "C08": _answer_untouched,
    "C14": _intent_unsafe,
    "C15": _intent_safe,
    "C17": lambda m, _: _changing(m, "after"),
    "C18": _result_unwritten,
    "C19": lambda m, _: _inside(m, "Returned"),
    "C20": lambda m, _: _unflushed(m, "Returned"),
    "C21": _some_settled,
    "C22": _result_safe,
    "C23": lambda m, _: _at_door(m, "tool", "before") and m.conditional,
    "C30": lambda m, _: (_at_door(m, "model", "before") and m.text_only) or _announced(m, True),
    "C31": lambda m, _: (
        (_at_door(m, "model", "after") and m.text_only) or _appending(m, "Condensed") or _unflushed(m, "Condensed")
    ),
    "C32": lambda m, _: _inside(m, "Condensed", "Compacted"),
    "C33": _summary_safe,
    "C50": _being_read,
    "C51": lambda m, _: m.site == "disk:truncate" and m.life > 0,
    "C52": lambda m, _: m.door == "query" and m.life > 0,
    "C53": _settled_late,
    "C60": lambda m, _: m.door == "sleep",
    "C70": _finished,
    "C71": lambda m, _: _at_door(m, "tool", "before"),
}
