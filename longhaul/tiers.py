"""How much is run: smoke in seconds, pr in minutes on two cores, nightly everything, release the same with its result kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from harness.faults import Survive
    from harness.spec import Spec

Tier: TypeAlias = Literal["smoke", "pr", "nightly", "release"]


@dataclass(frozen=True)
class Amount:
    """What a tier amounts to: the share of crash points, which unflushed bytes survive them, how many seeds of the reader,
    and how many of the swarm on each of its bases.
    """

    share: float
    survivors: tuple[Survive, ...]
    seeds: int
    swarm: int


_EVERY_SURVIVOR: tuple[Survive, ...] = ("none", "half", "all_but_last_byte", "all")

AMOUNTS: dict[Tier, Amount] = {
    "smoke": Amount(0.05, ("none",), 1, 20),
    "pr": Amount(1.0, ("none",), 3, 150),
    "nightly": Amount(1.0, _EVERY_SURVIVOR, 10, 3_000),
    "release": Amount(1.0, _EVERY_SURVIVOR, 10, 40_000),
}


def crashes(spec: Spec, tier: Tier) -> tuple[Spec, ...]:
    """The single crashes of a spec that a tier runs. Points where nothing is unflushed are the same for every survivor."""
    from harness.points import sampled, single_crashes
    from harness.run import execute

    amount = AMOUNTS[tier]
    run = execute(spec)
    specs: Iterable[Spec] = (crash for survive in amount.survivors for crash in single_crashes(spec, survive, run))
    specs = tuple(dict.fromkeys(specs))
    return specs if amount.share >= 1 else sampled(specs, amount.share)
