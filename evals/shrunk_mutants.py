"""Plans that break the mutants, found by the swarm and not made for them, and how small they get.

The strikes are those of the swarm's seeds; what kind of job it is (scenario, kind of tool, caps, policy) is one of the
swarm's own bases, or else where the mutant was planted to be seen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import product

from evals.swarm_cases import BASES
from harness.checks import CHECKS, SAFETY, Check
from harness.mutants import Mutant
from harness.spec import Orchestrator, Spec
from harness.swarm import demands
from longhaul.search.drawing import smallest
from longhaul.search.failing import Owed, broken_by, judged
from longhaul.search.hunting import Found, found_at, planned

ROUNDS = (range(100), range(100, 500))
"""Seeds of the swarm: on every job some, then on every job more."""

EXAMPLES = 300
STRIKES_FEW = 3
"""Strikes that a person can read at a glance."""


@dataclass(frozen=True)
class Shrunk:
    """What became of a mutant: by what its plan was found (swarm or Hypothesis), after how many plans; None if by neither."""

    mutant: Mutant
    found: Found | None
    by: str
    tried: int

    @property
    def few(self) -> bool:
        """Whether a plan was found and shrunk to a few strikes."""
        return self.found is not None and len(self.found.small.strikes) <= STRIKES_FEW


@lru_cache(maxsize=256)
def shrunk_mutant(mutant: Mutant) -> Shrunk:
    """The first plan that breaks a mutant and not the reference, shrunk: of the swarm, else one that Hypothesis draws.

    Every plan is also tried without healing: an operator who takes the session up again hides that it was stuck.
    """
    tried = 0
    for seeds, (base, owed) in product(ROUNDS, grounds(mutant)):
        for healed, heal in product(planned(base, seeds), (True, False)):
            plan = replace(healed, heal=heal)
            tried += 1
            if broken_by(owed=owed)(plan):
                return Shrunk(mutant, found_at(plan, judged(plan, owed).failed[0], owed), "swarm", tried)
    for base, owed in grounds(mutant):
        tried += EXAMPLES
        drawn = smallest(base, broken_by(owed=owed), EXAMPLES)
        if drawn is not None:
            return Shrunk(mutant, found_at(drawn, judged(drawn, owed).failed[0], owed), "Hypothesis", tried)
    return Shrunk(mutant, None, "", tried)


def grounds(mutant: Mutant) -> tuple[tuple[Spec, Owed], ...]:
    """The jobs on which a mutant is hunted, nothing struck, and by what each is judged; each job once."""
    named = Orchestrator("mutant", name=mutant.name)
    jobs: dict[Spec, Owed] = {replace(base, orchestrator=named): demands for base in BASES}
    killer = next(check for check in CHECKS if check.__name__ == mutant.killed_by)
    for ground in mutant.grounds:
        owed = demands if ground.progress else partial(_safety, killer)
        jobs.setdefault(replace(ground.spec, orchestrator=named, strikes=()), owed)
    return tuple(jobs.items())


def _safety(killer: Check, spec: Spec) -> tuple[Check, ...]:
    """Where the work cannot be finished, only what must never happen is owed."""
    return tuple(dict.fromkeys((*SAFETY, killer)))


def table(rows: list[Shrunk]) -> str:
    """One line for each mutant, and the share of those whose plan has few strikes."""
    lines = [f"{'mutant':<26}{'found by':<12}{'tried':>6}{'strikes':>9}{'shrunk':>8}{'horizon':>9}  broken"]
    for row in rows:
        found = row.found
        if found is None:
            lines.append(f"{row.mutant.name:<26}{'nothing':<12}{row.tried:>6}")
            continue
        counts = f"{len(found.plan.strikes):>9}{len(found.small.strikes):>8}{found.small.horizon:>9}"
        lines.append(f"{row.mutant.name:<26}{row.by:<12}{row.tried:>6}{counts}  {found.check}")
    few = sum(row.few for row in rows)
    lines.append(f"{few} of {len(rows)} plans shrunk to at most {STRIKES_FEW} strikes ({few / len(rows):.1%})")
    return "\n".join(lines)
