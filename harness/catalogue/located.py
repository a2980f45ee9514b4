"""Where the crash points of the catalogue lie in a run: `C18` is `disk:append#7/before`, derived from its history.

for place in located(execute(Spec("pay_invoices"))):
    judge(execute(spec_at(spec, place)))
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from harness.catalogue.moments import Moment, moments
from harness.catalogue.naming import context_of, names_of
from harness.catalogue.points import SMOKE
from harness.faults import CrashAfter, CrashBefore, CrashMidAnswer, Strike, Survive, TornAppend
from harness.points import When

if TYPE_CHECKING:
    from harness.run import Run
    from harness.spec import Spec


@dataclass(frozen=True)
class Located:
    """One place of a crash point: before, in the middle of, or after passage `nth` of `site`.

    `given` are the strikes before it, without which the passage is another one. A torn write keeps `share` of its bytes.
    `times` is None where every passage from this one on is struck. `unflushed` bytes lie in the hands of the survivor:
    where there are none, all survivors are the same.
    """

    id: str
    site: str
    nth: int
    when: When
    given: tuple[Strike, ...] = ()
    why: str = ""
    share: float = 0.5
    times: int | None = 1
    unflushed: int = 0

    def __str__(self) -> str:
        return f"{self.site}#{self.nth}/{self.when}"


def located(run: Run) -> tuple[Located, ...]:
    """Every place of every crash point in a finished run, in the order in which it passes them.

    In a run that was struck itself, the places behind its last death, or behind its first fault where nobody died.
    """
    found = moments(run)
    context = context_of(found)
    start = _start(run)
    behind = tuple(moment for moment in found.all if moment.number > start)
    return tuple(
        _located(name, moment, run.spec.strikes)
        for moment in behind
        for name in names_of(moment, context)
        if not (name == "C71" and run.spec.strikes)
    )


def _start(run: Run) -> int:
    """The event behind which a struck run is another one; 0 for a clean one."""
    if not run.spec.strikes:
        return 0
    died = [event.number for event in run.events if event.site == "life" and event.kind == "died"]
    struck = [event.number for event in run.events if event.kind == "struck"]
    return died[-1] if died else struck[0] if struck else 0


def _located(name: str, moment: Moment, given: tuple[Strike, ...]) -> Located:
    loop = name == "C71"
    why = f"{_told(moment)}, again in every life" if loop else _told(moment)
    after = f", after {', '.join(map(repr, given))}" if given else ""
    return Located(
        name, moment.site, moment.nth, moment.when, given, f"{why}{after}", _share(moment), None if loop else 1,
        0 if (moment.site, moment.when) == ("disk:append", "torn") else moment.unflushed,
    )  # fmt: skip


def _share(moment: Moment) -> float:
    """The share of a torn write that ends it at just this byte."""
    if moment.when != "torn" or not moment.size:
        return 0.5
    share = round((moment.cut_at + 0.5) / moment.size, 6)
    return share if int(moment.size * share) == moment.cut_at else (moment.cut_at + 0.5) / moment.size


def _told(moment: Moment) -> str:
    """What happens at a moment, in a few words."""
    held = " ".join(fact.kind for fact in moment.facts) or "bytes"
    match moment.site, moment.when:
        case "disk:append", "torn":
            cut = moment.inside or moment.behind
            where = "inside of" if moment.inside else "behind"
            return f"the append of {held} is cut {where} {cut.kind if cut else 'it'}: {TornAppend(_share(moment))!r}"
        case "disk:append", "before":
            return f"{held} in memory only"
        case "disk:append", "after":
            return f"{held} written, {moment.unflushed} bytes not flushed"
        case "disk:flush", "before":
            return f"{held} written, about to be flushed"
        case "disk:flush", "after":
            return f"{held} durable"
    return _told_of_door(moment)


def _told_of_door(moment: Moment) -> str:
    before = moment.when == "before"
    name = moment.site.partition(":")[2]
    match moment.door:
        case "wire":
            return f"half of the answer has arrived: {CrashMidAnswer()!r}"
        case "model":
            what = "summary" if moment.text_only else "answer"
            return f"the request for the {what} is not sent" if before else f"the {what} is lost on the way"
        case "tool":
            return f"{name} has not begun" if before else f"{name} is done, its result lost on the way"
        case "query":
            return f"{name} is not asked yet" if before else f"{name} was asked, its answer lost on the way"
        case "sleep":
            return "the wait begins" if before else "the wait is over"
    return f"{'before' if before else 'after'} {moment.site}"


def smoke(run: Run) -> tuple[Located, ...]:
    """The places of the least set of crash points; of a clean run those of its first life (C50 needs a struck one)."""
    return tuple(place for place in located(run) if place.id in SMOKE)


def strike_at(place: Located, survive: Survive = "none") -> Strike:
    """The strike that kills at a place; `survive` says which unflushed bytes are still there (a torn write says so itself)."""
    match place.when:
        case "before":
            return Strike(place.site, place.nth, CrashBefore(survive), place.times)
        case "after":
            return Strike(place.site, place.nth, CrashAfter(survive), place.times)
        case "torn" if place.site == "wire":
            return Strike(place.site, place.nth, CrashMidAnswer(place.share, survive), place.times)
        case "torn":
            return Strike(place.site, place.nth, TornAppend(place.share), place.times)


def spec_at(spec: Spec, place: Located, survive: Survive = "none") -> Spec:
    """The spec with the strikes that a place needs before it, and the one that kills there."""
    return replace(spec, strikes=(*place.given, strike_at(place, survive)))
