"""An orchestrator that does nothing: what is left is what a life costs."""

from __future__ import annotations

from harness.host import Host


async def run(host: Host) -> str:
    """Return at once."""
    return ""
