"""Runs on trial: each distinct spec is executed once and judged once, by the checks that somebody asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from harness.checks import CHECKS, Check, Verdict, judge
from harness.errors import HarnessError, UsageError
from harness.run import Run, execute
from harness.spec import Spec


@dataclass(frozen=True)
class Seen:
    """One run as the requirements see it. `void`: why it says nothing; `broken`: how it broke the rules of the host."""

    spec: Spec
    ending: str = ""
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    void: str = ""
    broken: str = ""
    harness_error: str = ""


@cache
def checks_by_name() -> dict[str, Check]:
    """Every check of the harness by its name."""
    return {check.__name__: check for check in CHECKS}


def tried(spec: Spec) -> Run | Seen:
    """The run of a spec, or what kept it from being one: the orchestrator broke the rules, or the harness failed."""
    try:
        return execute(spec)
    except (UsageError, HarnessError) as error:
        if isinstance(error, UsageError) and not spec.strikes:
            return Seen(spec, broken=str(error))
        # with nothing struck it did run: so it is the strike that cannot be, or the harness that failed
        return Seen(spec, harness_error=f"{error} in {spec!r}")


def judged(run: Run | Seen, checks: Iterable[Check]) -> Seen:
    """Judge a run by some checks. A check that raises is an error of the harness, and no verdict."""
    if isinstance(run, Seen):
        return run
    if run.ending == "watchdog":
        return Seen(run.spec, run.ending, broken=run.reason)
    judgement = judge(run, tuple(checks))
    raised = next((verdict for verdict in judgement.verdicts if verdict.harness_error), None)
    if raised is not None:
        return Seen(run.spec, run.ending, harness_error=f"{raised.name}: {raised.witness} in {run.spec!r}")
    void = judgement.violated if judgement.outcome == "invalid" else ""
    return Seen(run.spec, run.ending, {verdict.name: verdict for verdict in judgement.verdicts}, void)


@dataclass(frozen=True)
class Watch:
    """Who looks on: `stopped` is asked before each run, `progress` is told of it (done, planned, spec)."""

    stopped: Callable[[], bool] = lambda: False
    progress: Callable[[int, int, Spec], None] = lambda done, planned, spec: None


NOBODY = Watch()


class Trials:
    """All runs of one orchestrator, each judged by the checks that were asked for before it was run.

    `known` are runs that were made already. `ended_early` says why not everything was run; empty where it was.
    """

    def __init__(self, known: Mapping[Spec, Run | Seen]) -> None:
        self._known = known
        self._wanted: dict[Spec, dict[str, None]] = {}
        self._seen: dict[Spec, Seen] = {}
        self.ended_early = ""
        self.interrupted = False

    def want(self, specs: Iterable[Spec], checks: Iterable[str]) -> None:
        """Plan specs to be judged by these checks."""
        for spec in specs:
            self._wanted.setdefault(spec, {}).update(dict.fromkeys(checks))

    def run(self, watch: Watch) -> None:
        """Run what was planned, until somebody stops it or a run has to be ended by the watchdog."""
        known = checks_by_name()
        for done, (spec, checks) in enumerate(self._wanted.items()):
            if watch.stopped():
                self.ended_early, self.interrupted = "interrupted", True
                return
            watch.progress(done, len(self._wanted), spec)
            asked = (check for name, check in known.items() if name in checks)
            self._seen[spec] = judged(self._known.get(spec) or tried(spec), asked)
            if self._seen[spec].ending == "watchdog":
                self.ended_early = "one of them never gave up the thread"
                return

    def of(self, specs: Iterable[Spec]) -> tuple[Seen, ...]:
        """What was seen of those of the specs that were run."""
        return tuple(self._seen[spec] for spec in specs if spec in self._seen)

    @property
    def harness_errors(self) -> tuple[str, ...]:
        """What the harness itself did wrong, each once."""
        return tuple(dict.fromkeys(seen.harness_error for seen in self._seen.values() if seen.harness_error))
