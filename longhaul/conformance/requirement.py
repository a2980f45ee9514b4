"""The values of conformance: levels, requirements, and what was found of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from harness.errors import UsageError
from harness.resolve import unknown
from harness.spec import Spec

if TYPE_CHECKING:
    from longhaul.conformance.subject import Subject

Level: TypeAlias = Literal["CORE", "DURABLE", "EXACT", "ADVERSARIAL"]

LEVELS: Mapping[Level, str] = {
    "CORE": "it does the job, keeps protocol and caps, and outlasts faults that pass",
    "DURABLE": "killed anywhere, it finishes the job when it is started again, at little extra cost",
    "EXACT": "nothing happens twice and nothing is lost, whatever kind of tool, and doubt is named",
    "ADVERSARIAL": "the same under crashes while resuming, damaged disks, faults in recovery and faults for ever",
}
"""The levels in order, each with what its user may believe. They are cumulative: each demands all before it."""

NONE = "NONE"
"""What is said of an orchestrator that does not even reach the first level."""

Probe: TypeAlias = "Callable[[Subject], Iterable[Spec]]"
"""Derives specs from an orchestrator's own clean runs: what is struck is what it really passed."""

Outcome: TypeAlias = Literal["pass", "fail", "unknown", "absent", "excluded"]


@dataclass(frozen=True)
class Requirement:
    """One thing a level demands: a sentence, the probes that put it to the test, and the checks that decide.

    Every one of `checks` must pass in at least one run and fail in none; `guards` must fail in none. `needs` names the
    capability without which the probes say nothing; an orchestrator that has it not is `absent` here, and that counts
    against the level where it is `demanded`. Plans that are `drawn` by a seed may strike where nobody comes by: those runs
    are not valid and nothing worse, as long as others are. `unseen` says why nothing of it can be seen of this orchestrator
    (a program); then it is neither probed nor demanded.
    """

    name: str
    level: Level
    says: str
    probes: tuple[Probe, ...]
    checks: tuple[str, ...]
    guards: tuple[str, ...] = ()
    needs: str = ""
    demanded: bool = True
    drawn: bool = False
    unseen: str = ""


@dataclass(frozen=True)
class Finding:
    """What was found of one requirement: runs planned, runs that say something, the first reason, and its spec.

    `unknown` is not good enough for a level; `excluded` failed and is tolerated by the user's own file.
    """

    requirement: Requirement
    outcome: Outcome
    runs: int = 0
    valid: int = 0
    reason: str = ""
    spec: Spec | None = None
    failures: int = 0

    @property
    def holds(self) -> bool:
        """Whether the level may still be reached."""
        lenient = (self.outcome == "absent" and not self.requirement.demanded) or self.requirement.unseen
        return self.outcome in ("pass", "excluded") or bool(lenient)


@dataclass(frozen=True)
class Capability:
    """Something an orchestrator was seen to do, or not; `seen` is the evidence in a few words, or what is missing."""

    name: str
    present: bool
    seen: str = ""
    spec: Spec | None = None


@dataclass(frozen=True)
class Conformance:
    """Everything that was found of one orchestrator. `failing` names the requirements and checks that failed anywhere,
    tolerated or not; `remark` is what must be known to read it."""

    orchestrator: str
    tier: str
    findings: tuple[Finding, ...]
    capabilities: tuple[Capability, ...]
    failing: frozenset[str] = frozenset()
    harness_errors: tuple[str, ...] = ()
    interrupted: bool = False
    remark: str = ""

    @property
    def level(self) -> str:
        """The highest level reached with every level before it, or `NONE`."""
        reached = NONE
        for level in LEVELS:
            if not self.holds(level):
                break
            reached = level
        return reached

    def of(self, level: str) -> tuple[Finding, ...]:
        """The findings of one level."""
        return tuple(finding for finding in self.findings if finding.requirement.level == level)

    def holds(self, level: str) -> bool:
        """Whether everything that this one level demands was found."""
        return all(finding.holds for finding in self.of(level))

    def reaches(self, level: str) -> bool:
        """Whether a level, and every level before it, is reached. Raises `UsageError` for a level that does not exist."""
        order = (NONE, *LEVELS)
        return order.index(self.level) >= order.index(level_named(level))

    @property
    def exclusions(self) -> int:
        """How many tolerated failures the level reached rests on."""
        order = (NONE, *LEVELS)
        return sum(
            finding.outcome == "excluded" and order.index(finding.requirement.level) <= order.index(self.level)
            for finding in self.findings
        )


def level_named(text: str) -> Level:
    """The level of a name in any case. Raises `UsageError` with near matches."""
    for level in LEVELS:
        if text.upper() == level:
            return level
    raise UsageError(str(unknown("level", text, LEVELS)).partition("; your own")[0])
