"""Plans that break the mutants, and how small they get: found by search and not made for them, or else planted and padded.

The strikes are those of the swarm's seeds; what kind of job it is (scenario, kind of tool, caps, policy) is one of the
swarm's own bases, or else where the mutant was planted to be seen. Where no search finds a plan, the mutant's own failing
plan is taken, with so many strikes of the swarm about it that there is something to shrink; the table tells which is which.
How seeds are worsened was thought of when it was known which mutants they missed, and `longhaul search` does not do it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import product

from evals.padded import padded
from evals.swarm_cases import BASES
from harness.checks import CHECKS, SAFETY, Check
from harness.mutants import Mutant
from harness.spec import Orchestrator, Spec
from harness.swarm import demands, worsened
from longhaul.search.drawing import smallest
from longhaul.search.failing import Owed, broken_by, judged
from longhaul.search.hunting import Found, found_at, planned

ROUNDS = (range(100), range(100, 500))
"""Seeds of the swarm: on every job some, then on every job more."""

EXAMPLES = 300
PADDINGS = range(200)
"""Seeds of the swarm whose strikes are put about a planted plan, until one leaves it broken and the reference whole."""

STRIKES_FEW = 3
"""Strikes that a person can read at a glance."""

PLANTED = "planted"


@dataclass(frozen=True)
class Shrunk:
    """What became of a mutant: by what its plan was found, after how many plans; None if by nothing.

    `by` is the swarm, a seed of the swarm that was worsened, Hypothesis, or `planted` for the mutant's own plan, padded.
    """

    mutant: Mutant
    found: Found | None
    by: str
    tried: int

    @property
    def few(self) -> bool:
        """Whether a plan was found and shrunk to a few strikes."""
        return self.found is not None and len(self.found.small.strikes) <= STRIKES_FEW

    @property
    def searched(self) -> bool:
        """Whether search found the plan, so that it was not made for the mutant."""
        return self.found is not None and self.by != PLANTED


@lru_cache(maxsize=256)
def shrunk_mutant(mutant: Mutant) -> Shrunk:
    """The first plan that breaks a mutant and not the reference, shrunk: of a search, else the planted one, padded."""
    row = hunted(mutant)
    return row if row.searched else planted(mutant, PADDINGS, row.tried)


def hunted(mutant: Mutant) -> Shrunk:
    """The first plan of a search, shrunk: of the swarm, of the swarm worsened, else one that Hypothesis draws."""
    tried = 0
    for seeds, (base, owed) in product(ROUNDS, grounds(mutant)):
        for by, plan in _plans(base, seeds):
            tried += 1
            if broken_by(owed=owed)(plan):
                return Shrunk(mutant, found_at(plan, judged(plan, owed).failed[0], owed), by, tried)
    for base, owed in grounds(mutant):
        tried += EXAMPLES
        drawn = smallest(base, broken_by(owed=owed), EXAMPLES)
        if drawn is not None:
            return Shrunk(mutant, found_at(drawn, judged(drawn, owed).failed[0], owed), "Hypothesis", tried)
    return Shrunk(mutant, None, "", tried)


def _plans(base: Spec, seeds: range) -> Iterator[tuple[str, Spec]]:
    """The plans of seeds and the same worsened, each healed and not.

    An operator who takes the session up again hides that it was stuck.
    """
    for seed, healed in zip(seeds, planned(base, seeds), strict=True):
        worse = (replace(healed, strikes=strikes) for strikes in worsened(seed, healed.strikes))
        for by, plan in (("swarm", healed), *(("worsened", one) for one in worse)):
            yield by, plan
            yield by, replace(plan, heal=False)


def planted(mutant: Mutant, seeds: Iterable[int] = PADDINGS, tried: int = 0) -> Shrunk:
    """The mutant's own failing plan, padded and shrunk; nothing where no padding leaves it broken and the reference whole.

    `tried` are the plans of the search before it. Raises `HarnessError` for a mutant that survives on all of its grounds.
    """
    more, owed, plan = padded(mutant, seeds, STRIKES_FEW + 1)
    if plan is None:
        return Shrunk(mutant, None, "", tried + more)
    verdict = next(said for said in judged(plan, owed).failed if said.name == mutant.killed_by)
    return Shrunk(mutant, found_at(plan, verdict, owed), PLANTED, tried + more)


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
    """One line for each mutant, the share that search found, and the share of those whose plan has few strikes."""
    lines = [f"{'mutant':<26}{'found by':<12}{'tried':>6}{'strikes':>9}{'shrunk':>8}{'horizon':>9}  broken"]
    for row in rows:
        found = row.found
        if found is None:
            lines.append(f"{row.mutant.name:<26}{'nothing':<12}{row.tried:>6}")
            continue
        counts = f"{len(found.plan.strikes):>9}{len(found.small.strikes):>8}{found.small.horizon:>9}"
        lines.append(f"{row.mutant.name:<26}{row.by:<12}{row.tried:>6}{counts}  {found.check}")
    searched, few = sum(row.searched for row in rows), sum(row.few for row in rows)
    lines.append(f"{searched} of {len(rows)} found by search ({searched / len(rows):.1%})")
    lines.append(f"{few} of {len(rows)} plans shrunk to at most {STRIKES_FEW} strikes ({few / len(rows):.1%})")
    return "\n".join(lines)
