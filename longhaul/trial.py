"""Put an orchestrator on trial: run a spec, judge it, and say in plain words what broke.

for spec in crash_specs(Spec("pay_invoices", orchestrator="my_loop.py:MyLoop")):
    assert_survives(spec)
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from harness.checks import CHECKS, Check, Judgement, judge
from harness.points import single_crashes
from harness.run import Run, execute
from harness.spec import Spec
from longhaul.lines import lines, wrapped
from longhaul.reasons import last_words, reasons

LAST_EVENTS = 15

Listener = Callable[[Run, Judgement], None]
_listeners: ContextVar[tuple[Listener, ...]] = ContextVar("_listeners", default=())


class Broken(AssertionError):
    """A run that did not survive. The message holds the spec to paste, the violated invariant and the last events."""


def assert_survives(spec: Spec, checks: tuple[Check, ...] = CHECKS) -> Run:
    """Run a spec and judge it; return the run. Raises `Broken` unless every check that has something to say passes.

    Faults that last for ever may rightly keep a run from its goal: give `checks=SAFETY` there.
    """
    __tracebackhide__ = True
    run, judgement = tried(spec, checks)
    if judgement.outcome in ("fail", "invalid"):
        raise Broken(story(run, judgement))
    return run


def tried(spec: Spec, checks: tuple[Check, ...] = CHECKS) -> tuple[Run, Judgement]:
    """Run a spec and judge it; whoever listens (the pytest plugin's report) is told."""
    run = execute(spec)
    judgement = judge(run, checks)
    for listener in _listeners.get():
        listener(run, judgement)
    return run, judgement


def crash_specs(spec: Spec) -> tuple[Spec, ...]:
    """One spec for every crash point of a spec's own run: before and after each passage, and each write torn."""
    return tuple(single_crashes(spec))


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Tell `listener` of every run that is tried while the block runs."""
    token = _listeners.set((*_listeners.get(), listener))
    try:
        yield
    finally:
        _listeners.reset(token)


def story(run: Run, judgement: Judgement) -> str:
    """What a failure prints: the violated invariant, the command that repeats the run, and its last fifteen events."""
    reason = f" ({run.reason})" if run.reason else ""
    lives = "1 life" if run.lives == 1 else f"{run.lives} lives"
    others = [verdict.name for verdict in judgement.failed[1:]]
    last = run.events[-LAST_EVENTS:]
    known = reasons(last, run.tape)
    return "\n".join([
        wrapped(f"{judgement.outcome}: {judgement.violated or 'nothing is violated'}"),
        *([f"also violated: {', '.join(others)}"] if others else []),
        wrapped(f"run {run.spec.run_id} ended as {run.ending}{reason} after {lives}; repeat it with"),
        repro(run.spec),
        f"its last {len(last)} of {len(run.events)} events:",
        lines(last, known),
        *([last_words(known)] if last_words(known) else []),
    ])  # fmt: skip


def repro(spec: Spec) -> str:
    """The command that repeats a run, quoted for a shell."""
    text = repr(spec)
    return f'longhaul repro "{text}"' if not set(text) & set('"$`\\!') else f"longhaul repro {shlex.quote(text)}"


def assert_all_survive(specs: Iterable[Spec], checks: tuple[Check, ...] = CHECKS, most: int = 5) -> None:
    """Try every spec of a group; raise one `Broken` that tells the first failure whole and names the next ones.

    For groups of crash points that would make too many tests of one spec each.
    """
    __tracebackhide__ = True
    broken: list[str] = []
    tried_specs = 0
    told = ""
    for spec in specs:
        tried_specs += 1
        run, judgement = tried(spec, checks)
        if judgement.outcome in ("fail", "invalid"):
            told = told or story(run, judgement)
            broken.append(f"{spec!r}: {judgement.violated}")
    if broken:
        others = broken[1:most]
        more = [f"... and {len(broken) - most} more"] if len(broken) > most else []
        head = f"{len(broken)} of {tried_specs} specs broke; the first:"
        raise Broken("\n".join([head, told, *(["the next ones:"] if others else []), *others, *more]))
