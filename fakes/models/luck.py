"""What decides whether a model gets something right: thresholds on hashes, partly of the task and partly of the trial.

A threshold and never a draw: two policies are compared on common random numbers, and a better context never loses a fact that a
worse one kept. What is hard in a task is hard again when it is tried again, so most of what happens at one trial happens at the
next one too: that is why pass^k of real agents falls far slower than p^k (tau-bench).
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.draws import share_of

SHARED = 0.57
"""The share of things that go at every trial of a task as they went at the first one.

Of runs that fail once in four by many small chances, s = 0.75, two trials are then correlated by
(s^(2 - 0.57) - s^2) / (s (1 - s)) = 0.53, which is what is published of whole agents.
"""


@dataclass(frozen=True)
class Luck:
    """The luck of one trial of one task, which is a job and a seed; all numbers are shares from 0 to 1.

    They follow from what they are about, and from nothing else: luck at one job says nothing of luck at another.
    """

    job: str = ""
    seed: int = 0
    trial: int = 0

    @property
    def name(self) -> str:
        """What tells the answers of one trial from those of another."""
        return f"{self.seed}+{self.trial}" if self.trial else f"{self.seed}"

    def of_trial(self, *about: object) -> float:
        """A number that is another one at every trial."""
        return self._number(self.trial, about)

    def __call__(self, *about: object) -> float:
        """A number that is the task's, the same at every trial, for a share of all things; else the trial's."""
        shared = not self.trial or self._number(0, ("shared", *about)) < SHARED
        return self._number(0 if shared else self.trial, about)

    def uses(self, p: float, *about: object) -> bool:
        """Whether what goes right with probability `p` goes right: for a visible fact, `about` are item, fact and attempts."""
        return p >= 1.0 or (p > 0.0 and self(*about) < p)

    def _number(self, trial: int, about: tuple[object, ...]) -> float:
        return share_of("/".join(map(str, (self.job, self.seed, trial, *about))))
