"""What a mutant is: the reference with a few lines changed, and, said beforehand, which check kills it and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from harness.faults import Survive
from harness.spec import Spec


class Change(NamedTuple):
    """One place in the source of a module: the text that is right, found exactly once, and the wrong one in its place."""

    module: str
    right: str
    wrong: str


@dataclass(frozen=True)
class Ground:
    """Where a mutant must be killed: a spec as it is, and then with one crash more at each point of some sites.

    `crashes` are beginnings of site names ("" is every site), `survive` says which unflushed bytes a crash leaves.
    `progress` says whether the work must be finished there; where it cannot be (a cap is too low for it, a fault lasts for
    ever), only what must never happen is judged, and the check that is to kill.
    """

    spec: Spec
    crashes: tuple[str, ...] = ()
    survive: Survive = "none"
    progress: bool = True


@dataclass(frozen=True)
class Mutant:
    """A planted bug. `why` says in a few words what is broken; `killed_by` names the check that must fail on `grounds`."""

    name: str
    why: str
    changes: tuple[Change, ...]
    killed_by: str
    grounds: tuple[Ground, ...]

    @property
    def on_wire(self) -> bool:
        """Whether it is seen only where answers travel as bytes."""
        return any(ground.spec.setting == "wire" for ground in self.grounds)
