"""Waits for a task that waits for it."""

import asyncio

from harness.host import Host


async def run(host: Host) -> None:
    """A lock taken twice."""
    lock = asyncio.Lock()
    async with lock, lock:
        pass
