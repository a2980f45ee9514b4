"""What can be chosen about a life of LangGraph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Durability = Literal["sync", "async", "exit"]

DURABILITIES: tuple[Durability, ...] = ("sync", "async", "exit")
"""When a checkpoint is written: before the next step begins, while it runs, or when the graph ends."""

APIS = ("graph", "functional", "chain")
KEYS = ("none", "call-id")


@dataclass(frozen=True)
class Options:
    """The options of one life, as the command line gives them."""

    durability: Durability = "async"
    api: str = "graph"
    key: str = "none"
    max_retries: int = 2
    timeout: float = 5.0
    pause_ms: int = 0
