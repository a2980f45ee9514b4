"""What the swarm strikes in the evals: some bases, and for each its seeds in chunks, one test each."""

from __future__ import annotations

from dataclasses import dataclass, replace

from harness.spec import Choice, Policy, Spec
from longhaul.names import short_name
from longhaul.tiers import AMOUNTS, Tier

HORIZON = 12
CHUNKS_MOST = 30
"""Tests for each base: thousands of seeds are some dozen tests."""

CHUNK_LEAST = 10

BASES = (
    Spec("rename_api", horizon=HORIZON),
    Spec("rename_api", horizon=HORIZON, policy=Policy("summarize"), view_budget=0.5),
    Spec("pay_invoices", horizon=HORIZON),
    Spec("pay_invoices", horizon=HORIZON, kind="queryable"),
    Spec("pay_invoices", horizon=HORIZON, kind="blind"),
)
"""Every scenario with each kind of tool, and a policy that asks the model to sum up."""


@dataclass(frozen=True)
class Chunk:
    """Some seeds in a row of one base."""

    base: Spec
    seeds: range

    def __str__(self) -> str:
        return f"{short_name(self.base)}-seeds{self.seeds[0]}-{self.seeds[-1]}"


def chunks(orchestrator: Choice, tier: Tier) -> tuple[Chunk, ...]:
    """The seeds that a tier runs on every base, from 0 on."""
    count = AMOUNTS[tier].swarm
    size = max(CHUNK_LEAST, -(-count // CHUNKS_MOST))
    return tuple(
        Chunk(replace(base, orchestrator=orchestrator), range(first, min(first + size, count)))
        for base in BASES
        for first in range(0, count, size)
    )
